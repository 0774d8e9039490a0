"""Which checkpoints of a run are kept: the last two, to go on from, and some older ones, to branch from."""

from __future__ import annotations

from collections.abc import Sequence

LAST = 2  # the newest, and the one before in case that is damaged
OLDER = 6  # at most, spread over the run
OLDER_BYTES = 300_000_000  # that the older ones may take together; of large networks fewer are kept


def superfluous(steps: Sequence[int], size: int) -> list[int]:
    """The checkpoints that may go, so that those which stay are spread over the run as evenly as can be.

    Of the older ones, the one goes whose neighbours lie closest together, again and again. Called after each save it
    needs no plan of how long the run will be: as it grows, the gaps grow alike.

    Args:
        steps: of all checkpoints, rising.
        size: of one of them, in bytes.
    """
    older, last = list(steps[:-LAST]), list(steps[-LAST:])
    room, gone = min(OLDER, OLDER_BYTES // max(1, size)), []
    while len(older) > room:
        edges = [0, *older, *last[:1]]
        gaps = [edges[index + 2] - edges[index] for index in range(len(older))]
        gone.append(older.pop(gaps.index(min(gaps))))
    return gone
