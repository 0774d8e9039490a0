"""Turns: in order, a few at a time, and none for who has left."""

from __future__ import annotations

import threading
import time
from contextvars import copy_context

import httpx
import pytest

from explorer.server.turns import COMPUTING, LEFT, FairSemaphore, Left


@pytest.mark.parametrize("width", [1, 3])
def test_turns_come_in_order_and_no_more_than_so_many_at_a_time(width: int) -> None:
    turnstile, order, inside, most = FairSemaphore(width), [], 0, 0
    lock, gate = threading.Lock(), threading.Event()

    def visit(number: int) -> None:
        nonlocal inside, most
        with turnstile.turn():
            with lock:
                order.append(number)
                inside += 1
                most = max(most, inside)
            gate.wait(20)
            with lock:
                inside -= 1

    threads = []
    for number in range(12):
        threads.append(threading.Thread(target=visit, args=(number,)))
        threads[-1].start()
        while len(turnstile._line) + len(order) < number + 1:  # it stands in the line before the next one comes
            time.sleep(0.001)
    assert order == list(range(width))
    gate.set()
    for thread in threads:
        thread.join(20)
    assert sorted(order) == list(range(12)) and most <= width
    if width == 1:
        assert order == list(range(12))
    assert turnstile._free == width and not turnstile._line


def test_a_turn_is_given_back_when_something_fails() -> None:
    turnstile = FairSemaphore(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turnstile.turn():
            raise ZeroDivisionError
    assert turnstile._free == 1
    with turnstile.turn():
        other = threading.Thread(target=lambda: pytest.raises(KeyError, fail))

        def fail() -> None:
            with turnstile.turn():
                raise KeyError

        other.start()
        while not turnstile._line:
            time.sleep(0.001)
    other.join(20)
    with turnstile.turn():
        assert turnstile._free == 0
    assert turnstile._free == 1


def test_who_has_left_is_let_through_no_more() -> None:
    turnstile, found = FairSemaphore(1), []

    def visit(name: str, left: threading.Event) -> None:
        LEFT.set(left)
        try:
            with turnstile.turn():
                found.append(name)
        except Left:
            found.append(f"{name} left")

    stays, leaves = threading.Event(), threading.Event()
    visitors = [threading.Thread(target=visit, args=one) for one in (("first", leaves), ("second", stays))]
    with turnstile.turn():
        for number, visitor in enumerate(visitors, 1):
            visitor.start()
            while len(turnstile._line) < number:
                time.sleep(0.001)
        leaves.set()
        visitors[0].join(20)
        assert found == ["first left"] and len(turnstile._line) == 1
    visitors[1].join(20)
    assert found == ["first left", "second"]
    copy_context().run(visit, "third", leaves)
    assert found[-1] == "third left" and turnstile._free == 1, "nor who has left before"


def test_nothing_is_computed_for_a_browser_that_has_gone(client: httpx.Client) -> None:
    """A visitor who leaves the page while others compute keeps nobody waiting."""
    client.post("tiny-faces/pictures", json={"points": [{}]})  # torch and the model are loaded
    with COMPUTING.turn():
        with pytest.raises(httpx.ReadTimeout):
            client.get("tiny-faces/directions", timeout=1.0)
        until_nobody_waits = time.monotonic() + 20
        while COMPUTING._line:
            assert time.monotonic() < until_nobody_waits
            time.sleep(0.01)
