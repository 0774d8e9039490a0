"""The registry idiom: names and help texts from files, without importing them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipelines.errors import DataError
from pipelines.registry import Registry


@pytest.fixture
def fruits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry of the package ``fruits``, made for the test."""
    package = tmp_path / "fruits_of_the_test"
    package.mkdir()
    (package / "__init__.py").write_text('"""Fruits."""\n')
    (package / "_internal.py").write_text('"""Not an entry."""\n')
    (package / "sweet_cherry.py").write_text('"""Small and sweet.\n\nMore text.\n"""\nSTONE = True\nGRAMS = 2 * 4\n')
    (package / "apple.py").write_text('"""Keeps long."""\nraise RuntimeError("imported")\n')
    (package / "bare.py").write_text("STONE = False\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield Registry("fruits_of_the_test", str(package / "__init__.py"), "fruit", DataError)
    for name in [name for name in sys.modules if name.startswith("fruits_of_the_test")]:
        del sys.modules[name]


def test_names_are_the_files_in_order_without_internals(fruits: Registry) -> None:
    assert fruits.names() == ["apple", "bare", "sweet-cherry"]


def test_entries_are_found_by_what_they_state_without_importing_them(fruits: Registry) -> None:
    (fruits.folder / "plum.py").write_text("STONE = True\n")
    assert fruits.those_with("STONE") == "'plum' or 'sweet-cherry'" and fruits.those_with("SKIN") == ""


def test_help_is_the_first_line_of_the_docstring_and_imports_nothing(fruits: Registry) -> None:
    assert fruits.describe("sweet-cherry") == "Small and sweet."
    assert fruits.describe("apple") == "Keeps long."
    assert fruits.describe("bare") == "bare"
    assert not [name for name in sys.modules if name.startswith("fruits_of_the_test.")]


def test_constants_are_read_without_importing(fruits: Registry) -> None:
    assert fruits.constants("sweet-cherry") == {"STONE": True}, "what is computed or in small letters is not stated"
    assert fruits.constants("apple") == {}
    assert not [name for name in sys.modules if name.startswith("fruits_of_the_test.")]


def test_get_imports_the_module(fruits: Registry) -> None:
    assert fruits.get("sweet-cherry").STONE is True
    with pytest.raises(RuntimeError, match="imported"):
        fruits.get("apple")


@pytest.mark.parametrize("name", ["pear", "_internal", "sweet_cherry", "__init__", "", "../apple"])
def test_an_unknown_name_lists_the_choices(fruits: Registry, name: str) -> None:
    for ask in (fruits.get, fruits.describe, fruits.constants):
        with pytest.raises(DataError) as caught:
            ask(name)
        assert str(caught.value) == f"There is no fruit named {name!r}; choose one of: apple, bare, sweet-cherry."


def test_entries_may_lie_in_a_folder_of_ones_own(fruits: Registry, tmp_path: Path, monkeypatch) -> None:
    own = tmp_path / "extensions" / "fruits_of_the_test"
    own.mkdir(parents=True)
    (own / "pear.py").write_text(
        '"""Soft."""\nfrom fruits_of_the_test import sweet_cherry\nSTONE = not sweet_cherry.STONE\n'
    )
    monkeypatch.setenv("GAN_EXPLORER_EXTENSIONS", str(own.parent))
    assert fruits.names() == ["apple", "bare", "pear", "sweet-cherry"]
    assert fruits.describe("pear") == "Soft." and fruits.get("pear").STONE is False
    assert fruits.get("pear") is fruits.get("pear")


def test_an_own_entry_cannot_take_a_name(fruits: Registry, tmp_path: Path, monkeypatch) -> None:
    own = tmp_path / "extensions" / "fruits_of_the_test"
    own.mkdir(parents=True)
    (own / "apple.py").write_text("")
    monkeypatch.setenv("GAN_EXPLORER_EXTENSIONS", str(own.parent))
    with pytest.raises(DataError, match="two files for the fruit 'apple'; rename the one in"):
        fruits.names()
