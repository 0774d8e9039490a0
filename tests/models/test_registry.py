"""Which models there are, how they are named, and which may be renamed and deleted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipelines.errors import ConfigError, ModelError
from pipelines.models import fine_tuning, managing, registry, trained
from pipelines.runs.folder import RunFolder
from tests import tiny_models as tiny


def test_a_model_is_found_by_name_run_checkpoint_and_folder(own_models: Path, run: RunFolder) -> None:
    assert registry.published() == sorted(tiny.NAMES) and registry.trained_runs() == [run.id]
    found = registry.find("tiny-faces")
    assert (found.id, found.title, found.run, found.ships) == ("tiny-faces", "Tiny faces", None, False)
    assert found.config == tiny.FACES and found.preview_path == own_models / "tiny-faces" / "preview.png"
    assert found.size_bytes > 10_000
    assert registry.find(own_models / "tiny-faces") == found == registry.find(str(own_models / "tiny-faces"))

    found = registry.find(run.id)
    assert (found.id, found.title) == (run.id, "My digits") and found.generator_path == run.best_path
    assert found.class_names == tuple("0123456789") and found.preview_path is None and found.size_bytes > 10_000
    assert registry.find(run.path).id == run.id and registry.find(run.path).generator_path == run.best_path
    for checkpoint, path in (("best", run.best_path), ("last", run.checkpoint_path(2)), ("1", run.checkpoint_path(1))):
        found = registry.find(f"{run.id}@{checkpoint}")
        assert found.generator_path == path
        assert found.id == (run.id if checkpoint == "best" else f"{run.id}@{checkpoint}")


def test_the_best_is_the_last_where_none_was_measured(run: RunFolder) -> None:
    run.best_path.unlink()
    assert registry.find(run.id).generator_path == run.checkpoint_path(2)
    assert registry.trained_runs() == [run.id]


def test_what_has_no_checkpoint_says_so(run: RunFolder) -> None:
    with pytest.raises(ModelError, match=r"keeps no checkpoint of step 7; it keeps those of 1, 2\.$"):
        registry.find(f"{run.id}@7").generator_path  # noqa: B018
    for path in (run.best_path, *run.checkpoints()):
        path.unlink()
    for reference in (run.id, f"{run.id}@1", f"{run.id}@last"):
        with pytest.raises(ModelError, match="has no checkpoint yet"):
            registry.find(reference).generator_path  # noqa: B018
    assert registry.trained_runs() == []


@pytest.mark.parametrize(
    "reference", ["nobody", "nobody@last", "tiny-faces@last", "tiny-faces@1", "", "..", "/", "a\0b", "@"]
)
def test_what_is_not_there_is_one_sentence(own_models: Path, reference: str) -> None:
    with pytest.raises(ModelError, match="There is no model and no run .*tiny-classes, tiny-faces, tiny-plain"):
        registry.find(reference)


def test_a_name_comes_before_a_folder_and_folders_can_be_left_out(
    own_models: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(own_models / "tiny-plain", tmp_path / "tiny-faces")
    shutil.copytree(own_models / "tiny-plain", tmp_path / "mine")
    assert registry.find("tiny-faces").config == tiny.FACES
    assert registry.find("mine").config == tiny.PLAIN
    with pytest.raises(ModelError, match="There is no model"):
        registry.find("mine", anywhere=False)


def test_a_model_that_is_being_written_is_not_listed(own_models: Path) -> None:
    shutil.copytree(own_models / "tiny-plain", own_models / ".new.123.tmp")
    (own_models / "classifiers").mkdir()
    assert registry.published() == sorted(tiny.NAMES)


def test_a_model_of_ones_own_is_renamed(own_models: Path) -> None:
    managing.rename("tiny-plain", "mine-2")
    assert registry.find("mine-2").config == tiny.PLAIN and "tiny-plain" not in registry.published()
    with pytest.raises(ModelError, match="There is no published model 'tiny-plain'"):
        managing.rename("tiny-plain", "mine-3")


@pytest.mark.parametrize("name", ["tiny-faces", "UPPER", "a b", "", "../up", "a" * 81, "-a", "a.b", "é"])
def test_a_name_that_is_taken_or_not_allowed_changes_nothing(own_models: Path, name: str) -> None:
    before = sorted(path.relative_to(own_models) for path in own_models.rglob("*"))
    with pytest.raises(ModelError, match=r"There is a model named|use small letters"):
        managing.rename("tiny-plain", name)
    assert sorted(path.relative_to(own_models) for path in own_models.rglob("*")) == before


def test_a_model_is_not_named_as_a_run(own_models: Path, run: RunFolder) -> None:
    with pytest.raises(ModelError, match="There is a run named"):
        managing.rename("tiny-plain", run.id)


def test_a_model_of_ones_own_is_deleted_as_a_whole(own_models: Path) -> None:
    managing.delete("tiny-plain")
    assert sorted(path.name for path in own_models.iterdir()) == ["tiny-classes", "tiny-faces"]


def test_what_ships_stays(homes) -> None:
    tiny.write(homes.models / "ours", tiny.PLAIN, ("a",), ships=True)
    assert registry.find("ours").ships
    for attempt in (lambda: managing.delete("ours"), lambda: managing.rename("ours", "mine")):
        with pytest.raises(ModelError, match="came with the project and stays"):
            attempt()
    assert registry.published() == ["ours"]


@pytest.mark.parametrize("name", ["..", "../runs", "/", "", "a/b", "nobody", "tiny-faces/..", "."])
def test_only_models_are_deleted(own_models: Path, run: RunFolder, name: str) -> None:
    for attempt in (managing.delete, lambda given: managing.rename(given, "new")):
        with pytest.raises(ModelError, match="There is no published model"):
            attempt(name)
    with pytest.raises(ModelError, match="There is no published model"):
        managing.delete(run.id)  # a run is deleted on the page of runs
    assert run.exists() and registry.published() == sorted(tiny.NAMES)


def test_a_damaged_model_of_ones_own_can_be_deleted(own_models: Path) -> None:
    (own_models / "tiny-plain" / "config.json").write_text("{")
    (own_models / "tiny-plain" / "generator.safetensors").write_bytes(b"nothing")
    managing.delete("tiny-plain")
    assert "tiny-plain" not in registry.published()


CONFIGS = {
    "nothing": "",
    "half": '{"config": {"width": 4',
    "no text": b"\xff\xfe\x00",
    "a list": "[]",
    "a number": "3",
    "empty": "{}",
    "config a list": '{"config": [], "class_names": []}',
    "unknown setting": '{"config": {"unheard": 1}, "class_names": []}',
    "unknown network": '{"config": {"network": "../x"}, "class_names": []}',
    "wrong type": '{"config": {"width": "wide"}, "class_names": []}',
    "too large": '{"config": {"width": 1000000000}, "class_names": []}',
    "no names": '{"config": {}}',
    "names a text": '{"config": {}, "class_names": "abc"}',
    "conditional without classes": '{"config": {"conditional": true}, "class_names": []}',
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("text", CONFIGS.values(), ids=CONFIGS)
def test_a_damaged_configuration_is_one_sentence(own_models: Path, text: str | bytes) -> None:
    (own_models / "tiny-plain" / "config.json").write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ModelError, match=r"tiny-plain/config\.json") as caught:
        registry.find("tiny-plain")
    assert "\n" not in str(caught.value)
    assert "tiny-plain" in registry.published()  # it is still listed, so that it can be deleted


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", "[" * 100_000])
def test_a_damaged_card_is_one_sentence(own_models: Path, text: str) -> None:
    (own_models / "tiny-plain" / "card.json").write_text(text)
    with pytest.raises(ModelError, match=r"card\.json"):
        registry.find("tiny-plain")


def test_a_model_whose_settings_do_not_go_together_any_more_still_draws(own_models: Path) -> None:
    """Penalties beside batch norm in D were once accepted."""
    path = own_models / "tiny-faces" / "config.json"
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, "config": {**values["config"], "r1": 1.0}}))
    assert registry.find("tiny-faces").config.r1 == 1.0 and trained.load("tiny-faces").sample(1)[0].shape == (
        1,
        64,
        64,
        3,
    )
    with pytest.raises(ConfigError, match="set d_norm to 'none'"):
        fine_tuning.begin("tiny-faces")
    assert fine_tuning.begin("tiny-faces", {"d_norm": "none"}).record().config.r1 == 1.0


@pytest.mark.parametrize("file", ["config.json", "card.json"])
def test_a_missing_file_is_one_sentence(own_models: Path, file: str) -> None:
    (own_models / "tiny-plain" / file).unlink()
    with pytest.raises(ModelError, match=f"{file} is missing"):
        registry.find("tiny-plain")


def test_without_its_generator_it_is_no_model(own_models: Path) -> None:
    (own_models / "tiny-plain" / "generator.safetensors").unlink()
    with pytest.raises(ModelError, match="There is no model"):
        registry.find("tiny-plain")


def test_a_card_without_words_is_titled_by_its_name(own_models: Path) -> None:
    card = json.loads((own_models / "tiny-plain" / "card.json").read_text())
    (own_models / "tiny-plain" / "card.json").write_text(json.dumps({"sha256": card["sha256"]}))
    assert registry.find("tiny-plain").title == "tiny-plain"
