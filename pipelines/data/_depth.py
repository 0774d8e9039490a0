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
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

DEPTHS = (8, 10, 12, 14, 16)
ROWS = 256  # converted at a time, so that a large picture is not held several times
# Of 16 bits a channel Pillow keeps the upper byte of colour; read in the other order of bytes, it keeps the lower one.
_OTHER_BYTE = {"RGB;16B": "RGB;16L", "RGB;16L": "RGB;16B", "RGBA;16B": "RGBA;16L", "RGBA;16L": "RGBA;16B"}
_GREY = "LA;16B"  # grey and opacity of a PNG; read as four channels of 8 bits, it is both bytes of both
_NATIVE = {"RGB;16N": "RGB;16B", "RGBA;16N": "RGBA;16B"} if sys.byteorder == "little" else {}


class Deep:
    """A decoded picture with more than 8 bits a channel, a few rows at a time."""

    def __init__(self, image: Image.Image, path: Path) -> None:
        """
        Args:
            image: opened and not yet decoded; ``is_deep`` is true of it.
            path: where it lies; colour is decoded a second time if its lower bytes are asked for.
        """
        self.raw, self._path = _raw_mode(image), path
        image.load()
        self._image = image
        self.colour = self.raw in (*_OTHER_BYTE, *_NATIVE, _GREY)

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W), or (H, W, 3 or 4) of colour."""
        bands = len(self._image.getbands())
        return (self._image.height, self._image.width, *((bands,) if self.colour else ()))

    def upper(self) -> Iterator[tuple[int, np.ndarray]]:
        """Of colour, the upper bytes, uint8, of some rows, and the number of the first of them."""
        return _blocks(self._image)

    def rows(self) -> Iterator[tuple[int, np.ndarray]]:
        """The values of some rows, uint16 of colour, and the number of the first of them."""
        if not self.colour:
            yield from _blocks(self._image)
            return
        for (start, upper), (_, lower) in zip(_blocks(self._image), _blocks(self._lower), strict=True):
            if self.raw == _GREY:
                both = lower.astype(np.uint16)  # upper and lower byte of grey, then of opacity
                grey, opacity = both[..., 0] << 8 | both[..., 1], both[..., 2] << 8 | both[..., 3]
                yield start, np.stack([grey, grey, grey, opacity], -1)
            else:
                yield start, upper.astype(np.uint16) << 8 | lower

    @cached_property
    def _lower(self) -> Image.Image:
        with Image.open(self._path) as again:
            again.tile = [tile._replace(args=_swapped(tile.args)) for tile in again.tile]
            again.load()
            return again


class Reach:
    """The smallest and largest value of each kind of deep picture in a folder."""

    def __init__(self) -> None:
        self.whole: tuple[float, float] | None = None
        self.fractions: tuple[float, float] | None = None
        self.count = 0

    def add(self, deep: Deep) -> None:
        """Let a picture count."""
        self.count += 1
        if deep.colour and any(block[..., :3].max() >= 64 for _, block in deep.upper()):
            self._widen("whole", 0.0, 65_535.0)  # of 16 bits, whatever its lower bytes are
            return
        for _, block in deep.rows():
            values = block[..., :3] if block.ndim == 3 else block  # opacity is not brightness
            fractions = values.dtype.kind == "f"
            values = values[np.isfinite(values)] if fractions else values
            if values.size:
                self._widen("fractions" if fractions else "whole", float(values.min()), float(values.max()))

    def _widen(self, kind: str, low: float, high: float) -> None:
        known = getattr(self, kind) or (low, high)
        setattr(self, kind, (min(low, known[0]), max(high, known[1])))

    @property
    def bits(self) -> int | None:
        """Depth of whole numbers; None where they are not from 0 to 65,535."""
        if self.whole and self.whole[0] >= 0:
            return next((bits for bits in DEPTHS if self.whole[1] < 1 << bits), None)
        return None

    def picture(self, deep: Deep) -> Image.Image:
        """A deep picture of 8 bits a channel: L, RGB or RGBA."""
        result = Image.new({(): "L", (3,): "RGB", (4,): "RGBA"}[deep.shape[2:]], deep.shape[1::-1])
        upper_alone = deep.colour and self.bits == 16
        for start, block in deep.upper() if upper_alone else deep.rows():
            pixels = block if upper_alone else self._eight_bits(block)
            if block.ndim == 3 and block.shape[2] == 4 and not upper_alone:
                pixels[..., 3] = block[..., 3] >> 8  # opacity is of 16 bits whatever the colours are
            result.paste(Image.fromarray(pixels), (0, start))
        return result

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
            parts.append(f"{white:,.0f} is white, by the largest value of all")
        if self.fractions:
            parts.append(f"fractions reach from {self.fractions[0]:g} to {self.fractions[1]:g}")
        are = "picture has" if self.count == 1 else "pictures have"
        return (f"{self.count:,} {are} more than 8 bits a channel: {'; '.join(parts) or 'no value is finite'}",)


def is_deep(image: Image.Image) -> bool:
    """Whether a picture that is not yet decoded has more than 8 bits a channel that Pillow would clip or cut off."""
    raw = _raw_mode(image)
    return image.mode in ("I", "F") or image.mode.startswith("I;16") or raw in (*_OTHER_BYTE, *_NATIVE, _GREY)


def _blocks(image: Image.Image) -> Iterator[tuple[int, np.ndarray]]:
    """``ROWS`` rows at a time of a decoded picture, in this machine's order of bytes, and the number of the first."""
    for start in range(0, image.height, ROWS):
        block = np.asarray(image.crop((0, start, image.width, min(start + ROWS, image.height))))
        yield start, block.astype(block.dtype.newbyteorder("="), copy=False)


def _raw_mode(image: Image.Image) -> str:
    tile = image.tile[0] if getattr(image, "tile", None) else None
    args = tile.args if tile else ""
    return args if isinstance(args, str) else str(args[0]) if args else ""


def _swapped(args):
    other = {**_OTHER_BYTE, **_NATIVE, _GREY: "RGBA"}
    return other[args] if isinstance(args, str) else (other[args[0]], *args[1:])
