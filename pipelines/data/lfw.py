"""Photographs of people (Labeled Faces in the Wild): 13,233 colour pictures, once their files are put there."""

from __future__ import annotations

from pathlib import Path

from pipelines import paths
from pipelines.data import _photos
from pipelines.data._image_set import ImageSet, Progress, fingerprint_of, within
from pipelines.errors import DataError

SPLITS = ("train", "test")  # of persons, as its authors divided them for developing: 9,525 and 3,708 pictures
NEEDS_FOLDER = False
SHOWS = "photographs of faces"
CLASS_NAMES = ()  # of most persons there is one picture, which is no class to learn
FLIP_MAKES_SENSE = True
LICENCE = "for research; the pictures are of the press and belong to others"
CITATION = (
    "G. B. Huang, M. Ramesh, T. Berg, E. Learned-Miller: Labeled faces in the wild: a database for studying face "
    "recognition in unconstrained environments. University of Massachusetts, Amherst, Technical Report 07-49, 2007."
)
LISTS = {"train": "peopleDevTrain.txt", "test": "peopleDevTest.txt"}


def require(split: str = "train") -> None:
    """Does nothing where the files of a split are; they are looked for, not read.

    Raises:
        DataError: some are missing; the sentence says which and where to get them.
    """
    _photos.require("lfw", _home(), ("lfw_funneled", "lfw-funneled.tgz", LISTS[split], "lfw-names.txt"), _advice(split))


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split of the funneled (aligned) pictures, each cut to its central square; ``folder`` is not used.

    Pictures that cannot be read are left out and named in the notes.

    Raises:
        DataError: files are missing or are not those of the authors, or no picture can be read.
    """
    require(split)
    home, advice = _home(), _advice(split)
    progress(0.0, "Checking the archive of LFW")
    from torchvision.datasets import LFWPeople  # takes seconds, and most sets do not need it

    try:
        people = LFWPeople(str(home.parent), split=split, image_set="funneled")
    except (RuntimeError, ValueError, LookupError, OSError) as problem:
        raise DataError(
            f"The files of LFW in {home} are not those of its authors ({str(problem).rstrip('.')}); {advice}."
        ) from problem
    images, kept, failed = _photos.gathered(
        [Path(path).name for path in people.data],
        lambda index: people[index][0],
        size,
        channels,
        within(progress, 0.0, 0.9),
    )
    if not len(kept):
        raise DataError(f"None of LFW's pictures in {home / 'lfw_funneled'} can be read; {advice}.")
    return ImageSet(
        name="lfw",
        images=images,
        labels=None,
        class_names=CLASS_NAMES,
        fingerprint=fingerprint_of(images, None, within(progress, 0.9, 1.0)),
        source=f"Labeled Faces in the Wild, funneled, its {split} pictures, from files in {home}.",
        notes=_photos.notes_on(failed),
    )


def _home() -> Path:
    return paths.data_home() / "lfw" / "lfw-py"  # the name that torchvision gives it


def _advice(split: str) -> str:
    return (
        f"get lfw-funneled.tgz, {LISTS[split]} and lfw-names.txt from http://vis-www.cs.umass.edu/lfw/ or a mirror of "
        f"it, put them into {_home()} and unpack the archive there"
    )
