"""Samples by their address: sample ``index`` of ``seed`` is the same z, however many others are drawn with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import Tensor

from pipelines.config.train_config import TrainConfig
from pipelines.errors import ModelError
from pipelines.models import steepness
from pipelines.models.registry import Entry
from pipelines.networks._conditioning import centres, spread

MOST_KNOWN = 100_000  # samples of which it is kept how often they were drawn anew
Address = tuple[int, int]  # (seed, index)


def draw(
    addresses: Iterable[Address],
    entry: Entry,
    classes: int,
    redrawn: dict[Address, int],
    steep_around: Callable[[Tensor], np.ndarray],
) -> tuple[Tensor, Tensor]:
    """The z, float32 [B, latent_size], and classes, int64 [B], of samples: each from random numbers of its own.

    Args:
        addresses: of the samples.
        entry: the model, with its prior and what its card says of that: truncation, centres and z that are left out.
        classes: from how many one is drawn.
        redrawn: how often samples were drawn anew because G is steep around them, as far as known; added to.
        steep_around: how steep G is around z [B, latent_size], float32 [B]; only asked where ``entry.steepest`` is set.

    Raises:
        ModelError: a seed or an index is negative or beyond 64 bits.
    """
    addresses = list(addresses)
    once = list(dict.fromkeys(addresses))  # asked for twice, a sample is still one
    kept = np.setdiff1d(np.arange(entry.config.centres), entry.rejected)
    chances, z, y = [], [], []
    for seed, index in once:
        if not (0 <= seed < 2**63 and 0 <= index < 2**63):
            raise ModelError(f"There is no sample {index} of seed {seed}; both are whole numbers from 0 on.")
        chances.append(chance := np.random.Generator(np.random.Philox(key=[seed, index])))
        z.append(_latent(chance, entry.config, entry.truncation, kept))
        y.append(chance.integers(max(1, classes)))
    latent = torch.from_numpy(np.array(z, np.float32).reshape(-1, entry.config.latent_size))
    if entry.steepest is not None:

        def anew(row: int) -> Tensor:
            return torch.from_numpy(_latent(chances[row], entry.config, entry.truncation, kept))

        _leave_steep_out(latent, once, anew, redrawn, lambda z: steep_around(z) > entry.steepest)
    places = {address: row for row, address in enumerate(once)}
    rows = torch.tensor([places[address] for address in addresses], dtype=torch.int64)
    return latent[rows], torch.tensor(y, dtype=torch.int64)[rows]


def _leave_steep_out(
    z: Tensor,
    addresses: list[Address],
    anew: Callable[[int], Tensor],
    redrawn: dict[Address, int],
    steep: Callable[[Tensor], np.ndarray],
) -> None:
    """Draw those z [B, latent_size] anew, in place, around which G is too steep.

    Args:
        addresses: of the z, none twice.
        anew: the next z of a row's own random numbers.
        redrawn: as in ``draw``.
        steep: of z [n, latent_size], whether G is too steep around them, bool [n].
    """
    pending = []
    for row, address in enumerate(addresses):
        if (times := redrawn.get(address)) is None:
            pending.append(row)
        for _ in range(times or 0):
            z[row] = anew(row)
    found = dict.fromkeys((addresses[row] for row in pending), 0)
    while pending:
        is_steep = dict(zip(pending, steep(z[pending]), strict=True))
        pending = [row for row in pending if is_steep[row] and found[addresses[row]] < steepness.MOST]
        for row in pending:
            z[row] = anew(row)
            found[addresses[row]] += 1
    if len(redrawn) + len(found) <= MOST_KNOWN:
        redrawn.update(found)


def _latent(chance: np.random.Generator, config: TrainConfig, truncation: float, kept: np.ndarray) -> np.ndarray:
    """One latent vector [latent_size] of a configuration's prior, as ``draw_latent`` draws many, made narrower.

    Args:
        kept: the centres of a mixture that are drawn from.
    """
    size = config.latent_size
    if config.prior == "uniform":
        return truncation * chance.uniform(-1, 1, size)
    if config.prior == "mixture":
        around = kept[chance.integers(len(kept))]
        aside = spread(size).numpy() * chance.standard_normal(size)
        return centres(config.centres, size)[around].numpy() + truncation * aside
    return truncation * chance.standard_normal(size)
