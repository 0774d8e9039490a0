"""Which z are left out: those where G's picture changes fastest.

A generator is continuous and what it learns is not: between long hair and short lie z whose pictures are neither, torn
or smeared, and there the picture changes fastest with z. Not to draw where the Jacobian of G is largest leaves most of
them out (Tanielian et al., Learning disconnected manifolds: a no GAN's land, 2020, "truncation by the Jacobian").
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from pipelines.errors import ModelError, reason_of
from pipelines.stored_tensors import tensor_of
from pipelines.tensor_files import whole_tensors

STEP, DIRECTIONS = 0.25, 2  # of the differences that stand for the Jacobian
MOST = 63  # times a sample is drawn anew; then the last stays, however steep
FILE = "redraws.safetensors"
MOST_KEPT = 1_000_000  # samples in a file
_CHUNK = 256


@torch.inference_mode()
def steepness(pictures: Callable[[Tensor], Tensor], z: Tensor) -> np.ndarray:
    """How far a picture moves for a small step of z, beside that step: float32 [B], root mean square over directions.

    Args:
        pictures: G, from z [B, latent_size] to float32 [B, C, H, W] in [-1, 1].
        z: float32 [B, latent_size].
    """
    chance = np.random.Generator(np.random.Philox(key=0))
    ways = torch.from_numpy(chance.standard_normal((DIRECTIONS, z.shape[1])).astype(np.float32))
    ways = STEP * ways / ways.norm(dim=1, keepdim=True)
    found = []
    for part in z.split(_CHUNK):
        here = pictures(part)
        squares = torch.stack([(pictures(part + way) - here).square().flatten(1).sum(1) for way in ways])
        found.append(squares.mean(0).sqrt() / STEP)
    return torch.cat(found).numpy() if found else np.zeros(0, np.float32)


def save(redraws: np.ndarray, folder: Path) -> None:
    """Write how often the first samples of seed 0 were drawn anew, uint8 [N], so that no page has to find out."""
    with whole_tensors(folder / FILE) as draft:
        save_file({"redraws": torch.from_numpy(redraws.astype(np.uint8))}, draft)


def load(path: Path) -> dict[tuple[int, int], int]:
    """How often samples were drawn anew, by (seed, index).

    Raises:
        ModelError: the file is damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            found = tensor_of(file, "redraws", torch.uint8, (None,), MOST_KEPT)
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelError(f"The file {path} is damaged ({reason_of(error)}); publish the model anew.") from None
    return {(0, index): min(times, MOST) for index, times in enumerate(found.tolist())}
