"""What a reader of one's own learns to tell from a labelled set, and how much each picture counts for it.

A set with attributes is learnt by these, any other by its classes. An attribute or class that few pictures show would
be told never: the rarer outcome of each counts more. Of two attributes that mostly come together a network would learn
the easier one twice: for each of them, the pictures on which they differ count more, by the root of what would make the
two independent. Wholly independent, one that shows by the other alone could not be told at all. What is done is said, a
sentence each.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from pipelines import data
from pipelines.data import ImageSet
from pipelines.data._spec import spelt
from pipelines.errors import DataError
from pipelines.metrics import ATTRIBUTES, CLASSES

FEWEST = 100  # pictures, below which nothing can be learnt and checked
EACH = 20  # pictures with, and as many without, that an attribute is learnt from
RARE = 0.02  # share of the pictures, below which a sentence says so
TOGETHER, SAME = 0.6, 0.98  # correlations (phi) of two attributes from which on they are held apart, or cannot be
HEAVIEST, HEAVIEST_PAIR = 20.0, 10.0  # times that a picture counts for one attribute: a rare one, one of a pair
PARTS = 5  # one part of the pictures is held out of so many


@dataclass(frozen=True)
class Labels:
    """What is learnt from a set."""

    kind: str  # ATTRIBUTES or CLASSES
    names: tuple[str, ...]  # that are learnt
    targets: np.ndarray  # float32 [N, names] of attributes, int64 [N] of classes
    weights: np.ndarray  # float32 [N, names] of attributes, float32 [names] of classes
    unused: dict[str, str] = field(default_factory=dict)  # names that are not learnt, and why
    notes: tuple[str, ...] = ()  # sentences

    @classmethod
    def of(cls, pictures: ImageSet) -> Labels:
        """The labels of a set.

        Raises:
            DataError: the set is none of pictures, has too few or no labels, or none that can be learnt.
        """
        if pictures.modality != "image":
            raise DataError(f"The data set {pictures.name!r} holds no pictures, so no reader can be trained for it.")
        if len(pictures) < FEWEST:
            raise DataError(
                f"The data set {pictures.name!r} has {len(pictures)} pictures and a reader needs {FEWEST} at least; "
                "add some."
            )
        if pictures.attributes is not None and pictures.attribute_names:
            return cls._of_attributes(pictures)
        if pictures.labels is None or len(pictures.class_names) < 2:
            raise DataError(
                f"The data set {pictures.name!r} has no labels that a reader could learn; put an attributes.csv into "
                "the folder (file name, then a column for each attribute), or one subfolder for each class."
            )
        return cls._of_classes(pictures)

    @classmethod
    def _of_attributes(cls, pictures: ImageSet) -> Labels:
        given, count, called = pictures.attributes, len(pictures), spelt(pictures.attribute_names)
        having = given.sum(0, dtype=np.int64)
        few = np.minimum(having, count - having) < EACH
        unused = {
            name: f"{_on(int(number), count)}, and {EACH} pictures with it and {EACH} without are needed"
            for name, number, is_few in zip(called, having, few, strict=True)
            if is_few
        }
        if few.all():
            raise DataError(
                f"No attribute of the data set {pictures.name!r} can be learnt: each needs {EACH} "
                f"pictures that have it and {EACH} that do not; add rows to attributes.csv."
            )
        names = tuple(name for name in called if name not in unused)
        targets = given[:, ~few].astype(np.float32)
        shares = targets.mean(0)
        notes = [
            f"{name} is {_on(int(number), count)}: these count more in training"
            for name, number in zip(names, targets.sum(0), strict=True)
            if number / count < RARE
        ]
        rarer = np.where(shares < 0.5, targets, 1 - targets)
        weights = 1 + rarer * (np.minimum(1 / rarer.mean(0) - 1, HEAVIEST) - 1)
        phi = np.corrcoef(targets.T).reshape(len(names), len(names)) - np.eye(len(names))
        for column, partner in enumerate(np.abs(phi).argmax(0)):
            if abs(phi[column, partner]) >= TOGETHER:
                weights[:, column] *= _apart(targets[:, column], targets[:, partner])
        for one, other in zip(*np.nonzero(np.triu(np.abs(phi) >= TOGETHER)), strict=True):
            notes.append(_together(names[one], names[other], float(phi[one, other])))
        return cls(ATTRIBUTES, names, targets, (weights / weights.mean(0)).astype(np.float32), unused, tuple(notes))

    @classmethod
    def _of_classes(cls, pictures: ImageSet) -> Labels:
        count, names = len(pictures), pictures.class_names
        having = np.bincount(pictures.labels, minlength=len(names))
        notes = [
            f"{name} is {_on(int(number), count)}: these count more in training"
            for name, number in zip(names, having, strict=True)
            if number / count < min(RARE, 0.5 / len(names))
        ]
        weights = np.clip(count / (len(names) * np.maximum(having, 1)), 1 / HEAVIEST, HEAVIEST)
        return cls(CLASSES, tuple(names), pictures.labels, weights.astype(np.float32), {}, tuple(notes))

    def prior(self, rows: np.ndarray) -> np.ndarray:
        """What training adds to the logits of classes by how often they come, float64 [classes].

        The logarithm of how much the pictures of each class count together, 0 where all count the same: the weights
        make classes equal up to ``HEAVIEST``. Logits less this are those of as many pictures of each class (Elkan: The
        foundations of cost-sensitive learning, 2001). A class that no row shows has 0.

        Args:
            rows: that are learnt from, int64 [n].
        """
        having = np.bincount(self.targets[rows], minlength=len(self.names))
        counted = self.weights * having * len(self.names) / len(rows)
        return np.log(np.where(having > 0, counted, 1.0).astype(np.float64))

    def targets_of(self, pictures: ImageSet) -> np.ndarray:
        """The same of other pictures of the set, such as its test pictures.

        Raises:
            DataError: they have other labels.
        """
        if self.kind == CLASSES:
            if tuple(pictures.class_names) != self.names:
                raise DataError(f"The test pictures of {pictures.name!r} have other classes than those for training.")
            return pictures.labels
        called = spelt(pictures.attribute_names)
        if pictures.attributes is None or not set(self.names) <= set(called):
            raise DataError(f"The test pictures of {pictures.name!r} lack attributes of its training pictures.")
        columns = [called.index(name) for name in self.names]
        return pictures.attributes[:, columns].astype(np.float32)


def held_out(images: np.ndarray) -> np.ndarray:
    """Which pictures are kept from training, bool [N]: a fifth, by their pixels, so that of two equal ones both are.

    Args:
        images: uint8 [N, C, H, W].
    """
    digests = (hashlib.blake2b(np.ascontiguousarray(image), digest_size=4).digest() for image in images)
    return np.array([int.from_bytes(digest, "big") % PARTS == 0 for digest in digests])


def groups_of(pictures: ImageSet, names: tuple[str, ...]) -> list[list[str]]:
    """The groups of attributes of which a picture has at most one, as far as the set declares them."""
    declared = data.attribute_groups_of(pictures.name).values() if pictures.name in data.names() else ()
    found = [[name for name in spelt(group) if name in names] for group in declared]
    return [group for group in found if len(group) > 1]


def _apart(own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Weights [N] under which one attribute says less about another: the root of those under which it says nothing."""
    weights = np.ones(len(own), np.float32)
    for value in (0, 1):
        mine = own == value
        for beside in (0, 1):
            cell = mine & (other == beside)
            if cell.any():
                weights[cell] = min(np.sqrt(mine.sum() / (2 * cell.sum())), HEAVIEST_PAIR)
    return weights


def _together(one: str, other: str, phi: float) -> str:
    if abs(phi) >= SAME:
        how = "always come together" if phi > 0 else "never come together"
        return f"{one} and {other} nearly {how} (correlation {phi:.2f}), so no reader can tell one from the other"
    how = "often come together" if phi > 0 else "seldom come together"
    return (
        f"{one} and {other} {how} (correlation {phi:.2f}): pictures that are otherwise count more in training, and a "
        "direction to one of them may still change the other"
    )


def _on(number: int, count: int) -> str:
    """On how many pictures something is."""
    if number == 0:
        return "on no picture"
    if number == count:
        return "on every picture"
    return f"on {number:,} of {count:,} pictures ({100 * number / count:.1f} %)"
