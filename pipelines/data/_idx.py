"""Sets in MNIST's file format, idx: reading, writing and bringing to another size.

An idx file is a header of big-endian integers (0, 0, type 8 for bytes, number of axes, then each axis' length) followed
by the bytes of the array. Source: http://yann.lecun.com/exdb/mnist/.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from pipelines import paths
from pipelines.data import _sources
from pipelines.data._image_set import ImageSet, Progress, fingerprint_of, within

SPLITS = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


def encode(array: np.ndarray) -> bytes:
    """A uint8 array of any shape as the content of an idx file."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def decode(content: bytes) -> np.ndarray:
    """The uint8 array in an idx file.

    Raises:
        ValueError: these are not the bytes of an idx file of bytes.
    """
    if content[:3] != b"\0\0\x08":
        raise ValueError("not an idx file of bytes")
    axes = content[3]
    shape = struct.unpack_from(f">{axes}I", content, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def read(
    name: str,
    title: str,
    class_names: tuple[str, ...],
    checksums: Mapping[str, str],
    sources: Sequence[_sources.Source],
    *,
    size: int,
    channels: int,
    split: str,
    progress: Progress,
) -> ImageSet:
    """One split of a set, in the order of its authors' files, fetched first where that is needed.

    Args:
        name: of the data set, which is also its folder below ``paths.data_home()``.
        title: what the set is called in the world.
        class_names: one for each label value.
        checksums: MD5 of each idx file.
        sources: where the files may come from, best first.
        size: edge of the square pictures to make, in pixels.
        channels: 1, or 3 for the same grey in red, green and blue.
        split: a key of ``SPLITS``.
        progress: told the share done.

    Raises:
        DataError: no source had the files, or they cannot be written.
    """
    raw = paths.data_home() / name / "raw"
    origins = _sources.obtain(name, raw, checksums, sources, within(progress, 0.0, 0.6))
    pictures, labels = (decode((raw / file).read_bytes()) for file in SPLITS[split])  # [N, 28, 28], [N]
    images = resized(pictures, size, channels, within(progress, 0.6, 0.8), f"Resizing {name} to {size}x{size}")
    labels = labels.astype(np.int64)
    return ImageSet(
        name=name,
        images=images,
        labels=labels,
        class_names=class_names,
        fingerprint=fingerprint_of(images, labels, within(progress, 0.8, 1.0)),
        source=f"{title}, from {' and '.join(sorted({origins[file] for file in SPLITS[split]}))}.",
    )


def resized(pictures: np.ndarray, size: int, channels: int, progress: Progress, message: str) -> np.ndarray:
    """Grey pictures, uint8 [N, H, W], as uint8 [N, channels, size, size], all channels equal.

    Every set of this project is resized by Pillow's bicubic filter. It averages over all the pixels that a smaller
    pixel covers (no jagged edges), and keeps strokes sharp in an enlarged picture; Lanczos, which is sharper, would
    draw a second, faint line around every stroke on black.
    """
    result = np.empty((len(pictures), channels, size, size), np.uint8)
    if pictures.shape[1:] == (size, size):
        result[:] = pictures[:, None]
        return result
    for index, picture in enumerate(pictures):
        result[index] = Image.fromarray(picture).resize((size, size), Image.Resampling.BICUBIC)
        progress(index / len(pictures), message)
    return result
