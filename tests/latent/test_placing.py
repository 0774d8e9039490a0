"""Points that move along directions which depend on the picture: those that were learnt to hold other attributes."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from explorer.model import Model, load
from pipelines.errors import ModelError
from pipelines.latent import search
from pipelines.latent.directions import slug
from pipelines.latent.edit import edit
from pipelines.latent.placing import MOST_KEPT
from pipelines.latent.point import parse
from pipelines.metrics.parts import part_of
from pipelines.metrics.reader import Reader
from pipelines.models import steering
from pipelines.models.registry import STEERING
from pipelines.models.steering import LENGTH, Steering
from tests import tiny_models as tiny


@pytest.fixture
def folder(tiny_models: Path, tmp_path: Path) -> Path:
    """The tiny faces with directions of chance that depend on all that is seen, but none for a beard."""
    return tiny.steer(Path(shutil.copytree(tiny_models / "tiny-faces", tmp_path / "steered")))


@pytest.fixture
def gan(folder: Path) -> Model:
    return load(folder)


def held(gan: Model, name: str, z: np.ndarray, others: list[str] | None = None) -> np.ndarray:
    """What the directions that were learnt say, asked without a model between."""
    return gan.steering.directions(gan.reader, name, z, gan.reader.read(gan.decode(z)), others)


def test_a_name_that_holds_others_is_what_was_learnt(gan: Model) -> None:
    assert gan.steered("smile~all") == ("smile", None)
    assert gan.steered("long-hair~open-mouth,glasses") == ("long hair", ["open mouth", "glasses"])
    for name in (
        "smile",
        "pca-1~all",
        "smile~pca-1",
        "m:0.1,0.2|0.3,0.4~all",
        "beard~all",
        "smile~beard",
        "nobody~all",
    ):
        assert gan.steered(name) is None, name
    z = gan.z(5)
    assert np.allclose(gan.ways("smile~all", z), held(gan, "smile", z), atol=1e-6)
    assert np.allclose(gan.ways("smile~glasses", z), held(gan, "smile", z, ["glasses"]), atol=1e-6)
    assert np.ptp(gan.ways("smile~all", z), axis=0).max() > 0.1  # another for each picture
    assert np.array_equal(gan.ways("smile", z), np.tile(gan.direction("smile").vector, (5, 1)))
    assert gan.knows("smile~all")
    with pytest.raises(ModelError, match="The direction 'smile~all' depends on the picture"):
        gan.direction("smile~all")


def test_moves_follow_each_other_and_company_changes_nothing(gan: Model) -> None:
    moves = {"glasses~all": 2.0, "z3": 0.5, "smile~all": -1.5}
    points = [parse({"z": [[f"0.{index}", 1]], "moves": moves}) for index in range(11)]
    z = gan.z(11)
    for name, amount in moves.items():
        z = z + np.float32(amount) * gan.ways(name, z, up=amount > 0)
    found, _ = gan.resolve(points)
    assert np.allclose(found, z, atol=1e-5)
    alone = [load(gan.trained.entry.folder).pictures([point])[0] for point in points[:3]]
    assert np.array_equal(gan.pictures(points)[:3], np.stack(alone))
    mixed = [points[0], parse({"moves": {"smile~all": 1}}), parse({}), points[1]]
    assert np.allclose(gan.resolve(mixed)[0][[0, 3]], found[:2], atol=1e-6)
    both = [parse({"z": [["0.4", 1]], "moves": {"smile~all": amount}}) for amount in (1, -1)]
    given, taken = np.linalg.norm(gan.resolve(both)[0] - gan.z(1, start=4), axis=1)
    seen = gan.reader.read(gan.sample(5)[4:])[0, gan.reader.names.index("smile")]
    assert given / (given + taken) == pytest.approx(1 - seen, abs=1e-3)  # what is so already stays


def test_what_was_seen_is_kept_for_the_next_move(gan: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    count, read = [], Reader.read
    monkeypatch.setattr(Reader, "read", lambda self, images: count.append(len(images)) or read(self, images))
    for amount in (0.5, 1.0, 1.5):
        gan.resolve([parse({"z": [[f"0.{index}", 1]], "moves": {"smile~all": amount}}) for index in range(8)])
    assert len(count) == 1
    gan.seen(np.random.default_rng(0).standard_normal((MOST_KEPT + 40, 16)).astype(np.float32))
    assert len(gan._placing._kept._rows) == MOST_KEPT


def test_all_else_is_orthogonal_where_nothing_was_learnt(faces: Model) -> None:
    found = faces.direction("glasses~all").vector
    own = part_of(faces.reader, "glasses").names
    assert "sunglasses" in own and np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    for name in faces.readings.names:
        if name not in own:
            assert abs(found @ faces.direction(slug(name)).vector) < 1e-5
    assert faces.steering is None and faces.steered("glasses~all") is None


def test_what_a_move_changes_is_told_at_the_length_that_was_learnt(gan: Model) -> None:
    found = search.along(gan, "smile~all", None, 16)
    assert found["amount"] in search.LEARNT and found["recommended"] and search.LEARNT[0] == LENGTH
    assert 0 < found["without"] == found["count"] <= 16
    assert search.along(gan, "smile~all", 2.0, 16)["amount"] == 2.0


def test_a_move_that_is_searched_tries_what_was_learnt(gan: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    ways = Model.ways
    monkeypatch.setattr(Model, "ways", lambda self, name, *rest: asked.append(name) or ways(self, name, *rest))
    edit(gan, gan.z(1)[0], None, "smile", held=["glasses"])
    assert asked == ["smile~all"]


def test_files_of_another_model_or_damaged_ones_are_one_sentence(folder: Path) -> None:
    good = (folder / STEERING).read_bytes()
    (folder / STEERING).write_bytes(good[:-1])
    with pytest.raises(ModelError, match="is not the one that was published as steered"):
        load(folder)
    names = Reader.of("faces").names
    steering.save(Steering(names, np.ones((18, 7)), np.ones(44), np.ones((18, 5, 7)), np.ones((18, 5, 44, 7))), folder)
    tiny.sign(folder)
    with pytest.raises(ModelError, match="do not fit the model; learn them anew"):
        load(folder)
