"""What the networks of a run must know of its data set to be built: no pictures, a few numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pipelines.errors import DataError

MOST = 100_000_000  # numbers in an example, or in what a network is told of it
DTYPES = ("uint8", "int8", "float32")  # of a field: pictures, maps of labels, and numbers


@dataclass(frozen=True)
class Spec:
    """A data set as its networks see it.

    A network is told of one thing at most: the class, or an example of a field. Of pictures it is given float32
    [B, C, H, W] in [-1, 1], of maps of labels int8 [B, 1, H, W] with each pixel's label in [0, labels), of numbers
    float32 [B, L], where NaN stands after the end of a shorter list.
    """

    classes: int = 0  # that a model can be told of; 0: none
    condition: str = ""  # the field that it is told of instead; "": none
    condition_shape: tuple[int, ...] = ()  # of one example of that field
    condition_dtype: str = "float32"  # as it is stored: uint8, a picture; int8, a map of labels; float32, numbers
    paired: bool = True  # whether each picture has a condition of its own, so that D can be told of it
    modality: str = "image"
    shape: tuple[int, ...] = ()  # of one example as networks read and write it; (): channels, size, size
    labels: int = 0  # that a map of labels may have; 0 of every other condition
    names: tuple[str, ...] = ()  # of the numbers of a condition that is attributes, one each; () of every other

    @classmethod
    def of(cls, known: Spec | int) -> Spec:
        """A spec, or that of pictures with so many classes."""
        return known if isinstance(known, Spec) else cls(classes=known)

    @property
    def is_plain(self) -> bool:
        """Whether the number of classes says it all."""
        return self == Spec(classes=self.classes, shape=self.shape)

    @property
    def conditional(self) -> bool:
        """Whether a network is told anything."""
        return bool(self.classes or self.condition)

    def told(self, conditional: bool, pairs: bool = True) -> Spec:
        """As the networks of a conditional model see it, or those of another one.

        Args:
            pairs: whether the method is told which condition belongs to a picture.
        """
        if not conditional:
            return Spec(modality=self.modality, shape=self.shape)
        return replace(self, classes=0, paired=self.paired and pairs) if self.condition else self

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as files keep them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Spec:
        """A spec as a file holds it.

        Raises:
            DataError: something in it is none.
        """
        try:
            found = cls(**{name: tuple(each) if isinstance(each, list) else each for name, each in values.items()})
            shapes = (found.shape, found.condition_shape)
            sizes = [size for shape in shapes for size in (*shape, math.prod(shape))]
            texts = (found.condition, found.condition_dtype, found.modality, *found.names)
            fits = (
                all(type(size) is int and 0 < size <= MOST for size in sizes)
                and type(found.classes) is int and 0 <= found.classes <= 100_000
                and type(found.labels) is int and 0 <= found.labels <= 127
                and (found.labels > 0) == (found.condition_dtype == "int8")
                and isinstance(found.names, tuple)
                and (not found.names or found.condition_shape == (len(found.names),))
                and all(isinstance(text, str) for text in texts) and type(found.paired) is bool
                and found.condition_dtype in DTYPES and bool(found.condition) == bool(found.condition_shape)
            )  # fmt: skip
        except TypeError:
            fits = False
        if not fits:
            raise DataError("What is kept of the data set's examples (spec) is damaged.")
        return found


def spelt(names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns as people read them: with spaces for underscores, unless two would be called the same."""
    plain = tuple(" ".join(name.replace("_", " ").split()) or name for name in names)
    return plain if len(set(plain)) == len(plain) else tuple(names)
