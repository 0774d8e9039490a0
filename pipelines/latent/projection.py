"""Projects a picture to z: the point of the latent space whose picture is nearest to it, found by optimisation.

Creswell and Bharath: Inverting the generator of a generative adversarial network (2018). The loss is the mean squared
difference of the pixels, at full size and averaged to a quarter of it, which keeps the search from getting stuck on
fine detail, with a pull towards where samples lie. Several starts are taken, and the best is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import avg_pool2d

from pipelines import optimisers
from pipelines.errors import ModelError
from pipelines.latent.model import Classes, Model
from pipelines.training.pictures import to_float

STEPS, STARTS, POOL = 200, 8, 64
RATE = 0.1
PULL = 1e-3


@dataclass(frozen=True)
class Projection:
    """How far the search has got."""

    step: int
    steps: int
    z: np.ndarray  # float32 [latent_size], the best so far
    distance: float  # root mean square difference of its picture's pixels, in [0, 255]


def project(
    model: Model, picture: np.ndarray, y: Classes = None, *, steps: int = STEPS, seed: int = 0, report_every: int = 10
) -> Iterator[Projection]:
    """Search the z of a picture uint8 [H, W, C] of the model's own shape; yields the state every few steps.

    Args:
        y: the class, for a conditional model.

    Raises:
        ModelError: the picture does not have the model's shape, or the model's pictures do not follow z.
    """
    if picture.shape != model.shape or picture.dtype != np.uint8:
        raise ModelError(f"The picture is {picture.dtype} {picture.shape}; {model.id} draws uint8 {model.shape}.")
    target = to_float(torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None])
    if not model.trained.draws_pictures:
        raise ModelError(f"{model.id} draws no pictures, so that none can be searched for.")
    model.require_z("no z of a picture can be found")
    generator = model.trained.raw
    labels = model.classes(y, POOL)
    with torch.no_grad():  # the starts are the samples that are nearest already
        pool = torch.from_numpy(model.z(POOL, seed))
        first = _loss(generator(pool, labels), target)
        z = pool[first.argsort()[:STARTS]].clone()
    labels = model.classes(y, STARTS)
    z.requires_grad_(True)
    optimizer = optimisers.Adam([z], RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    nearest, far, least = z[0].detach().clone(), float("inf"), float("inf")
    for step in range(steps + 1):
        images = generator(z, labels)
        loss = _loss(images, target)
        with torch.no_grad():  # where z is now, before it moves on
            best = int(loss.argmin())
            if loss[best] < least:
                nearest, least = z[best].clone(), loss[best].item()
                far = (images[best] - target[0]).square().mean().sqrt().item() * 127.5
        if step and (step % report_every == 0 or step == steps):
            yield Projection(step, steps, nearest.numpy().copy(), far)
        if step < steps:
            (loss + PULL * z.square().mean(1)).sum().backward()
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()


def _loss(images: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Of each picture, [B]."""
    fine = (images - target).square().mean((1, 2, 3))
    coarse = (avg_pool2d(images, 4) - avg_pool2d(target, 4)).square().mean((1, 2, 3))
    return fine + coarse
