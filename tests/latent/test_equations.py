"""Exemplars that are chosen, parts that are told, and a move that is searched for one picture."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from explorer.model import Model, arithmetic, mean
from pipelines.errors import ModelError
from pipelines.latent import equations, search
from pipelines.latent.directions import slug
from pipelines.latent.edit import EXEMPLARS, WAYS, _Judge, edit
from pipelines.latent.point import parse
from pipelines.metrics.parts import part_of, parts_of, verdicts
from pipelines.models import readings


@pytest.fixture(autouse=True)
def one_thread():
    """As in the server: many small steps wait for each other where threads share busy cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def rows_of(samples: list[str]) -> list[int]:
    return [int(sample.split(".")[1]) for sample in samples]


def test_names_that_exclude_each_other_are_one_part(faces: Model) -> None:
    labels = [part.label for part in parts_of(faces.reader)]
    assert labels == ["smile", "open mouth", "long hair", "beard", "glasses", "hair", "skin", "background"]
    assert part_of(faces.reader, "red hair").names == ("black hair", "brown hair", "blond hair", "red hair")
    seen = np.zeros((3, len(faces.reader.names)), np.float32)
    seen[1, faces.reader.names.index("sunglasses")] = 0.9
    seen[2, [faces.reader.names.index(name) for name in ("black hair", "red hair")]] = 0.6, 0.8
    said = verdicts(faces.reader, seen)
    assert (said[0] == 0).all()
    assert said[1].tolist() == [0, 0, 0, 0, 2, 0, 0, 0]  # the second of its part
    assert said[2].tolist() == [0, 0, 0, 0, 0, 4, 0, 0]  # at most one of a part


def test_the_goal_is_c_with_what_a_and_b_differ_in() -> None:
    a, b, c = {"glasses": True, "long hair": False}, {"glasses": False, "long hair": False}, {"long hair": True}
    assert equations.goal(a, b, c) == {"glasses": True, "long hair": True}
    assert equations.goal(b, a, {"glasses": True}) == {"glasses": False}


def test_every_slot_of_a_classic_equation_is_filled_as_it_is_wanted(faces: Model) -> None:
    seen, names = faces.readings.probabilities, faces.readings.names
    known = equations.classic(faces)
    assert [one["title"] for one in known][:2] == ["long hair with glasses", "long hair with a smile"]
    for one in known:
        found = equations.fill(faces, one["a"], one["b"], one["c"])
        for slot in equations.SLOTS:
            rows = rows_of(found[slot])
            assert len(set(rows)) == 3
            for name, value in one[slot].items():
                assert ((seen[rows, names.index(name)] > 0.5) == value).all()


def test_exemplars_of_a_and_b_agree_in_all_else_and_another_variant_has_others(faces: Model) -> None:
    one = equations.classic(faces)[0]
    found = equations.fill(faces, one["a"], one["b"], one["c"])
    again = equations._fill(faces, one["a"], one["b"], one["c"], 0)
    other = equations.fill(faces, one["a"], one["b"], one["c"], variant=1)
    assert found == again
    assert equations.fill(faces, one["a"], one["b"], one["c"]) is found  # kept, and not chosen anew
    assert found != other
    seen = faces.readings.probabilities
    free = [at for at, name in enumerate(faces.readings.names) if name not in ("glasses", "sunglasses")]
    apart = np.abs(seen[rows_of(found["a"])][:, free] - seen[rows_of(found["b"])][:, free]).mean()
    anyone = np.abs(seen[:1000][:, free] - seen[1000:][:, free]).mean()
    assert apart < 0.6 * anyone


def test_what_cannot_be_filled_is_said(faces: Model, classes: Model) -> None:
    assert equations.classic(classes) == []  # its samples change with the class that is chosen
    with pytest.raises(ModelError, match="no 'moustache' to search for"):
        equations.fill(faces, {"moustache": True}, {}, {})
    every = {name: True for name in faces.readings.names}
    with pytest.raises(ModelError, match="Only 0 samples"):
        equations.fill(faces, every, {}, {})


def test_samples_that_look_like_others_come_first(faces: Model) -> None:
    seen = faces.readings.probabilities
    model = int(np.argmax(np.abs(seen - 0.5).min(1)))  # a sure one
    wanted = {"smile": not seen[model, 0] > 0.5}
    (found,) = rows_of(search.find(faces, wanted, 1, like=[f"0.{model}"])["samples"])
    (surest,) = rows_of(search.find(faces, wanted, 1)["samples"])
    assert np.abs(seen[found, 1:] - seen[model, 1:]).sum() < np.abs(seen[surest, 1:] - seen[model, 1:]).sum()


def test_a_move_is_measured_along_a_direction(faces: Model) -> None:
    found = search.along(faces, "pca-1", 2.0, 16)
    same = search.effects(faces, {"pca-1": 2.0}, 16)
    assert {key: found[key] for key in same} == same
    assert found["amount"] == 2.0 and not found["recommended"] and found["without"] == 0


@pytest.mark.parametrize("amount", [None, -1.5])
def test_of_an_attribute_it_is_measured_on_samples_that_lack_it_or_have_it(faces: Model, amount: float | None) -> None:
    z, reader = faces.z(16 * search.RARE, search.EFFECT_SEED), faces.reader
    said = reader.says(reader.read(faces.decode(z)))
    column = int(np.argmin(np.abs(said.mean(0) - 0.5)))  # neither all samples have it nor none
    name = reader.names[column]
    chosen = search.along(faces, slug(name), amount, 16)
    assert chosen["amount"] in (search.AMOUNTS if amount is None else (amount,))
    assert chosen["recommended"] == (amount is None)
    z = z[said[:, column] == (amount is not None)][:16]
    assert chosen["without"] == chosen["count"] == len(z) > 0
    seen = [
        reader.read(faces.decode(at))
        for at in (z, z + np.float32(chosen["amount"]) * faces.direction(slug(name)).vector)
    ]
    assert chosen["reached"] == pytest.approx((reader.says(seen[1])[:, column] == (amount is None)).mean(), abs=1e-4)
    turned = (verdicts(reader, seen[0]) != verdicts(reader, seen[1])).mean(0)
    assert [part["changed"] for part in chosen["parts"]] == pytest.approx(turned, abs=1e-4)


def test_a_searched_move_is_what_the_classifier_says_of_it(faces: Model) -> None:
    z, reader = faces.z(1, seed=5)[0], faces.reader
    before = reader.read(faces.decode(z))
    name = reader.names[int(np.argmin(np.abs(before[0] - 0.5)))]  # the least sure: noise can be turned
    wanted = not reader.says(before)[0, reader.names.index(name)]
    found, again = (edit(faces, z, None, name, wanted) for _ in range(2))
    assert np.array_equal(found.vector, again.vector)
    after = reader.read(faces.decode(z + found.vector))
    assert found.shows == (reader.says(after)[0, reader.names.index(name)] == wanted)
    assert found.shows
    others = [at for at, part in enumerate(parts_of(reader)) if name not in part.names]
    assert found.kept == (verdicts(reader, before)[:, others] == verdicts(reader, after)[:, others]).all()
    with pytest.raises(ModelError, match="no attribute 'moustache'"):
        edit(faces, z, None, "moustache")


def test_where_all_else_fails_a_move_leads_towards_samples_that_agree_most(faces: Model, monkeypatch) -> None:
    faces = Model(faces.trained)
    made = readings.make(faces.trained, 256)
    monkeypatch.setattr(Model, "readings", made)
    z, reader, seen = faces.z(1, seed=5)[0], faces.reader, made.probabilities
    at = int(np.argmin(np.abs((seen > 0.5).mean(0) - 0.5)))  # the attribute that half of the samples show
    wanted = not reader.says(reader.read(faces.decode(z)))[0, at]
    held = [part for part in parts_of(reader) if reader.names[at] not in part.names]
    judge = _Judge(faces, z, None, at, wanted, held)
    ends = judge.towards().reshape(len(WAYS), EXEMPLARS, -1)
    assert np.allclose(ends[0], WAYS[0] * ends[-1], atol=1e-5), "shorter ways lead to the same samples"
    rows = [int(np.abs(faces.z(len(seen)) - (z + end)).sum(1).argmin()) for end in ends[-1]]
    assert np.allclose(faces.z(len(seen))[rows], z + ends[-1], atol=1e-5)
    assert ((seen[rows, at] > 0.5) == wanted).all()
    before = verdicts(reader, reader.read(faces.decode(z)))[:, judge.at]
    unlike = (verdicts(reader, seen)[:, judge.at] != before).sum(1)
    others = np.setdiff1d(np.flatnonzero((seen[:, at] > 0.5) == wanted), rows)
    assert max(unlike[rows]) <= min(unlike[others]), "no other sample agrees in more"


def test_a_model_that_no_classifier_of_attributes_reads_is_not_edited(classes: Model) -> None:
    with pytest.raises(ModelError, match="There is no classifier of attributes"):
        edit(classes, classes.z(1)[0], None, "smile")


def test_a_filled_equation_is_the_arithmetic_of_its_means(faces: Model) -> None:
    one = equations.classic(faces)[0]
    found = equations.fill(faces, one["a"], one["b"], one["c"])
    z = faces.z(2000)
    a, b, c = (mean(z[rows_of(found[slot])]) for slot in equations.SLOTS)
    sources = [[s, w / 3] for slot, w in zip("abc", (1, -1, 1), strict=True) for s in found[slot]]
    at, _ = faces.resolve([parse({"z": sources})])
    assert np.allclose(at[0], arithmetic(a, b, c), atol=1e-5)


def with_names(names: list[str]) -> SimpleNamespace:
    """A model without classes whose samples show each combination of so many attributes."""
    seen = np.random.default_rng(0).random((400, len(names)), np.float32)
    return SimpleNamespace(readings=readings.Readings(tuple(names), seen, False), class_names=())


def test_the_equations_of_the_paper_are_there_for_columns_as_in_celebas_list() -> None:
    found = {one["words"]: one for one in equations.classic(with_names(["Smiling", "Male", "Eyeglasses", "Young"]))}
    one = found["smiling woman − neutral woman + neutral man"]
    assert (one["a"], one["b"], one["c"]) == (
        {"Male": False, "Smiling": True}, {"Male": False, "Smiling": False}, {"Male": True, "Smiling": False},
    )  # fmt: skip
    glasses = found["man with glasses − man without glasses + woman without glasses"]
    assert glasses["a"] == {"Male": True, "Eyeglasses": True} and glasses["c"]["Male"] is False
    assert equations.goal(one["a"], one["b"], one["c"]) == {"Male": True, "Smiling": True}


def test_attributes_of_any_other_names_have_equations_too() -> None:
    found = equations.classic(with_names(["striped", "round"]))
    assert [one["words"] for one in found] == ["striped − no striped + round", "round − no round + striped"] or [
        one["words"] for one in found
    ] == ["round − no round + striped", "striped − no striped + round"]
    assert all(set(equations.goal(one["a"], one["b"], one["c"]).values()) == {True} for one in found)
    assert equations.classic(with_names(["alone"])) == []


def test_names_in_any_letters_name_a_direction_of_their_own() -> None:
    names = ["Big Nose", "笑顔", "眼鏡", "z7", "All", "größer", "W neck", "w-pca-1"]
    slugs = [slug(name) for name in names]
    assert slugs[0] == "big-nose" and len(set(slugs)) == len(names)
    assert all(re.fullmatch("[a-z0-9-]+", one) and one not in ("z7", "all") and one[:2] != "w-" for one in slugs)
