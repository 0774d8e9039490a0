"""Pictures of any size as squares of one size, one after the other, with those that cannot be read left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from pipelines.data._image_set import Aborted, Progress
from pipelines.errors import DataError
from pipelines.typed_path import shown

NAMED = 3  # how many pictures a note names before it only counts
DAMAGED = "damaged"
UNKNOWN = "not a picture, or damaged at its beginning"
REFUSED = "may not be read"
TOO_LARGE = "too large (more than 89 million pixels, an edge above 65,535, or a file above 1 GB: make them smaller)"


class Unfit(Exception):
    """A picture that is not read, for a reason that notes give in these words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def gathered(
    names: Sequence[str], opened: Callable[[int], Image.Image], size: int, channels: int, progress: Progress
) -> tuple[np.ndarray, np.ndarray, dict[str, list[str]]]:
    """All pictures that can be read, in their order.

    Args:
        names: of the pictures, for messages.
        opened: gives picture i; whatever it raises means that the picture cannot be read.
        size: edge of the squares to make, in pixels.
        channels: 1 for grey, 3 for colour.
        progress: told the share done.

    Returns:
        The pictures, uint8 [K, C, size, size]; which of the names they are, int64 [K]; and the names of the others by
        the reason.
    """
    images = np.empty((len(names), channels, size, size), np.uint8)
    kept, failed = [], defaultdict(list)
    for index, name in enumerate(names):
        progress(index / len(names), f"Reading picture {index + 1:,} of {len(names):,}")
        try:
            images[len(kept)] = fitted(opened(index), size, channels)
            kept.append(index)
        except Aborted:
            raise
        except Exception as problem:  # Pillow raises a dozen types for broken files; the note names the picture
            failed[reason_of(problem)].append(name)
    return images[: len(kept)], np.array(kept, np.int64), dict(failed)


def reason_of(problem: Exception) -> str:
    """Why a picture cannot be read, by what was raised when it was opened."""
    if isinstance(problem, Unfit):
        return problem.reason
    if isinstance(problem, MemoryError):
        return TOO_LARGE
    if isinstance(problem, (PermissionError, FileNotFoundError)):
        return REFUSED
    return UNKNOWN if isinstance(problem, UnidentifiedImageError) else DAMAGED


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


def skipped(reason: str, names: Sequence[str]) -> str:
    """A note that ``names`` were skipped, such as ``2 skipped, damaged: a.png, b.png``."""
    return f"{len(names):,} skipped, {reason}: {some(names)}"


def notes_on(failed: dict[str, list[str]]) -> tuple[str, ...]:
    """A note for each reason for which pictures could not be read."""
    return tuple(skipped(reason, failed[reason]) for reason in sorted(failed))


def some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(map(shown, names[:NAMED])) + (f" and {more:,} more" if more > 0 else "")
