"""What the discriminator of a model says of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from pipelines.errors import ModelError
from pipelines.latent.conditions import Classes
from pipelines.registries import LOSSES
from pipelines.training.pictures import to_float

if TYPE_CHECKING:
    from pipelines.latent.model import Model

_BATCH = 64


@torch.inference_mode()
def score(model: Model, images: np.ndarray, y: Classes = None) -> np.ndarray:
    """D's output [B] for pictures uint8 [B, H, W, C]: a probability of being real in [0, 1] where D was trained to give
    one (minimax, non-saturating), else what its loss says (``D_OUTPUT``): a score of any size, higher for more real,
    or, say, a distance.

    Args:
        y: as in ``Model.decode``.

    Raises:
        ModelError: the model comes without D, or the pictures or classes do not fit.
    """
    trained = model.trained
    if not model.judges_pictures:
        without = "comes without its discriminator" if trained.draws_pictures else "draws no pictures"
        raise ModelError(f"{model.id} {without}, so there is no opinion to ask for.")
    if images.shape[1:] != model.shape or images.dtype != np.uint8:
        raise ModelError(
            f"D of {model.id} wants uint8 pictures of {model.shape}, not {images.dtype} {images.shape[1:]}."
        )
    x = to_float(torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2))
    labels = model.classes(y, len(x))
    if labels is not None and labels.ndim == 2 and trained.attributes is None:
        labels = labels.argmax(1)  # D knows classes, not mixtures: it is asked for the largest part
    parts = [slice(start, start + _BATCH) for start in range(0, len(x), _BATCH)]
    out = torch.cat([trained.logits(x[part], None if labels is None else labels[part]) for part in parts])
    return LOSSES.get(trained.config.loss).d_output(out).float().numpy()
