"""Pictures of any size as squares of one size, one after the other, with those that cannot be read left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from pipelines.data._image_set import Progress
from pipelines.errors import DataError

NAMED = 3  # how many pictures a note names before it only counts


def gathered(
    names: Sequence[str], opened: Callable[[int], Image.Image], size: int, channels: int, progress: Progress
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """All pictures that can be read, in their order.

    Args:
        names: of the pictures, for messages.
        opened: gives picture i; whatever it raises means that the picture cannot be read.
        size: edge of the squares to make, in pixels.
        channels: 1 for grey, 3 for colour.
        progress: told the share done.

    Returns:
        The pictures, uint8 [K, C, size, size]; which of the names they are, int64 [K]; and the names of the others.
    """
    images = np.empty((len(names), channels, size, size), np.uint8)
    kept, unreadable = [], []
    for index, name in enumerate(names):
        progress(index / len(names), f"Reading picture {index + 1:,} of {len(names):,}")
        try:
            images[len(kept)] = fitted(opened(index), size, channels)
            kept.append(index)
        except Exception:  # Pillow raises a dozen types for broken files; whichever it is, the note names the picture
            unreadable.append(name)
    return images[: len(kept)], np.array(kept, np.int64), unreadable


def fitted(image: Image.Image, size: int, channels: int) -> np.ndarray:
    """The central square of a picture, uint8 [C, size, size]."""
    image = image.convert("L" if channels == 1 else "RGB")
    image = ImageOps.fit(image, (size, size), Image.Resampling.BICUBIC)  # the filter of every set, see _idx.resized
    return np.asarray(image).reshape(size, size, channels).transpose(2, 0, 1)


def require(name: str, home: Path, needed: Sequence[str], advice: str) -> None:
    """Does nothing where all the files and folders ``needed`` lie below ``home``.

    Raises:
        DataError: one is missing; the sentence says which, and ends with ``advice``.
    """
    missing = [path for path in needed if not (home / path).exists()]
    if missing:
        raise DataError(
            f"The data set {name!r} is not fetched by itself, and {', '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} not in {home}; {advice}."
        )


def skipped(what: str, names: Sequence[str]) -> tuple[str, ...]:
    """A note that ``names`` were skipped for being ``what``, or none where there are none."""
    return (f"{len(names):,} {what} {were(names)} skipped: {some(names)}",) if names else ()


def were(names: Sequence[str]) -> str:
    """The subject and verb of a sentence about so many pictures."""
    return "picture was" if len(names) == 1 else "pictures were"


def some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
