"""Perceptual path length: how much a picture changes when its latent vector takes a small step.

Between two latent vectors, at a random place of the way, a step of ``EPSILON`` of the way is taken. The length is the
squared distance of the features of both pictures by EPSILON^2, on average over many ways. Low is smooth: no step on the
way changes what is to be seen at once. Source: T. Karras et al., A Style-Based Generator Architecture for Generative
Adversarial Networks, 2019, section 4.1. There the distance is LPIPS; which features are compared decides what the
number means, so numbers of different features are never compared.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from pipelines.metrics.draws import Repeated
from pipelines.metrics.evaluation import Beside
from pipelines.metrics.judge import Judge

EPSILON = 1e-4
TRIMMED = 0.01  # share of the shortest and of the longest steps that are left out, as in the paper's code
BATCH = 100
WAYS = 400  # of each draw of the full measure

Features = Callable[[Tensor], Tensor]
"""Pictures float [B, C, H, W] in [-1, 1] to what is compared, [B, F]: a classifier's features."""
Paths = Callable[[Features, int, int], dict[str, float]]
"""The path lengths of a model by the name of the space, z or w; takes what is compared, a seed and a number of ways."""
Along = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Takes both ends of ways, [B, ...], and places in [0, 1], [B, 1 ...]; gives the points, [B, ...]."""


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Points on great circles between the directions of a and b, of length 1: [B, D], t [B, 1]."""
    a, b = (each / each.norm(dim=1, keepdim=True) for each in (a, b))
    angle = (a * b).sum(1, keepdim=True).clamp(-1, 1).acos()
    aside = b - (a * b).sum(1, keepdim=True) * a
    aside = aside / aside.norm(dim=1, keepdim=True).clamp(min=1e-12)
    return a * (t * angle).cos() + aside * (t * angle).sin()


def features_of(judge: Judge) -> Features:
    """What a classifier sees on pictures [B, C, H, W] in [-1, 1], [B, F], as ``path_length`` takes it."""
    return lambda pictures: judge.features(judge.prepared(pictures))


@torch.inference_mode()
def path_length(
    generator: nn.Module,
    features: Features,
    ends: tuple[Tensor, Tensor],
    y: Tensor | None = None,
    chance: torch.Generator | None = None,
    space: Literal["z", "w"] = "z",
) -> float:
    """The length, >= 0.

    Args:
        generator: in eval mode; z [B, latent_size] and y to pictures. In W with ``mapping`` and ``synthesis``.
        features: what is compared.
        ends: of each way, z [N, latent_size] both.
        y: the class of each way, [N]; None without classes.
        chance: draws the places on the ways; None takes torch's own.
        space: ``z``, for a Gaussian prior: the ways are great circles of radius sqrt(latent_size). ``w``: they are
            straight lines between the styles of both ends.
    """
    if space == "w":
        ends = tuple(torch.cat([generator.mapping(z, label) for z, label in _batches(each, y)]) for each in ends)
        return _length(lambda w, _: features(generator.synthesis(w)), torch.lerp, ends, None, chance)
    radius = ends[0].shape[1] ** 0.5
    return _length(lambda z, y: features(generator(z, y)), lambda a, b, t: radius * slerp(a, b, t), ends, y, chance)


def fields(paths: Paths | None, own: Any, seed: int, times: int) -> dict[str, Any]:
    """The fields of an ``Evaluation`` that tell path lengths: each of so many draws of ways has a seed of its own.

    Args:
        paths: of the model; None of one whose path lengths are not measured. Without any there are no fields.
        own: the judge of its data set: pictures to features, and its ``name``.
    """
    if paths is None:
        return {}
    seeds = np.random.SeedSequence((seed, WAYS)).generate_state(times).tolist()
    found = [paths(lambda pictures: own(pictures)[0], each, WAYS) for each in seeds]
    if not found[0]:
        return {}
    each = {space: Repeated.of(operator.itemgetter(space), found) for space in found[0]}
    lengths = {space: Beside(length.mean, None, length.spread) for space, length in each.items()}
    return {"path_lengths": lengths, "path_features": own.name, "path_count": WAYS * times}


def _length(
    seen: Callable[[Tensor, Tensor | None], Tensor],
    along: Along,
    ends: tuple[Tensor, Tensor],
    y: Tensor | None,
    chance: torch.Generator | None,
) -> float:
    places = torch.rand(len(ends[0]), *[1] * (ends[0].ndim - 1), generator=chance).to(ends[0])
    before, after = (along(*ends, t) for t in (places, places + EPSILON))
    steps = [
        (seen(b, label) - seen(a, label)).double().square().sum(1)
        for (a, label), (b, _) in zip(_batches(before, y), _batches(after, y), strict=True)
    ]
    lengths = torch.cat(steps).sort().values / EPSILON**2
    out = int(TRIMMED * len(lengths))
    return lengths[out : len(lengths) - out].mean().item()


def _batches(points: Tensor, y: Tensor | None) -> list[tuple[Tensor, Tensor | None]]:
    parts = points.split(BATCH)
    return list(zip(parts, [None] * len(parts) if y is None else y.split(BATCH), strict=True))
