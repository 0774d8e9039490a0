"""Photographs of celebrities (CelebA): 202,599 colour pictures with 40 attributes, once their files are put there."""

from __future__ import annotations

from pathlib import Path

from pipelines import paths
from pipelines.data import _photos
from pipelines.data._image_set import ImageSet, Progress, fingerprint_of, within
from pipelines.errors import DataError

SPLITS = ("train", "valid", "test")  # as its authors divided the persons: 162,770, 19,867 and 19,962 pictures
NEEDS_FOLDER = False
SHOWS = "photographs of faces"
CLASS_NAMES = ()
FLIP_MAKES_SENSE = True
LICENCE = "for non-commercial research only, by the CelebA agreement; the pictures belong to others"
CITATION = "Z. Liu, P. Luo, X. Wang, X. Tang: Deep learning face attributes in the wild. ICCV 2015. arXiv:1411.7766."
# Those of list_attr_celeba.txt, in its order, in small letters with spaces.
ATTRIBUTE_NAMES = (
    "5 o clock shadow", "arched eyebrows", "attractive", "bags under eyes", "bald", "bangs", "big lips", "big nose",
    "black hair", "blond hair", "blurry", "brown hair", "bushy eyebrows", "chubby", "double chin", "eyeglasses",
    "goatee", "gray hair", "heavy makeup", "high cheekbones", "male", "mouth slightly open", "mustache", "narrow eyes",
    "no beard", "oval face", "pale skin", "pointy nose", "receding hairline", "rosy cheeks", "sideburns", "smiling",
    "straight hair", "wavy hair", "wearing earrings", "wearing hat", "wearing lipstick", "wearing necklace",
    "wearing necktie", "young",
)  # fmt: skip
NEEDED = (
    "img_align_celeba", "list_attr_celeba.txt", "identity_CelebA.txt", "list_bbox_celeba.txt",
    "list_landmarks_align_celeba.txt", "list_eval_partition.txt",
)  # fmt: skip


def require(split: str = "train") -> None:
    """Does nothing where the files of the set are; they are looked for, not read.

    Raises:
        DataError: some are missing; the sentence says which and where to get them.
    """
    _photos.require("celeba", _home(), NEEDED, _advice())


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split of the aligned pictures, each cut to its central square; ``folder`` is not used.

    Pictures that cannot be read are left out and named in the notes.

    Raises:
        DataError: files are missing or are not those of the authors, or no picture can be read.
    """
    require(split)
    home, advice = _home(), _advice()
    progress(0.0, "Reading the lists of CelebA")
    from torchvision.datasets import CelebA  # takes seconds, and most sets do not need it

    try:
        faces = CelebA(str(home.parent), split=split, target_type="attr")
    except (RuntimeError, ValueError, OSError) as problem:
        raise DataError(
            f"The lists of CelebA in {home} are not those of its authors ({str(problem).rstrip('.')}); {advice}."
        ) from problem
    images, kept, failed = _photos.gathered(
        [str(file) for file in faces.filename],
        lambda index: faces[index][0],
        size,
        channels,
        within(progress, 0.0, 0.9),
    )
    if not len(kept):
        raise DataError(f"None of CelebA's pictures in {home / NEEDED[0]} can be read; {advice}.")
    attributes = faces.attr[kept].numpy().astype("uint8")
    return ImageSet(
        name="celeba",
        images=images,
        labels=None,
        class_names=CLASS_NAMES,
        fingerprint=fingerprint_of(images, None, within(progress, 0.9, 1.0), attributes),
        source=f"CelebA, aligned and cropped, its {split} pictures, from files in {home}.",
        notes=_photos.notes_on(failed),
        attributes=attributes,
        attribute_names=ATTRIBUTE_NAMES,
    )


def _home() -> Path:
    return paths.data_home() / "celeba"


def _advice() -> str:
    return (
        "get the aligned pictures and lists from http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html, unpack "
        f"img_align_celeba.zip and put all of these into {_home()}"
    )
