"""Rows computed in batches of one fixed size, because a matrix product of another size may round differently."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from torch import Tensor

from pipelines import threads

BATCH = 8  # pictures decoded at once: always as many, so that company changes no pixel
MANY = 100  # decoded at once where many are measured: threads wait for each other less often


def in_batches(compute: Callable[..., Tensor], *rows: Tensor | None, batch: int = BATCH) -> Iterator[Tensor]:
    """What is computed of rows [B, ...], at most ``batch`` at once.

    It is always computed of as many, so that company changes no bit. The last row stands in for those that lack; what
    is computed of these is left out. None is handed on as it is.
    """
    count = len(rows[0])
    for start in range(0, count, batch):
        threads.review()
        some = min(batch, count - start)
        at = [*range(start, start + some), *[start + some - 1] * (batch - some)]
        yield compute(*(None if each is None else each[at] for each in rows))[:some]
