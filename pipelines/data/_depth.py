"""Pictures with more than 8 bits a channel: which of their values is white.

A file of 16 bits often holds values of 10, 12 or 14, as cameras, microscopes and scanners measure them, without saying
so. The largest value in all pictures of the folder decides, so that bright and dark pictures keep their distance.
Numbers are whole or not, and each kind is judged by itself:

* whole numbers from 0 on: the depth is the smallest of 8, 10, 12, 14 and 16 bits that holds the largest value; its
  upper 8 bits are taken;
* fractions from 0 on: 0 is black, and white is 1 if none is larger, else 255 if none is larger, else the largest;
* anything else, such as numbers below 0: the smallest is black and the largest is white. What is not finite is black.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

DEPTHS = (8, 10, 12, 14, 16)
ROWS = 256  # converted at a time, so that a large picture is not held several times
# Of 16 bits a channel Pillow keeps the upper byte of colour; read in the other order of bytes, it keeps the lower one.
_OTHER_BYTE = {"RGB;16B": "RGB;16L", "RGB;16L": "RGB;16B", "RGBA;16B": "RGBA;16L", "RGBA;16L": "RGBA;16B"}
_NATIVE = {"RGB;16N": "RGB;16B", "RGBA;16N": "RGBA;16B"} if sys.byteorder == "little" else {}


class Reach:
    """The smallest and largest value of each kind of deep picture in a folder."""

    def __init__(self) -> None:
        self.whole: tuple[float, float] | None = None
        self.fractions: tuple[float, float] | None = None
        self.count = 0

    def add(self, samples: np.ndarray) -> None:
        """Let the samples of a picture count."""
        values = samples[..., :3] if samples.ndim == 3 else samples  # opacity is not brightness
        kind = "fractions" if values.dtype.kind == "f" else "whole"
        if kind == "fractions":
            values = values[np.isfinite(values)]
        if values.size:
            low, high = float(values.min()), float(values.max())
            known = getattr(self, kind) or (low, high)
            setattr(self, kind, (min(low, known[0]), max(high, known[1])))
        self.count += 1

    @property
    def bits(self) -> int | None:
        """Depth of whole numbers; None where they are not from 0 to 65,535."""
        if self.whole and self.whole[0] >= 0:
            return next((bits for bits in DEPTHS if self.whole[1] < 1 << bits), None)
        return None

    def picture(self, samples: np.ndarray) -> Image.Image:
        """A deep picture of 8 bits a channel: L, RGB or RGBA."""
        result = np.empty(samples.shape, np.uint8)
        for start in range(0, len(samples), ROWS):
            result[start : start + ROWS] = self._eight_bits(samples[start : start + ROWS])
        if samples.ndim == 3 and samples.shape[2] == 4:
            result[..., 3] = samples[..., 3] >> 8  # opacity is of 16 bits whatever the colours are
        return Image.fromarray(result)

    def _eight_bits(self, samples: np.ndarray) -> np.ndarray:
        fractions = samples.dtype.kind == "f"
        if not fractions and self.bits is not None:
            return (samples >> (self.bits - 8)).astype(np.uint8)
        low, high = (self.fractions if fractions else self.whole) or (0.0, 1.0)
        if fractions and low >= 0:
            low, high = 0.0, 1.0 if high <= 1 else 255.0 if high <= 255 else high
        values = np.nan_to_num(samples.astype(np.float64), nan=low, posinf=low, neginf=low)
        return np.clip((values - low) * (255.0 / ((high - low) or 1.0)) + 0.5, 0, 255).astype(np.uint8)

    def notes(self) -> tuple[str, ...]:
        """A sentence on what was taken for white, or none where there are no such pictures."""
        if not self.count:
            return ()
        parts = []
        if self.whole:
            white = (1 << self.bits) - 1 if self.bits else self.whole[1]
            parts.append(f"the largest value is {self.whole[1]:,.0f}, and {white:,.0f} is white")
        if self.fractions:
            parts.append(f"fractions reach from {self.fractions[0]:g} to {self.fractions[1]:g}")
        are = "picture has" if self.count == 1 else "pictures have"
        return (f"{self.count:,} {are} more than 8 bits a channel: {'; '.join(parts) or 'no value is finite'}",)


def is_deep(image: Image.Image) -> bool:
    """Whether a picture that is not yet decoded has more than 8 bits a channel that Pillow would clip or cut off."""
    return image.mode in ("I", "F") or image.mode.startswith("I;16") or _raw_mode(image) in (*_OTHER_BYTE, *_NATIVE)


def samples(image: Image.Image, path: Path) -> np.ndarray | None:
    """The values of a deep picture, [H, W], or [H, W, 3 or 4] of colour; None of a picture of 8 bits a channel.

    Args:
        image: opened and not yet decoded.
        path: where it lies; of colour, it is decoded a second time.
    """
    if not is_deep(image):
        return None
    raw = _raw_mode(image)
    if raw not in (*_OTHER_BYTE, *_NATIVE):
        values = np.asarray(image)
        return values.astype(values.dtype.newbyteorder("="), copy=False)
    upper = np.asarray(image)
    with Image.open(path) as again:
        again.tile = [tile._replace(args=_swapped(tile.args)) for tile in again.tile]
        return upper.astype(np.uint16) << 8 | np.asarray(again)


def _raw_mode(image: Image.Image) -> str:
    tile = image.tile[0] if getattr(image, "tile", None) else None
    args = tile.args if tile else ""
    return args if isinstance(args, str) else str(args[0]) if args else ""


def _swapped(args):
    other = {**_OTHER_BYTE, **_NATIVE}
    return other[args] if isinstance(args, str) else (other[args[0]], *args[1:])
