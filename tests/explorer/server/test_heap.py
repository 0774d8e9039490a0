"""What the server imports is left out of garbage collection, which Streamlit asks for after each run of a page."""

from __future__ import annotations

import gc

import pytest

from explorer.server import heap, playground_routes
from tests.explorer.scenes import play


@pytest.fixture
def settled(monkeypatch) -> list[str]:
    """After what the heap is settled, instead of doing it."""
    told: list[str] = []
    monkeypatch.setattr(heap, "settle", told.append)
    return told


def test_what_is_alive_is_left_out_once():
    heap.settle.cache_clear()
    gc.unfreeze()
    try:
        heap.settle("server")
        known = gc.get_freeze_count()
        assert known > 10_000 and len(gc.get_objects()) < known / 10
        more = [[number] for number in range(1000)]
        heap.settle("server")
        assert gc.get_freeze_count() <= known, "once"
        heap.settle("torch")
        assert gc.get_freeze_count() >= known + len(more) - 100, "and once more with torch"
    finally:
        gc.unfreeze()
        heap.settle.cache_clear()


def test_the_server_does_it_as_it_starts(settled):
    async def lives() -> None:
        async with heap.level():
            assert settled == ["server"]

    play(lives())


def test_whoever_asks_a_model_or_plays_has_it_done_with_torch(settled, ask, own_models):
    assert ask("tiny-faces", "").status_code == 200 and settled == ["torch"]
    assert playground_routes._answered("shapes", {}, b"{}").status_code == 200 and settled == ["torch", "torch"]
