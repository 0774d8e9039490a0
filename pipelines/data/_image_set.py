"""The type of a loaded data set, and how it reports progress while it is prepared."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

ATTRIBUTES = "attributes"
"""The condition of a set that has attributes and neither classes nor a condition of its own: for each picture a list of
numbers, 1 where it has the attribute and 0 where not. It is a field of the loaded set, and not of its fingerprint."""

Progress = Callable[[float, str], None]
"""Called with the share done in [0, 1] and a message; may raise to abort; nothing half-written then stays behind."""


@dataclass(frozen=True)
class ImageSet:
    """Pictures in memory, with their labels, their attributes and their origin.

    ``images[i]``, ``labels[i]`` and ``attributes[i]`` belong together, and so does ``fields[name][i]`` unless the field
    has another number of examples. The order is that of the source, and the same at every load.
    """

    name: str
    images: np.ndarray  # uint8 [N, C, H, W]; of another modality, examples [N, ...] as it stores them
    labels: np.ndarray | None  # int64 [N] in [0, len(class_names)), or None where the set has no classes
    class_names: tuple[str, ...]  # () where the set has no classes
    fingerprint: str  # SHA-256 over pixels, labels, attributes and fields, hexadecimal
    source: str  # a sentence: where the bytes came from
    notes: tuple[str, ...] = ()  # what a person should know, such as pictures that were skipped
    attributes: np.ndarray | None = None  # uint8 [N, A], 1 where picture i has attribute j and 0 where not, or None
    attribute_names: tuple[str, ...] = ()  # A names; () where the set has no attributes
    # What else belongs to the set, by name: pictures, uint8 [M, C, H, W], maps of labels, int8 [M, 1, H, W], or lists
    # of numbers, float32 [M, L], with NaN after the end of a shorter list. M is N where each belongs to one picture;
    # any other M makes the field a domain of its own, whose examples belong to none (unpaired).
    fields: dict[str, np.ndarray] = field(default_factory=dict)
    paired: bool = True  # whether examples of a field of N belong to the pictures; False: the field is a domain
    condition: str = ""  # the field that a conditional model is told of, or ``ATTRIBUTES``; "": the class
    condition_labels: tuple[str, ...] = ()  # the names of the labels of a condition that is a map of them
    modality: str = "image"  # what an example is: the name of one of ``pipelines.modalities``

    def __len__(self) -> int:
        return len(self.images)


def fingerprint_of(
    images: np.ndarray,
    labels: np.ndarray | None,
    progress: Progress = lambda share, message: None,
    attributes: np.ndarray | None = None,
    fields: Mapping[str, np.ndarray] | None = None,
) -> str:
    """SHA-256 over shape, pixels, labels, attributes and fields, hexadecimal; the same everywhere for the same data.

    Args:
        images: uint8 [N, C, H, W].
        labels: int64 [N], or None.
        progress: told the share of the pictures that are done.
        attributes: uint8 [N, A], or None, which leaves the text as it was before there were attributes.
        fields: [M, ...] each, by name; none leaves the text as it was before there were fields.
    """
    digest = hashlib.sha256(repr(images.shape).encode())
    for start in range(0, len(images), 2048):
        digest.update(np.ascontiguousarray(images[start : start + 2048]))
        progress(start / len(images), "Computing the fingerprint")
    digest.update(b"no labels" if labels is None else np.ascontiguousarray(labels, dtype="<i8"))
    if attributes is not None:
        digest.update(repr(attributes.shape).encode())
        digest.update(np.ascontiguousarray(attributes, dtype=np.uint8))
    for name, values in sorted((fields or {}).items()):
        digest.update(f"{name} {values.dtype.str} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values))
    return digest.hexdigest()


def with_field(known: ImageSet, name: str, field_name: str, values: np.ndarray, progress: Progress) -> ImageSet:
    """A data set of the pictures of another, with a further field, of which each example belongs to a picture.

    Args:
        known: the other set, of N pictures.
        name: of the set to make.
        field_name: of the field.
        values: [N, ...].
        progress: told the share of the fingerprint that is computed.
    """
    fields = {**known.fields, field_name: values}
    print_ = fingerprint_of(known.images, known.labels, progress, known.attributes, fields)
    return replace(known, name=name, fields=fields, fingerprint=print_)


def told_of_attributes(known: ImageSet) -> ImageSet:
    """A set whose condition is ``ATTRIBUTES`` where it has some, no two classes and no other condition; else itself."""
    if known.condition or len(known.class_names) > 1 or known.attributes is None:
        return known
    fields = {**known.fields, ATTRIBUTES: known.attributes.astype(np.float32)}
    return replace(known, fields=fields, condition=ATTRIBUTES)


class Aborted(Exception):
    """Carries an exception of the caller's progress past handlers that would take it for a failure of a file."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


def within(progress: Progress, low: float, high: float) -> Progress:
    """The progress of one part of the work, which fills the shares from ``low`` to ``high`` of the whole."""
    return lambda share, message: progress(low + (high - low) * min(1.0, max(0.0, share)), message)


def paced(progress: Progress | None, every_s: float = 0.2) -> Progress:
    """A progress that may be called as often as one likes and passes on a call every ``every_s`` seconds, and the last.

    Raises:
        Aborted: by the function returned, when ``progress`` raises; ``load`` gives the caller its own exception back.
    """
    last_s = -every_s

    def report(share: float, message: str) -> None:
        nonlocal last_s
        now_s = time.monotonic()
        if progress is not None and (share >= 1.0 or now_s - last_s >= every_s):
            last_s = now_s
            try:
                progress(share, message)
            except Exception as cause:
                raise Aborted(cause) from cause

    return report
