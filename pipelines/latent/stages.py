"""The picture of a point at every resolution that a growing generator has had."""

from __future__ import annotations

import numpy as np
import torch

from pipelines.errors import ModelError
from pipelines.latent.model import Model
from pipelines.latent.point import Point
from pipelines.registries import MODALITIES, network_traits


@torch.inference_mode()
def by_stage(model: Model, at: Point) -> np.ndarray:
    """A point's picture by each stage of the generator, from the coarsest on, at its full size.

    Karras et al., Progressive Growing of GANs for Improved Quality, Stability, and Variation (2018), figure 1. The
    layers that draw the earlier stages are those of when they were last trained.

    Returns:
        uint8 [stages, H, W, channels]; of stages that the generator has not reached yet there is none.

    Raises:
        ModelError: the model does not grow, or the point does not fit it.
    """
    trained = model.trained
    if not network_traits(trained.config.network).grows:
        raise ModelError(f"{model.id} does not grow, so it has no stages: choose a model whose network grows.")
    z, y = model.resolve([at])
    modality = MODALITIES.get(trained.entry.spec.modality)
    pictures = torch.cat(trained.generator.pictures_by_stage(torch.from_numpy(z), trained.told(y)))
    tiles = modality.tile(modality.decode(pictures), trained.config.size, trained.config.channels)
    return tiles.permute(0, 2, 3, 1).numpy()
