"""The network of a reader of one's own: it reads attributes or classes off pictures of any size, at 64 x 64 in colour.

``own_training.py`` trains it on a person's own labelled pictures.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from pipelines.metrics.judge import FEATURES, Judge, block

SIZE = 64
WIDTHS = (24, 48, 96, 128)  # channels: photographs want more of them than drawn faces


class OwnReader(Judge):
    """From 64 x 64 colour pictures to a logit for each name; of grey pictures all three channels are equal."""

    SIZE, CHANNELS = SIZE, 3

    def __init__(self, names: Sequence[str], groups: Sequence[Sequence[str]] = ()) -> None:
        """Draws first weights.

        Args:
            names: of the logits, in their order: attributes, or classes.
            groups: names of attributes that exclude each other.
        """
        one, two, three, four = WIDTHS
        body = nn.Sequential(
            *block(3, one, stride=2),  # [B, 24, 32, 32]
            *block(one, two, stride=2),  # [B, 48, 16, 16]
            *block(two, three), nn.MaxPool2d(2),  # [B, 96, 8, 8]
            *block(three, four), nn.MaxPool2d(2),  # [B, 128, 4, 4]
            nn.Flatten(), nn.Dropout(0.2), nn.Linear((self.SIZE // 16) ** 2 * four, FEATURES, bias=False),
            nn.BatchNorm1d(FEATURES),
        )  # fmt: skip
        super().__init__(body, len(names))
        self.attribute_names = tuple(names)
        self.groups = tuple(tuple(group) for group in groups)
