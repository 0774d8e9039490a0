"""One job a device, in order; a dead job frees its place."""

import subprocess
import sys
import threading

import pytest

from pipelines.runs.queue import Turn, line_for

HOLDER = "import sys, time; from pipelines.runs.queue import Turn; t = Turn('cpu'); t.wait(lambda place: None); "
HOLDER += "print('mine', flush=True); time.sleep(60)"


def test_jobs_run_one_at_a_time_in_order(homes, until):
    first, order, places = Turn("cpu"), [], {}
    first.wait(lambda place: None)

    def job(name):
        turn = Turn("cpu")
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
    turns = [Turn("cpu"), Turn("cuda")]
    for turn in turns:
        turn.wait(lambda place: (_ for _ in ()).throw(AssertionError("must not wait")))
    assert all(turn.taken for turn in turns)
    for turn in turns:
        turn.leave()


def test_a_killed_job_frees_its_place(homes, until):
    child = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "mine\n"
    waiting, got = Turn("cpu"), []
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
    first, second = Turn("cpu"), Turn("cpu")
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
