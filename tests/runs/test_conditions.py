"""Example conditions beside a run's or a model's weights, with the pictures that belong to them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from pipelines.data import ImageSet, Spec
from pipelines.errors import ModelError
from pipelines.metrics import truth
from pipelines.runs import conditions
from pipelines.runs.names import CONDITIONS

SPEC = Spec(condition="map", condition_shape=(1, 4, 4), condition_dtype="int8", labels=3, shape=(3, 4, 4))


def maps(count: int, seed: int = 0) -> ImageSet:
    """Pictures with a map each; picture i is of level i."""
    labels = np.random.default_rng(seed).integers(0, 3, (count, 1, 4, 4)).astype(np.int8)
    images = np.broadcast_to(np.arange(count, dtype=np.uint8)[:, None, None, None], (count, 3, 4, 4)).copy()
    return ImageSet("mine", images, None, (), f"{seed:064}", "", fields={"map": labels}, condition="map")


def same(one: tuple[torch.Tensor, torch.Tensor | None], other: tuple[torch.Tensor, torch.Tensor | None]) -> bool:
    return all(a is b is None or torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_examples_come_from_the_first_to_the_last_and_are_read_with_their_truth(tmp_path: Path) -> None:
    chosen = conditions.examples(truth.of(maps(63)), Spec())
    assert chosen.images[:, 0, 0, 0].tolist() == [*range(0, 63, 2)] and len(chosen) == conditions.MOST
    conditions.save(chosen.told, chosen.images, tmp_path)
    assert same(conditions.load(tmp_path, SPEC), (chosen.told, chosen.images))
    conditions.save(chosen.told, None, tmp_path)  # as older versions wrote it
    assert same(conditions.load(tmp_path, SPEC), (chosen.told, None))


@pytest.mark.parametrize("wrong", [torch.zeros(7, 3, 4, 4, dtype=torch.uint8), torch.zeros(8, 3, 4, 4)])
def test_a_truth_that_does_not_fit_is_damage(tmp_path: Path, wrong: torch.Tensor) -> None:
    save_file({"conditions": torch.zeros(8, 1, 4, 4, dtype=torch.int8), "truth": wrong}, tmp_path / CONDITIONS)
    with pytest.raises(ModelError, match=r"conditions\.safetensors is damaged \(.*\); publish the model anew"):
        conditions.load(tmp_path, SPEC)


def test_a_run_keeps_the_examples_that_it_began_with(tmp_path: Path) -> None:
    train, test = maps(40), maps(10, seed=1)
    record = SimpleNamespace(data={})
    folder = SimpleNamespace(path=tmp_path, record=lambda: record)
    reporter = SimpleNamespace(folder=folder, writing=lambda write: write())

    def shown(*sets: ImageSet) -> tuple[torch.Tensor, torch.Tensor | None]:
        return conditions.of_run(reporter, truth.of(*sets), SPEC, sets[0])

    held_out = shown(train, test)
    assert held_out[1][:, 0, 0, 0].tolist() == [*range(10)] and same(conditions.load(tmp_path, SPEC), held_out)
    conditions.save(torch.from_numpy(train.fields["map"][:5]), None, tmp_path)  # as an older version began
    record.data["fingerprint"] = train.fingerprint
    kept = shown(train, test)
    assert len(kept[0]) == 5 and kept[1] is None, "its grids go on as they were"
    record.data["fingerprint"] = "of another set"
    assert same(shown(train, test), held_out), "a model that is trained further on other pictures"
    record.data["fingerprint"] = train.fingerprint
    (tmp_path / CONDITIONS).write_bytes(b"damaged")
    assert same(shown(train, test), held_out) and same(conditions.load(tmp_path, SPEC), held_out)
    assert shown(replace(train, modality="spectrum", fingerprint="x"))[1] is None, "a truth that is no picture"
