"""What is shown of a run: a grid of samples from one fixed batch of noise, and the schedule by which it is drawn."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable

import torch
from PIL import Image
from torch import Tensor

from pipelines.config.train_config import TrainConfig
from pipelines.modalities._conditions import tiles
from pipelines.networks._conditioning import draw_latent
from pipelines.registries import network_traits
from pipelines.training.trainer import Trainer

GAP = 2  # pixels between two pictures of a grid, transparent
_MOST_ROWS = 20  # of classes; more would be too small to see
_EXAMPLES = 8  # rows of conditions that are no classes, at most
_EARLY = (0, 1, 2, 5, 10, 20, 50)  # steps at which everything changes


class FixedView:
    """The same z, and the same conditions, at every step: a conditional model shows one of them a row, one z a column.

    Conditions that are pictures, maps or numbers stand themselves in the first column, and the pictures that belong to
    them, where these are known, in the last. Those that are attributes are told by the names of the rows. Where z
    changes nothing, a row holds several conditions, each with its one picture beside it.

    Args:
        config: of the run.
        class_names: of its data set.
        examples: conditions that are no classes, as they are stored, [K, ...]; None for classes.
        truth: the pictures that belong to them, uint8 [K, C, S, S], where these are known.
        indexed: whether ``y`` numbers the examples, as models are asked for them, instead of being their values.
        tiled: whether the examples are shown.
    """

    def __init__(
        self,
        config: TrainConfig,
        class_names: tuple[str, ...],
        examples: Tensor | None = None,
        truth: Tensor | None = None,
        indexed: bool = False,
        tiled: bool = True,
    ) -> None:
        noise = torch.Generator().manual_seed(config.seed + 1)
        self.groups = 1  # conditions in each row
        self._told: Tensor | None = None
        self._truth: Tensor | None = None
        if config.conditional and examples is not None:
            self.rows = min(len(examples), _EXAMPLES)
            drawn, beside = max(2, config.samples // self.rows), tiled + (truth is not None)
            if tiled and not network_traits(config.network).z_changes(config.dropout):
                self.groups = max(1, min((drawn + beside) // (1 + beside), len(examples) // self.rows))
                drawn = 1
            self.columns, count = self.groups * (drawn + beside), self.groups * self.rows
            self._truth = None if truth is None else truth[:count].cpu()
            self.z = draw_latent(drawn, config, noise).repeat(count, 1)
            shown = examples[:count]
            chosen = torch.arange(count) if indexed else shown
            self.y, self.row_labels = chosen.repeat_interleave(drawn, 0), self._labels(class_names[:count])
            self._told = tiles(shown.cpu(), config.size, config.channels) if tiled else None
        elif config.conditional:
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

    def _labels(self, names: tuple[str, ...]) -> list[str]:
        """What rows are called of whose conditions these are the names: of several in a row their numbers."""
        if self.groups == 1:
            return list(names)
        return [f"{first} to {first + self.groups - 1}" for first in range(1, len(names) + 1, self.groups)]

    @property
    def has_input(self) -> bool:
        """Whether the conditions stand in the first column, or before each picture."""
        return self._told is not None

    @property
    def has_truth(self) -> bool:
        """Whether the true pictures stand in the last column, or after each picture."""
        return self._truth is not None

    def picture(self, trainer: Trainer) -> bytes:
        """The grid as the networks stand, as PNG."""
        return self.png(trainer.tiles(self.z, self.y))

    def png(self, samples: Tensor) -> bytes:
        """The grid of the samples of ``z`` and ``y``, uint8 [B, C, H, W], as PNG."""
        if self.has_input or self.has_truth:
            beside = [None if each is None else each[:, None] for each in (self._told, self._truth)]
            rows = [beside[0], samples.unflatten(0, (self.groups * self.rows, -1)), beside[1]]
            samples = torch.cat([part for part in rows if part is not None], 1).flatten(0, 1)
        return grid_png(samples, self.columns)


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
