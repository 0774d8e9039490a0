"""What a person saves: names, definitions, a file that is damaged, two who save at once."""

from __future__ import annotations

import json
import threading

import pytest

from explorer import saved_directions
from pipelines.errors import GanError

BOLD = {"name": "bold", "definition": "m:0.3,0.7|0.1,0.9"}


def test_a_direction_is_kept_renamed_and_forgotten(homes) -> None:
    assert saved_directions.directions("digits") == []
    saved_directions.save("digits", "  bold ", BOLD["definition"])
    saved_directions.save("digits", "slanted", "pca-2~pca-1")
    assert saved_directions.directions("digits") == [BOLD, {"name": "slanted", "definition": "pca-2~pca-1"}]
    assert saved_directions.directions("faces") == []
    saved_directions.rename("digits", "bold", "Heavy")
    saved_directions.delete("digits", "slanted")
    saved_directions.delete("digits", "never there")
    assert saved_directions.directions("digits") == [{**BOLD, "name": "Heavy"}]
    kept = json.loads((homes.saved / "directions" / "digits.json").read_text("utf-8"))
    assert kept == [{**BOLD, "name": "Heavy"}]  # the documented format


def test_the_same_name_is_replaced_and_cannot_be_taken_by_another(homes) -> None:
    saved_directions.save("digits", "bold", "pca-1")
    saved_directions.save("digits", "Bold", "pca-2")
    assert saved_directions.directions("digits") == [{"name": "Bold", "definition": "pca-2"}]
    saved_directions.save("digits", "slanted", "pca-3")
    with pytest.raises(GanError, match="already"):
        saved_directions.rename("digits", "slanted", "BOLD")
    with pytest.raises(GanError, match="no saved direction"):
        saved_directions.rename("digits", "gone", "new")
    assert [one["name"] for one in saved_directions.directions("digits")] == ["Bold", "slanted"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\x00b", None, 7])
def test_a_name_that_is_not_allowed_is_refused(homes, name) -> None:
    with pytest.raises(GanError, match="1 to 40"):
        saved_directions.save("digits", name, "pca-1")
    assert saved_directions.directions("digits") == []


@pytest.mark.parametrize("definition", ["", None, "../../etc", "<script>", "x" * 2001, ["m:"]])
def test_only_a_directions_name_is_a_definition(homes, definition) -> None:
    with pytest.raises(GanError, match="Only a direction"):
        saved_directions.save("digits", "bold", definition)


@pytest.mark.parametrize("model_id", ["../digits", "", "a/b", "Dig its"])
def test_a_models_name_is_never_a_path(homes, model_id) -> None:
    for call in (
        lambda: saved_directions.directions(model_id),
        lambda: saved_directions.save(model_id, "bold", "pca-1"),
    ):
        with pytest.raises(GanError, match="names no model"):
            call()


def test_a_damaged_file_is_as_none_and_is_written_anew(homes) -> None:
    folder = homes.saved / "directions"
    folder.mkdir()
    (folder / "digits.json").write_text("{not json", "utf-8")
    assert saved_directions.directions("digits") == []
    (folder / "digits.json").write_text(json.dumps([1, {"name": "x"}, BOLD]), "utf-8")
    assert saved_directions.directions("digits") == [BOLD]
    saved_directions.save("digits", "slanted", "pca-1")
    assert [one["name"] for one in saved_directions.directions("digits")] == ["bold", "slanted"]


def test_two_who_save_at_once_lose_nothing(homes) -> None:
    def many(who: str) -> None:
        for number in range(10):
            saved_directions.save("digits", f"{who} {number}", "pca-1")

    threads = [threading.Thread(target=many, args=(who,)) for who in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(saved_directions.directions("digits")) == 20
    assert [path.name for path in (homes.saved / "directions").glob("*.json")] == ["digits.json"]


def test_a_folder_that_cannot_be_written_is_said(homes) -> None:
    (homes.saved / "directions").write_text("a file in the way", "utf-8")
    with pytest.raises(GanError, match="cannot be saved"):
        saved_directions.save("digits", "bold", "pca-1")


def test_there_is_an_end(homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_directions, "MOST", 2)
    saved_directions.save("digits", "a", "pca-1")
    saved_directions.save("digits", "b", "pca-1")
    with pytest.raises(GanError, match="delete one"):
        saved_directions.save("digits", "c", "pca-1")
    saved_directions.save("digits", "a", "pca-2")  # replacing is no new one
