"""What is shown of a run: a grid of samples from one fixed batch of noise, and the schedule by which it is drawn."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable

import torch
from PIL import Image
from torch import Tensor

from pipelines.config.train_config import TrainConfig
from pipelines.networks._conditioning import draw_latent
from pipelines.training.trainer import Trainer

GAP = 2  # pixels between two pictures of a grid, transparent
_MOST_ROWS = 20  # of classes; more would be too small to see
_EARLY = (0, 1, 2, 5, 10, 20, 50)  # steps at which everything changes


class FixedView:
    """The same z, and the same classes, at every step: a conditional model shows one class a row, one z a column."""

    def __init__(self, config: TrainConfig, class_names: tuple[str, ...]) -> None:
        noise = torch.Generator().manual_seed(config.seed + 1)
        if config.conditional:
            self.rows = min(len(class_names), _MOST_ROWS)
            self.columns = max(2, config.samples // self.rows)
            z = draw_latent(self.columns, config, noise)
            self.z = z.repeat(self.rows, 1)
            self.y = torch.arange(self.rows).repeat_interleave(self.columns)
            self.row_labels = list(class_names[: self.rows])
        else:
            self.columns = math.ceil(math.sqrt(config.samples))
            self.rows = math.ceil(config.samples / self.columns)
            self.z = draw_latent(config.samples, config, noise)
            self.y, self.row_labels = None, []

    def picture(self, trainer: Trainer) -> bytes:
        """The grid as the networks stand, as PNG."""
        return grid_png(trainer.sample(self.z, self.y), self.columns)


def grid_png(images: Tensor, columns: int) -> bytes:
    """Pictures uint8 [N, C, H, W] in rows of ``columns``, at native size, ``GAP`` transparent pixels apart, as PNG."""
    count, channels, height, width = images.shape
    rows = math.ceil(count / columns)
    size = (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP)
    sheet = Image.new("LA" if channels == 1 else "RGBA", size)
    for index, picture in enumerate(images):
        tile = Image.fromarray(picture[0].numpy() if channels == 1 else picture.permute(1, 2, 0).numpy())
        row, column = divmod(index, columns)
        sheet.paste(tile.convert(sheet.mode), (column * (width + GAP), row * (height + GAP)))
    file = io.BytesIO()
    sheet.save(file, "PNG", compress_level=1)
    return file.getvalue()


def grid_due(step: int, steps_per_epoch: float) -> bool:
    """Whether a grid is drawn at a step: dense early, then at round numbers about eight times an epoch."""
    if step <= _EARLY[-1]:
        return step in _EARLY
    return step % _round_down(min(step / 5, max(10.0, steps_per_epoch / 8))) == 0


def measure_due(before: float, after: float, steps_per_epoch: float) -> bool:
    """Whether quality is measured at a step: at each epoch's end, and in a long first epoch at its quarter and half.

    Epochs of less than 200 steps are taken together, so that measuring stays a small part of training.

    Args:
        before: epochs done before the step.
        after: epochs done after it.
        steps_per_epoch: steps of G in one pass over the data.
    """
    together = max(1, math.ceil(200 / steps_per_epoch))
    marks: Iterable[float] = (0.25, 0.5) if steps_per_epoch >= 400 else ()
    return int(after / together) > int(before / together) or any(before < mark <= after for mark in marks)


def _round_down(number: float) -> int:
    """The largest of 1, 2, 5, 10, 20, 50, ... that is not above a number."""
    power = 10 ** math.floor(math.log10(number))
    return int(max(digit * power for digit in (1, 2, 5) if digit * power <= number))
