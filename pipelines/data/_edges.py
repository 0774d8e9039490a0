"""Grey pictures of a data set with their edges, dark lines on white.

An edge is where brightness changes most: the gradient by Sobel's filters, whose size is at least a threshold and is
nowhere larger beside it across the edge (the thinning of Canny, A Computational Approach to Edge Detection, 1986,
without its two thresholds). Of two pixels that are alike the brighter one counts, so that a shape's outline is part of
the shape.
"""

from __future__ import annotations

import numpy as np

from pipelines import data
from pipelines.data._image_set import ImageSet, Progress, with_field, within

LEAST = 16.0  # grey levels a pixel, the change of brightness that is an edge in a picture of ``NORMAL`` pixels
NORMAL = 28  # in larger pictures the same edge is less steep
CHUNK = 1000  # pictures at a time
ACROSS = ((0, 1), (1, 1), (1, 0), (1, -1))  # (rows, columns) to the pixel beside, by the gradient's direction


def read(name: str, of: str, *, size: int, channels: int, split: str, progress: Progress) -> ImageSet:
    """One split of a set of grey pictures, with the field ``edges``, uint8 [N, 1, size, size].

    Args:
        name: of the data set to make.
        of: the set whose pictures it has.
        size, channels, split, progress: as ``data.load`` has them.

    Raises:
        DataError: the pictures cannot be had.
    """
    shown = data.load(of, size=size, channels=channels, split=split, progress=within(progress, 0.0, 0.5))
    edges = np.empty((len(shown), 1, size, size), np.uint8)
    for start in range(0, len(shown), CHUNK):
        progress(0.5 + 0.4 * start / len(shown), "Finding edges")
        edges[start : start + CHUNK, 0] = edges_of(shown.images[start : start + CHUNK, 0])
    return with_field(shown, name, "edges", edges, within(progress, 0.9, 1.0))


def edges_of(pictures: np.ndarray) -> np.ndarray:
    """Edges of grey pictures uint8 [N, H, W]: uint8 [N, H, W], 0 on an edge and 255 elsewhere."""
    grey = np.pad(pictures.astype(np.int32), ((0, 0), (1, 1), (1, 1)), mode="edge")
    down = grey[:, 2:] - grey[:, :-2]  # [N, H, W + 2]
    right = grey[:, :, 2:] - grey[:, :, :-2]  # [N, H + 2, W]
    down = down[:, :, :-2] + 2 * down[:, :, 1:-1] + down[:, :, 2:]  # eight times the change of brightness a pixel
    right = right[:, :-2] + 2 * right[:, 1:-1] + right[:, 2:]
    steep = down * down + right * right  # at most 2 * 1020 ** 2
    order = np.pad(steep.astype(np.int64) * 256 + pictures, ((0, 0), (1, 1), (1, 1)), constant_values=-1)
    direction = np.round(np.arctan2(down, right) / (np.pi / 4)).astype(np.int8) % 4
    height, width = pictures.shape[1:]
    least = 8 * LEAST * NORMAL / width
    here, most = order[:, 1:-1, 1:-1], np.zeros(pictures.shape, bool)
    for number, (row, column) in enumerate(ACROSS):
        ahead = order[:, 1 + row : 1 + row + height, 1 + column : 1 + column + width]
        behind = order[:, 1 - row : 1 - row + height, 1 - column : 1 - column + width]
        most |= (direction == number) & (here >= ahead) & (here >= behind)
    return np.where(most & (steep >= least**2), 0, 255).astype(np.uint8)
