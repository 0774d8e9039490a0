"""How many threads are taken: what is compared, when it is measured again, and what it costs."""

import os
import subprocess
import sys
import time

import pytest
import torch

from pipelines import threads
from pipelines.threads import Adaptive


class Machine:
    """A machine of several cores, some of which others use; it stands in for clock, load and measurement."""

    def __init__(self, cores=2, others=0.0, cost=0.4):
        self.cores, self.busy, self.cost, self.now, self.measured = cores, others, cost, 0.0, []

    def pace(self, number):
        """Seconds of a piece of work: threads without a core of their own hold up all."""
        free = self.cores - self.busy
        return 1 / number if number <= free + 0.5 else 3.0 if number > 1 else 1.2

    def compare(self, numbers, work):
        self.now += self.cost
        self.measured.append(self.now)
        return {number: self.pace(number) for number in numbers}

    def others(self):
        return self.busy

    def adaptive(self, start=None):
        return Adaptive(lambda: None, start or self.cores, self.cores, self.compare, self, lambda: self.now)

    def train(self, adaptive, seconds):
        changes, end = [], self.now + seconds
        while self.now < end:
            took = 0.1 * self.pace(adaptive.threads)
            self.now += took
            if change := adaptive.stepped(took):
                changes.append((round(self.now), change.threads, change.words))
        return changes


def test_a_busy_computer_is_noticed_soon_and_so_is_its_end():
    machine = Machine()
    adaptive = machine.adaptive()
    assert adaptive.begin() is None and adaptive.threads == 2 and adaptive.words == ""
    assert machine.train(adaptive, 100) == []
    machine.busy, came = 2.0, machine.now
    [(at, number, words)] = machine.train(adaptive, 30)
    assert number == 1 and words == "1 of 2 threads: this computer is busy" and at - came < 10
    machine.busy, went = 0.0, machine.now
    [(at, number, words)] = machine.train(adaptive, 30)
    assert number == 2 and words == "2 of 2 threads" and at - went < 15


def test_what_is_busy_from_the_start_is_measured_before_the_first_step():
    adaptive = Machine(others=2.0).adaptive()
    change = adaptive.begin()
    assert change.threads == 1 and change.words == adaptive.words == "1 of 2 threads: this computer is busy"


def test_fewer_threads_on_a_quiet_computer_are_not_called_busy():
    machine = Machine()
    machine.pace = lambda number: float(
        number
    )  # networks so small that waiting for each other costs more than it gains
    assert machine.adaptive().begin().words == "1 of 2 threads: more are no faster"


@pytest.mark.parametrize(("others", "best"), [(0.0, 16), (1.0, 15), (8.0, 8), (13.0, 3), (16.0, 1)])
def test_with_many_cores_the_number_is_climbed_to_from_either_end(others, best):
    for start in (1, 16):
        machine = Machine(16, others)
        machine.pace = lambda number, free=16 - others: 1 / number if number <= max(free, 1) else 1 + number / 16
        adaptive = machine.adaptive(start)
        adaptive.begin()
        assert adaptive.threads == best


def test_measuring_takes_at_most_a_hundredth_of_the_time_where_nothing_changes():
    machine = Machine()
    adaptive = machine.adaptive()
    adaptive.begin()
    began = len(machine.measured)
    machine.train(adaptive, 4000)
    repeated = machine.measured[began:]
    assert len(repeated) >= 5 and machine.cost * len(repeated) <= threads.SHARE * 4000
    gaps = [b - a for a, b in zip(repeated, repeated[1:], strict=False)]
    assert gaps[-1] > 4 * gaps[0] and gaps[-1] < 1.1 * threads.LONGEST_S, "ever more rarely"


def test_a_slow_network_is_measured_as_much_more_rarely():
    machine = Machine(cost=10.0)
    adaptive = machine.adaptive()
    adaptive.begin()
    machine.train(adaptive, 4000)
    assert machine.cost * (len(machine.measured) - 1) <= threads.SHARE * 4000


def test_where_the_system_does_not_tell_the_load_the_pace_of_steps_does(monkeypatch):
    machine = Machine()
    monkeypatch.setattr(machine, "others", lambda: None)
    adaptive = machine.adaptive()
    adaptive.begin()
    machine.train(adaptive, 50)
    machine.busy, came = 2.0, machine.now
    [(at, number, words)] = machine.train(adaptive, 30)
    assert number == 1 and at - came < 10 and words == "1 of 2 threads: more are no faster"


def test_a_number_that_is_far_slower_is_not_asked_again(monkeypatch):
    asked = []
    monkeypatch.setattr(threads, "_timed", lambda number, *_: asked.append(number) or (slow if number == 2 else 1.0))
    for slow, rounds in ((5.0, 2), (1.5, 3), (1.1, 5)):  # one round warms up
        assert threads.compare([2, 1], lambda: None) == {2: slow, 1: 1.0}
        assert asked == [2, 1] * rounds
        asked.clear()
    assert threads.fastest({2: 1.04, 1: 1.0}, 2) == 2 and threads.fastest({2: 1.06, 1: 1.0}, 2) == 1


def test_comparing_leaves_the_number_of_threads_and_works_for_real():
    before, seen = torch.get_num_threads(), set()
    took = threads.compare([2, 1], lambda: seen.add(torch.get_num_threads()))
    assert torch.get_num_threads() == before and seen == {1, 2} and all(each > 0 for each in took.values())


def test_the_load_of_others_leaves_out_ones_own():
    load = threads.Load()
    if load.others() is None:
        load._last = None
        pytest.skip("This system does not tell what other programs take.")
    began, own = time.monotonic(), sum(os.times()[:2])
    while sum(os.times()[:2]) - own < 0.3:
        pass
    share = 0.3 / (time.monotonic() - began)
    assert 0 <= load.others() <= os.cpu_count() - share + 0.2


def test_a_command_settles_and_reviews_only_where_it_wants_to(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 2)
    chosen = []
    monkeypatch.setattr(threads, "climb", lambda *_: chosen.append(1) or 1)
    before = torch.get_num_threads()
    try:
        assert threads.settle() == 1
        threads.review()
        assert len(chosen) == 1, "a server or a training is left alone"
        threads.settle(again=True)
        threads.review()
        assert len(chosen) == 2, "too soon"
        monkeypatch.setattr(threads, "_review_at", 0.0)
        threads.review()
        assert len(chosen) == 3
    finally:
        torch.set_num_threads(before)
        threads._review_at = None


@pytest.mark.skipif(sys.platform == "win32", reason="niceness is of POSIX systems")
def test_the_command_line_yields_to_the_page():
    show = "import os, runpy, sys; sys.argv = ['pipelines', '--help']\ntry: runpy.run_module('pipelines', run_name='__main__')\nexcept SystemExit: pass\nprint('nice', os.nice(0))"  # noqa: E501
    said = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True).stdout
    from pipelines.priority import NICENESS

    assert int(said.split()[-1]) >= NICENESS
