"""Where the places of a picture look while a generator with self-attention draws it."""

from __future__ import annotations

import numpy as np
import torch

from pipelines.errors import ModelError
from pipelines.latent.model import Model
from pipelines.latent.point import Point
from pipelines.networks._attention import attention_maps
from pipelines.registries import network_traits


def heat_maps(model: Model, at: Point) -> np.ndarray:
    """How much each place of a point's maps looks at each place, as grey pictures, a picture a place that looks.

    Zhang et al., Self-Attention Generative Adversarial Networks (2019), figure 1.

    Returns:
        uint8 [queries_h * queries_w, keys_h, keys_w, 1], the queries row by row from the upper left. Each picture is
        divided by its largest weight, which is 255.

    Raises:
        ModelError: the model has no self-attention, or the point does not fit it.
    """
    trained = model.trained
    if not network_traits(trained.config.network).attention:
        raise ModelError(
            f"{model.id} has no self-attention, so no place of its pictures looks at others: choose a model whose "
            "network has it."
        )
    z, y = model.resolve([at])
    weights = attention_maps(trained.generator, torch.from_numpy(z), trained.told(y))[0].flatten(0, 1)
    largest = weights.amax((1, 2), keepdim=True)  # at least 1 / keys, since a place's weights sum to 1
    return (255 * weights / largest).round().to(torch.uint8)[..., None].numpy()
