"""Perceptual path lengths of a model, in the spaces that it has: what the full measure asks for."""

from __future__ import annotations

import torch

from pipelines.metrics.path_length import Features, path_length
from pipelines.models.trained import Trained
from pipelines.registries import network_traits


def path_lengths(trained: Trained, features: Features, seed: int, count: int) -> dict[str, float]:
    """The lengths by the name of the space, z and w, on ways between samples of a seed; each way has one class.

    In z only under a Gaussian prior, whose samples lie on a sphere; in w only with a mapping network. Where pictures do
    not change with z little by little there are none.

    Args:
        features: pictures float [B, C, H, W] in [-1, 1] to what is compared, [B, F].
        seed: of the ends and of the places on the ways.
        count: ways, >= 1.
    """
    traits = network_traits(trained.config.network)
    if not traits.smooth_z:
        return {}
    spaces = ["z"] if trained.config.prior == "gaussian" else []
    spaces += ["w"] if traits.mapping else []
    z, y = trained.draw((seed, index) for index in range(2 * count))
    told, ends = trained.told(None if y is None else y[:count]), (z[:count], z[count:])
    return {
        space: path_length(trained.generator, features, ends, told, torch.Generator().manual_seed(seed), space)
        for space in spaces
    }
