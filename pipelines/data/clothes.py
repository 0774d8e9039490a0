"""Pieces of clothing (Fashion-MNIST): 70,000 grey pictures in ten classes."""

from __future__ import annotations

from pathlib import Path

from pipelines.data import _idx
from pipelines.data._image_set import ImageSet, Progress
from pipelines.data._sources import folder_of_archives, mirrors

CLASS_NAMES = (
    "T-shirt", "Trousers", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
SPLITS = tuple(_idx.SPLITS)
NEEDS_FOLDER = False
DOWNLOAD_MB = 31
SHOWS = "clothes"
CLASS_WORD = "piece of clothing"
FLIP_MAKES_SENSE = False  # every shoe of the set points to the left
LICENCE = "MIT, Zalando SE"
CITATION = (
    "H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking machine learning "
    "algorithms. arXiv:1708.07747, 2017."
)

# Of the content of the authors' archives. Debian packs the same content again, so its archives have other checksums.
CHECKSUMS = {
    "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
    "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
    "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
}

MIRRORS = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)
SOURCES = (
    mirrors("the mirror that torchvision uses", MIRRORS),
    folder_of_archives(
        "Debian's package dataset-fashion-mnist",
        Path("/usr/share/datasets/fashion-mnist"),
        remedy="'apt install dataset-fashion-mnist' brings it",
    ),
)


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split of Fashion-MNIST; ``folder`` is not used. See ``_idx.read``."""
    return _idx.read(
        "clothes",
        "Fashion-MNIST",
        CLASS_NAMES,
        CHECKSUMS,
        SOURCES,
        size=size,
        channels=channels,
        split=split,
        progress=progress,
    )
