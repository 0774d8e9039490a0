"""Pictures whose layers take their styles from two samples: style mixing, for generators with a mapping network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from pipelines.errors import ModelError
from pipelines.latent.model import Model
from pipelines.latent.point import Point
from pipelines.models.batches import in_batches
from pipelines.registries import MODALITIES


@torch.inference_mode()
def mixed(
    model: Model,
    rows: Sequence[Point],
    columns: Sequence[Point],
    taken: Sequence[bool],
    noise: Sequence[bool] | None = None,
) -> np.ndarray:
    """The pictures of some columns, and for each row its own picture and its mixtures with each column.

    Karras et al., A Style-Based Generator Architecture for Generative Adversarial Networks (2019), figure 3.

    Args:
        rows: points that give the styles of all other layers, R of them.
        columns: points that give the styles of the layers that are taken, C of them.
        taken: of each layer, whether its style is the column's.
        noise: of each layer but the last, whether it adds its noise; None: all of them do.

    Returns:
        uint8 [C + R * (1 + C), H, W, channels].

    Raises:
        ModelError: the model has no mapping network, or another number of layers.
    """
    layers = model.layers
    if not layers:
        raise ModelError(f"{model.id} has no styles to mix: choose a model whose network has a mapping network.")
    noise = (True,) * (layers - 1) if noise is None else tuple(noise)
    if len(taken) != layers or len(noise) != layers - 1:
        raise ModelError(
            f"{model.id} has {layers} styles and adds noise {layers - 1} times; {len(taken)} and {len(noise)} were "
            "given."
        )
    of_rows, of_columns = _styles(model, rows), _styles(model, columns)
    of_column = torch.tensor(taken)[None, :, None]
    each = [of_columns]
    for w in of_rows:
        each += [w[None], torch.where(of_column, of_columns, w)]
    return _drawn(model, torch.cat(each), noise)


def _styles(model: Model, points: Sequence[Point]) -> Tensor:
    """Styles of points, [B, layers, W], as their truncation and moves leave them."""
    z, y = model.resolve(points)
    return model.trained.styles(torch.from_numpy(z), y, model.styled(points))


def _drawn(model: Model, w: Tensor, noise: tuple[bool, ...]) -> np.ndarray:
    """Pictures of styles [B, layers, W], always as many decoded at once, so that company changes no pixel."""
    trained, parts = model.trained, []
    modality = MODALITIES.get(trained.entry.spec.modality)
    for pictures in in_batches(lambda some: trained.generator.synthesis(some, noise), w):
        if not torch.isfinite(pictures).all():
            raise ModelError(f"{model.id} draws a picture with numbers that are not finite here: choose other samples.")
        parts.append(modality.tile(modality.decode(pictures), trained.config.size, trained.config.channels))
    return torch.cat(parts).permute(0, 2, 3, 1).numpy()
