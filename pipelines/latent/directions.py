"""Directions of the latent space along which something that can be named changes.

A direction is a vector of length 1; under a Gaussian prior a move of 1 along it is one standard deviation of z. Four
ways to find one, each a function here:

- ``labelled``: from a classifier's readings of samples: the least-squares slope of an attribute over z, which for
  Gaussian z is the normal of the boundary that separates the attribute (Shen et al., InterFaceGAN, 2020).
- ``from_marks``: from a person's yes and no on some samples. A few marks in many dimensions say little about z itself,
  so a classifier is fitted in a small space of what is to be seen, it judges all samples of the bank, and the slope
  of its judgement over z is taken.
- ``components``: principal components of G's features, carried back to z by regression (Härkönen et al., GANSpace,
  2020).
- ``closed_form``: the largest singular vectors of G's first layer (Shen and Zhou, SeFa, 2021).

Of a generator with a mapping network there are directions of W beside those of z (``in_w.py``); their names begin with
``w-``.

Names: a labelled direction by its attribute, ``pca-1``, ``sefa-1``, ``z7``, or marks, ``m:0.3,0.7|0.1,0.9`` (yes | no).
Any of them followed by ``~glasses,smile`` is held apart from those: made orthogonal to them; ``~all`` from all labelled
ones. Where a model was published with directions that were learnt to hold the others (pipelines/models/steering.py),
``smile~glasses`` is one of these instead, and depends on the picture (``Model.ways``).
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from torch import nn

from pipelines.errors import ModelError
from pipelines.latent import geometry
from pipelines.latent.point import coordinate_of, sample_of
from pipelines.metrics.parts import parts_of

if TYPE_CHECKING:
    from pipelines.latent.model import Model

MARKED, HELD, ALL, W = "m:", "~", "all", "w-"
SHOWN = 10  # components and closed-form directions that are offered
FEWEST, MOST = 2, 200  # marks of each kind


@dataclass(frozen=True)
class Direction:
    """A direction and what is known of it."""

    id: str
    name: str
    kind: str  # label, component, closed-form, coordinate or marks
    vector: np.ndarray  # float32 [latent_size], of length 1; in W [W], of one standard deviation
    weight: float = 0.0  # share in [0, 1] of what varies that it explains, where that is known
    space: str = "z"  # or w


def slug(name: str) -> str:
    """A name as an id: small letters, digits and hyphens, other than those of directions without a label or of W.

    What stands in other letters, or would be such an id, begins with eight hexadecimal digits of its own.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if name.isascii() and not re.fullmatch(rf"((z|pca-|sefa-)[0-9]+|all|{W}.*|)", plain):
        return plain
    own = zlib.crc32(name.encode("utf-8", "surrogatepass"))  # a name of a folder need not be UTF-8
    return f"{own:08x}-{plain}".rstrip("-")


def named(model: Model, name: str) -> Direction:
    """The direction of a name, as the module lists them.

    Raises:
        ModelError: there is none of that name, or nothing is left of it when others are held.
    """
    base, _, held = name.partition(HELD)
    at = coordinate_of(base)
    if at is not None and at < model.latent_size:
        found = coordinate(at, model.latent_size)
    elif base.startswith(MARKED):
        found = from_marks(model, *parse_marks(base), base)
    elif known := model.labelled.get(base) or model.directions.get(base):  # the former without the bank
        found = known
    else:
        raise ModelError(f"The model {model.id} has no direction {base[:60]!r}; it has {', '.join(model.directions)}.")
    if not held:
        return found
    if model.steered(name):
        raise ModelError(f"The direction {name[:60]!r} depends on the picture; ask for it at the pictures' z.")
    if HELD in held:
        raise ModelError("What a direction is held apart from are plain directions: name~other,other.")
    apart = _all_but(model, base) if held == ALL else [other for other in held.split(",") if other != base]
    others = [model.direction(other) for other in apart]
    if any(other.space != found.space for other in others):
        raise ModelError(f"{name[:60]!r} holds a direction of z apart from one of W; name directions of one space.")
    try:
        vector = geometry.orthogonal_to(found.vector, [other.vector for other in others])
    except ValueError as error:
        raise ModelError(f"{found.name}: {error}.") from None
    return replace(found, id=name, vector=vector if found.space == "z" else as_deviation(model, vector))


def _all_but(model: Model, base: str) -> list[str]:
    """All labelled directions but those of the same part: what has black hair has no red hair."""
    parts = parts_of(model.reader) if model.reader else []
    plain = base.removeprefix(W) if is_in_w(model, base) else base
    own = next((part.names for part in parts if plain in map(slug, part.names)), ())
    every = model.labelled.values()  # without the bank
    if is_in_w(model, base):
        every = (one for one in model.directions.values() if one.kind == "label" and one.space == "w")
    return [one.id for one in every if one.id != base and one.name not in own]


def is_in_w(model: Model, name: str) -> bool:
    """Whether a name is that of a direction of W."""
    return model.layers > 0 and name.startswith(W)


def as_deviation(model: Model, vector: np.ndarray) -> np.ndarray:
    """A direction of W, [W], at the length of one standard deviation of samples along it, float32."""
    unit = geometry.unit(vector)
    return (unit * np.sqrt(np.square(model.styles @ unit).mean())).astype(np.float32)


def coordinate(at: int, size: int) -> Direction:
    """The direction of one number of z."""
    vector = np.zeros(size, np.float32)
    vector[at] = 1
    return Direction(f"z{at}", f"z {at + 1}", "coordinate", vector)


def labelled(model: Model) -> list[Direction]:
    """One direction for each attribute that the reader tells and that the samples differ in; [] without a reader.

    For a conditional model whose reader tells its very classes there are none: the class is chosen, not searched in z.
    """
    readings, told = model.readings, told_columns(model)
    if not len(told):
        return []
    seen = readings.probabilities * 2 - 1
    slopes = geometry.slope(model.z(len(seen)), seen[:, told]).T
    names = [readings.names[column] for column in told]
    return [
        Direction(slug(name), name, "label", geometry.unit(slope)) for name, slope in zip(names, slopes, strict=True)
    ]


def told_columns(model: Model) -> np.ndarray:
    """Which of what the reader tells has a labelled direction, as columns of the readings: see ``labelled``."""
    readings = model.readings
    told = model.trained.attributes is not None  # z does not say what y says
    if readings is None or told or (model.class_names and readings.exclusive):
        return np.zeros(0, np.int64)
    seen = readings.probabilities > 0.5
    rarer = np.minimum(seen.mean(0), (readings.probabilities < 0.5).mean(0))
    return np.flatnonzero(rarer >= 0.005)  # of the others nearly all are the same: nothing to learn a direction from


def components(model: Model) -> list[Direction]:
    """The strongest principal components of G's features, as directions of z; [] where G does not name its layers."""
    bank = model.bank
    slopes = bank.slope(bank.inner[:, : min(SHOWN, model.latent_size)]).T
    return [
        Direction(f"pca-{number + 1}", f"Component {number + 1}", "component", geometry.unit(slope),
                  weight=float(bank.explained[number]))
        for number, slope in enumerate(slopes)
    ]  # fmt: skip


def closed_form(model: Model) -> list[Direction]:
    """The directions of z that G's first layer stretches most; [] where G does not say which layer that is."""
    generator = model.trained.generator
    name = getattr(generator, "z_layer", None)
    if name is None:
        return []
    first = generator.get_submodule(name)
    matrix = first.weight.detach().float()  # Linear [out, in]; ConvTranspose2d [in, out, k, k]
    matrix = matrix.T if isinstance(first, nn.Linear) else matrix.flatten(1)  # [in, ...]
    matrix = matrix[: model.latent_size].numpy()  # the rest of the input is the class
    vectors, values, _ = np.linalg.svd(matrix.astype(np.float64), full_matrices=False)
    vectors = np.pad(vectors, ((0, model.latent_size - len(vectors)), (0, 0)))  # numbers of z that it does not take
    vectors = geometry.signed(vectors)
    total = float((values**2).sum()) or 1.0
    return [
        Direction(f"sefa-{number + 1}", f"Closed form {number + 1}", "closed-form", geometry.unit(vectors[:, number]),
                  weight=float(values[number] ** 2 / total))
        for number in range(min(SHOWN, vectors.shape[1]))
    ]  # fmt: skip


def from_marks(model: Model, yes: list[tuple[int, int]], no: list[tuple[int, int]], name: str) -> Direction:
    """The direction from the samples marked no to those marked yes.

    Args:
        yes, no: (seed, index) of the samples, ``FEWEST`` to ``MOST`` of each.

    Raises:
        ModelError: too few or too many marks, or they do not differ.
    """
    if not (FEWEST <= len(yes) <= MOST and FEWEST <= len(no) <= MOST):
        raise ModelError(
            f"A direction needs {FEWEST} to {MOST} samples marked yes and as many marked no; "
            f"there are {len(yes)} and {len(no)}."
        )
    bank = model.bank
    seen_yes, seen_no = bank.look(yes), bank.look(no)  # [M, F]
    # Linear discriminant with a covariance shrunk towards the bank's, which is the identity: features are standardised.
    within = np.concatenate([seen_yes - seen_yes.mean(0), seen_no - seen_no.mean(0)])
    trust = len(within) / (len(within) + 4 * within.shape[1])
    covariance = (1 - trust) * np.eye(within.shape[1]) + trust * within.T @ within / len(within)
    judge = np.linalg.solve(covariance, seen_yes.mean(0) - seen_no.mean(0))
    try:
        vector = geometry.unit(bank.slope(bank.features @ judge))
    except ValueError:
        raise ModelError("The samples marked yes and no look the same; mark some that differ.") from None
    return Direction(name, "your marks", "marks", vector)


def parse_marks(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The samples marked yes and no of ``m:0.3,0.7|0.1,0.9``.

    Raises:
        ModelError: it is not of that form.
    """
    parts = text.removeprefix(MARKED).split("|")
    samples = [[sample_of(mark) for mark in part.split(",") if mark] for part in parts]
    if len(parts) != 2 or any(sample is None for part in samples for sample in part):
        raise ModelError("Marks are written m:yes,yes|no,no with samples such as 0.12.")
    return samples[0], samples[1]
