"""One job a device, in order; a dead job frees its place."""

import subprocess
import sys
import threading
import time

import pytest

from pipelines.runs import jobs, queue, reporter, session, worker
from pipelines.runs.queue import QueuePlace, line_for

HOLDER = (
    "import sys, time; from pipelines.runs.queue import QueuePlace; t = QueuePlace('cpu'); t.wait(lambda place: None); "
)
HOLDER += "print('mine', flush=True); time.sleep(60)"


def test_jobs_run_one_at_a_time_in_order(homes, until):
    first, order, places = QueuePlace("cpu"), [], {}
    first.wait(lambda place: None)

    def job(name):
        turn = QueuePlace("cpu")
        turn.wait(lambda place: places.setdefault(name, []).append(place))
        order.append(name)
        turn.leave()

    threads = []
    for name in ("a", "b", "c"):
        threads.append(threading.Thread(target=job, args=(name,)))
        threads[-1].start()
        until(lambda name=name: places.get(name))
    assert [places[name][0] for name in "abc"] == [1, 2, 3] and order == []
    first.leave()
    for thread in threads:
        thread.join(20)
    assert order == ["a", "b", "c"]


def test_devices_do_not_wait_for_each_other(homes):
    turns = [QueuePlace("cpu"), QueuePlace("cuda")]
    for turn in turns:
        turn.wait(lambda place: (_ for _ in ()).throw(AssertionError("must not wait")))
    assert all(turn.taken for turn in turns)
    for turn in turns:
        turn.leave()


def test_a_killed_job_frees_its_place(homes, until):
    child = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "mine\n"
    waiting, got = QueuePlace("cpu"), []
    thread = threading.Thread(target=lambda: waiting.wait(got.append))
    thread.start()
    until(lambda: got == [1] or len(got) > 1)
    child.kill()
    child.wait(10)
    child.stdout.close()
    thread.join(20)
    assert waiting.taken
    waiting.leave()


def test_a_job_that_gives_up_leaves_the_line(homes):
    first, second = QueuePlace("cpu"), QueuePlace("cpu")
    first.wait(lambda place: None)

    class GaveUp(Exception):
        pass

    def give_up(place):
        raise GaveUp

    with pytest.raises(GaveUp):
        second.wait(give_up)
    assert not second.taken and not list((homes.runs / ".queue" / "cpu").glob("*.ticket"))
    first.leave()


def test_the_line_of_a_device_that_was_chosen_is_its_own():
    assert line_for("cpu") == "cpu" and line_for("cuda") == "cuda" and line_for("auto") in ("cpu", "cuda", "mps")


@pytest.mark.parametrize(
    ("visible", "line"),
    [("-1", "cpu"), ("", "cpu"), ("none", "cpu"), ("-1,0", "cpu"), ("0", "cuda"), ("1,0", "cuda"), ("GPU-8a", "cuda")],
)
def test_gpus_that_are_hidden_are_in_no_line(monkeypatch, visible, line):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert line_for("auto") == line


def test_a_run_joins_the_line_of_the_device_that_it_trains_on(tiny, monkeypatch):
    """Guessed wrong, a run of the CPU would train beside another of the CPU."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")  # where there is no GPU
    first, seen = QueuePlace("cpu"), []
    first.wait(lambda place: None)
    run = jobs.create(tiny.changed(device="auto", epochs=1))
    real = worker.wait_turn

    def wait_turn(mine, turn):
        seen.append(turn.line)
        if turn.line == "cpu":
            first.leave()
        real(mine, turn)

    for module in (worker, reporter):  # before torch is loaded, and after it
        monkeypatch.setattr(module, "wait_turn", wait_turn)
    monkeypatch.setattr(session.machine, "pick_device", lambda wanted: "cpu")
    assert worker.work(run) == "finished" and seen == ["cuda", "cpu"]


def waiting(count):
    """So many that wait behind one that trains, each of which has looked until it had nothing new to list."""
    turns = [QueuePlace("cpu") for _ in range(count)]
    for turn in turns:
        turn.join()
    assert [turn.look() for turn in turns] == list(range(1, count + 1))
    for _ in range(2):  # the listing that a change brings, and one more
        [turn.look() for turn in turns]
    return turns


def test_a_look_costs_the_same_however_many_wait(homes, monkeypatch):
    first = QueuePlace("cpu")
    first.wait(lambda place: None)
    turns, calls = waiting(40), {"listed": 0, "tried": 0, "probed": 0}

    def counted(name, real):
        def call(*arguments):
            calls[name] += 1
            return real(*arguments)

        return call

    monkeypatch.setattr(queue, "_tickets", counted("listed", queue._tickets))
    monkeypatch.setattr(queue, "_try", counted("tried", queue._try))
    monkeypatch.setattr(queue._Probe, "is_free", counted("probed", queue._Probe.is_free))
    assert [turn.look() for turn in turns] == list(range(1, 41))
    assert calls == {"listed": 0, "tried": 1, "probed": 39}, "one lock each: its neighbour's, or that of who trains"
    for turn in turns:
        turn._give_back_ticket()
    first.leave()


def test_places_stay_true_when_others_leave_or_die(homes):
    first = QueuePlace("cpu")
    first.wait(lambda place: None)
    turns = waiting(6)
    turns[2]._give_back_ticket()  # gave up
    turns[4]._own.release()  # died: its ticket stays and is locked no more
    turns[5].look()  # its neighbour sees that, and with the folder's time stamp everybody
    left = [turns[number] for number in (0, 1, 3, 5)]
    assert [turn.look() for turn in left] == [1, 2, 3, 4]
    first.leave()
    assert turns[0].look() == 0 and turns[0].taken
    turns[0]._give_back_ticket()
    assert [turn.look() for turn in left[1:]] == [1, 2, 3]
    turns[0].leave()


def test_who_comes_later_stands_behind_also_when_the_clock_was_set_back(homes, monkeypatch):
    first = QueuePlace("cpu")
    first.wait(lambda place: None)
    early = waiting(2)
    monkeypatch.setattr(time, "time_ns", lambda: 1)
    late = QueuePlace("cpu")
    late.join()
    assert late.look() == 3 and [turn.look() for turn in early] == [1, 2]
    foreign = late._folder / "notes.ticket"
    foreign.write_text("mine")
    assert late.look() == 3 and foreign.read_text() == "mine"
    first.leave()
