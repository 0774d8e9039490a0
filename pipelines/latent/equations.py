"""A - B + C with chosen exemplars: samples that clearly show what is wanted, and are alike in everything else.

The arithmetic of Radford et al. (2016, fig. 7) averages the z of three exemplars a slot. What A and B differ in besides
the one wanted thing is carried over to C as well, so exemplars are chosen in pairs: to each of A's belongs one of B's
in which the classifier sees the same except for what is wanted. C's three are alike, so that their mean is clear. Even
so one choice works better than another. ``TRIES`` choices are made, the pictures of all their means and results are
read by the classifier, and the choice of which it is most sure is taken. It thus looks at the outcome, as a person
does who picks an example to show.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from pipelines.errors import ModelError
from pipelines.latent.directions import slug
from pipelines.latent.model import Model
from pipelines.metrics.parts import columns_outside, parts_of, verdicts
from pipelines.models.readings import SEED, Readings

EXEMPLARS = 3  # of a slot, as in the paper
TRIES = 24
PAIRS, ALIKE = 48, 400  # the best candidates that choices are made from
SURE = 0.5
SLOTS = ("a", "b", "c")
MOST_OF_ANY = 3  # equations of attributes that nobody has thought of

Wanted = Mapping[str, bool]

MOST_FILLED = 64  # of a model, kept
_FILLED: WeakKeyDictionary[Model, dict[str, dict[str, Any]]] = WeakKeyDictionary()


def classic(model: Model) -> list[dict[str, Any]]:
    """Equations to be had with one click, as far as the model's samples show what they need.

    Returns:
        For each ``title``, the equation in ``words``, and ``a``, ``b``, ``c``: what is wanted of the slot; [] where
        nothing can be read, and for a conditional model, whose samples change with the class that is chosen.
    """
    readings = model.readings
    if readings is None or model.class_names:
        return []
    if readings.exclusive:
        names = readings.names
        trios = [(9, 4, 1), (8, 3, 5), (7, 1, 4)] if len(names) > 9 else [(0, 1, 2)] if len(names) > 2 else []
        asked = [_of_classes(names[i], names[j], names[k]) for i, j, k in trios]
        return [one for one in asked if _is_shown(readings, one)]
    known = set(readings.names)
    asked = [*_of_faces(), *_of_photos(readings.names)]
    asked = [one for one in asked if all(set(one[slot]) <= known for slot in SLOTS)]
    return [one for one in asked if _is_shown(readings, one)] or _of_any(readings)


def _is_shown(readings: Readings, one: Mapping[str, Any]) -> bool:
    """Whether enough samples show what each slot of an equation needs."""
    return all(len(_matching(readings, one[slot])) >= EXEMPLARS for slot in SLOTS)


def _of_classes(a: str, b: str, c: str) -> dict[str, Any]:
    words = f"{a} − {b} + {c}"
    return {"title": words, "words": words, "a": {a: True}, "b": {b: True}, "c": {c: True}}


def _of_faces() -> list[dict[str, Any]]:
    short, long = {"long hair": False}, {"long hair": True}
    bare = {"glasses": False, "sunglasses": False}

    def one(title: str, words: str, what: str, a: dict[str, bool], c: dict[str, bool]) -> dict[str, Any]:
        return {
            "title": title,
            "words": words,
            "a": {**a, what: True},
            "b": {**a, what: False},
            "c": {**c, what: False},
        }

    return [
        one("long hair with glasses", "short hair with glasses − short hair + long hair", "glasses",
            {**short, "sunglasses": False}, {**long, "sunglasses": False}),
        one("long hair with a smile", "short hair with a smile − short hair + long hair", "smile", short, long),
        one("glasses and a beard", "a beard − no beard + glasses", "beard", bare, {"glasses": True}),
        one("glasses and long hair", "long hair − short hair + glasses", "long hair", bare, {"glasses": True}),
        one("a smile with sunglasses", "sunglasses − no sunglasses + a smile", "sunglasses",
            {"smile": False, "glasses": False}, {"smile": True, "glasses": False}),
        one("a beard and an open mouth", "open mouth − closed mouth + a beard", "open mouth",
            {"beard": False}, {"beard": True}),
    ]  # fmt: skip


def _of_photos(names: Sequence[str]) -> list[dict[str, Any]]:
    """The equations of Radford et al. (2016, fig. 7), for columns as in CelebA's list, or called otherwise."""

    def column(*called: str) -> str:
        return next((name for name in names if slug(name) in called), "")

    male, smile = column("male", "man"), column("smiling", "smile")
    glasses = column("eyeglasses", "glasses")

    def one(title: str, words: str, what: str, a: bool, c: bool) -> dict[str, Any]:
        """Something is carried over from men (a) to men (c), or to women."""
        return {
            "title": title,
            "words": words,
            "a": {male: a, what: True},
            "b": {male: a, what: False},
            "c": {male: c, what: False},
        }

    return [
        one("a smiling man", "smiling woman − neutral woman + neutral man", smile, False, True),
        one("a woman with glasses", "man with glasses − man without glasses + woman without glasses", glasses,
            True, False),
        one("a smiling woman", "smiling man − neutral man + neutral woman", smile, True, False),
    ]  # fmt: skip


def _of_any(readings: Readings) -> list[dict[str, Any]]:
    """For attributes of any names: one that samples have, given to those that have another one.

    The three attributes that come nearest to being on half of the samples.
    """
    near = np.argsort(np.abs(readings.probabilities.mean(0) - 0.5), kind="stable")
    names = [readings.names[column] for column in near]
    found = []
    for what, where in ((0, 1), (1, 0), (2, 0), (0, 2), (2, 1), (1, 2)):
        if max(what, where) < len(names):
            what, where = names[what], names[where]
            slots = {"a": {what: True, where: False}, "b": {what: False, where: False}, "c": {what: False, where: True}}
            found.append({"title": f"{where} with {what}", "words": f"{what} − no {what} + {where}", **slots})
    return [one for one in found if _is_shown(readings, one)][:MOST_OF_ANY]


def fill(model: Model, a: Wanted, b: Wanted, c: Wanted, variant: int = 0) -> dict[str, Any]:
    """Exemplars for the three slots; what has been chosen is kept, since every visitor starts with the same equation.

    Args:
        a, b, c: names of the reader, each true (to be seen) or false (not to be seen).
        variant: another number draws other exemplars from the same good ones.

    Returns:
        ``a``, ``b``, ``c``: names of ``EXEMPLARS`` samples each; ``tries``: how many choices were looked at.

    Raises:
        ModelError: the pictures cannot be read, there is no such name, or too few samples show what is wanted.
    """
    filled, key = _FILLED.setdefault(model, {}), json.dumps([a, b, c, variant])
    if key not in filled:
        while len(filled) >= MOST_FILLED:
            filled.pop(next(iter(filled)))
        filled[key] = _fill(model, a, b, c, variant)
    return filled[key]


def _fill(model: Model, a: Wanted, b: Wanted, c: Wanted, variant: int) -> dict[str, Any]:
    readings = model.readings
    if readings is None:
        raise ModelError(f"There is no classifier for the pictures of {model.id}, so no exemplars can be chosen.")
    slots = [_matching(readings, wanted) for wanted in (a, b, c)]
    for letter, found in zip("ABC", slots, strict=True):
        if len(found) < EXEMPLARS:
            raise ModelError(f"Only {len(found)} samples show what is wanted of {letter}; ask for less.")
    chance = np.random.default_rng(variant)
    differing = [name for name in {**a, **b} if a.get(name) != b.get(name)]
    free = columns_outside(model.reader, readings.names, differing)
    pairs = _pairs(readings.probabilities, slots[0], slots[1], free)
    choices = []
    for _ in range(TRIES):
        picked = chance.choice(len(pairs), EXEMPLARS, replace=False) if len(pairs) > EXEMPLARS else range(len(pairs))
        choices.append((*_unique(pairs, picked, slots), _alike(readings.probabilities, slots[2], chance)))
    best = choices[int(np.argmax(_outcome(model, choices, a, b, c)))]
    named = {slot: [f"{SEED}.{index}" for index in rows] for slot, rows in zip(SLOTS, best, strict=True)}
    return {**named, "tries": TRIES}


def goal(a: Wanted, b: Wanted, c: Wanted) -> dict[str, bool]:
    """What C + (A - B) should show: what is wanted of C, changed in what A and B differ in."""
    return {**c, **{name: value for name, value in a.items() if name in b and b[name] is not value}}


def _matching(readings: Readings, wanted: Wanted) -> np.ndarray:
    """Rows of samples that show what is wanted, the surest first."""
    fit = np.ones(len(readings.probabilities), np.float32)
    for name, value in wanted.items():
        if name not in readings.names:
            raise ModelError(f"There is no {name[:40]!r} to search for; there are: {', '.join(readings.names)}.")
        seen = readings.probabilities[:, readings.names.index(name)]
        fit = np.minimum(fit, seen if value else 1 - seen)
    order = np.argsort(-fit, kind="stable")
    return order[fit[order] > SURE]


def _sureness(seen: np.ndarray) -> np.ndarray:
    """How far the least sure reading of each row is from undecided, in [0, 1]."""
    return np.abs(2 * seen - 1).min(1) if seen.shape[1] else np.ones(len(seen), np.float32)


def _pairs(seen: np.ndarray, a: np.ndarray, b: np.ndarray, free: list[int]) -> np.ndarray:
    """The best pairs [P, 2] of rows: the first of ``a``, the second of ``b``, alike in the columns ``free``."""
    a, b = (rows[np.argsort(-_sureness(seen[rows]), kind="stable")][:ALIKE] for rows in (a, b))
    apart = np.abs(seen[a][:, None, free] - seen[b][None, :, free]).sum(2)  # [A, B]
    cost = apart + 0.5 * ((1 - _sureness(seen[a]))[:, None] + (1 - _sureness(seen[b]))[None])
    found, used_a, used_b = [], set(), set()
    for at in np.argsort(cost, axis=None, kind="stable"):
        i, j = divmod(int(at), len(b))
        if i in used_a or j in used_b:
            continue
        used_a.add(i)
        used_b.add(j)
        found.append((a[i], b[j]))
        if len(found) == PAIRS:
            break
    return np.array(found)


def _unique(pairs: np.ndarray, picked: Any, slots: list[np.ndarray]) -> tuple[list[int], list[int]]:
    first, second = ([int(row) for row in pairs[list(picked), side]] for side in (0, 1))
    for rows, slot in ((first, slots[0]), (second, slots[1])):  # fewer pairs than exemplars: the surest stand in
        rows += [int(row) for row in slot if row not in rows][: EXEMPLARS - len(rows)]
    return first, second


def _alike(seen: np.ndarray, rows: np.ndarray, chance: np.random.Generator) -> list[int]:
    """Three rows that look alike: a random one of the surer half, and the two that are nearest to it."""
    rows = rows[np.argsort(-_sureness(seen[rows]), kind="stable")][:ALIKE]
    first = rows[chance.integers(max(1, min(len(rows), PAIRS)))]
    apart = np.abs(seen[rows] - seen[first]).sum(1) + 0.5 * (1 - _sureness(seen[rows]))
    apart[rows == first] = -1
    return [int(row) for row in rows[np.argsort(apart, kind="stable")[:EXEMPLARS]]]


def _outcome(model: Model, choices: list[tuple], a: Wanted, b: Wanted, c: Wanted) -> np.ndarray:
    """How well each choice does, by what is to be seen on its three means and its result."""
    reader = model.reader
    used = sorted({row for one in choices for rows in one for row in rows})
    z = model.trained.draw((SEED, row) for row in used)[0].numpy()
    at_row = {row: at for at, row in enumerate(used)}
    means = np.stack([[z[[at_row[row] for row in rows]].mean(0) for rows in one] for one in choices])  # [T, 3, latent]
    results = means[:, 2] + means[:, 0] - means[:, 1]
    every = np.concatenate([means, results[:, None]], 1)  # [T, 4, latent]
    seen = reader.read(model.decode(every.reshape(-1, model.latent_size)))
    said = verdicts(reader, seen).reshape(len(choices), 4, -1)
    seen = seen.reshape(len(choices), 4, -1)
    score = np.zeros(len(choices))
    for at, wanted in enumerate((a, b, c, goal(a, b, c))):
        for name, value in wanted.items():
            p = seen[:, at, reader.names.index(name)]
            score += (2 if at == 3 else 1) * (((p if value else 1 - p) > SURE) + 0.2 * (p if value else 1 - p))
    score += np.abs(2 * seen - 1).min(2).mean(1)  # clear pictures
    touched = set(goal(a, b, c))
    for column, part in enumerate(parts_of(reader)):
        if not touched & set(part.names):
            score += said[:, 3, column] == said[:, 2, column]
    return score
