"""The packages of pipelines import each other in one direction, and so do those of explorer: imports in functions and
of types alone count, too."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from pipelines.paths import PROJECT

LEAVES = {"errors", "paths", "registry", "registries", "schema", "typed_path"}  # all that config may import


def imported(file: Path, root: str) -> set[str]:
    """The packages and modules of ``root`` that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: imports name their package"
            names = [f"{node.module}.{name.name}" for name in node.names]
        elif isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith(f"{root}.")}
    return found


def graph(home: Path, root: str = "pipelines") -> dict[str, set[str]]:
    """What each package or module in the folder of ``root`` imports of it, without itself."""
    found: dict[str, set[str]] = {}
    for file in home.rglob("*.py"):
        name = file.relative_to(home).parts[0].removesuffix(".py")
        if name != "__init__":
            found.setdefault(name, set()).update(imported(file, root) - {name})
    return found


def circle(found: dict[str, set[str]]) -> list[str]:
    """The names along a circle of imports; [] where there is none."""
    try:
        TopologicalSorter(found).prepare()
    except CycleError as error:
        return error.args[1]
    return []


@pytest.fixture(scope="module")
def found() -> dict[str, set[str]]:
    return graph(PROJECT / "pipelines")


def test_no_two_packages_import_each_other(found: dict[str, set[str]]) -> None:
    assert {"config", "networks", "training", "methods", "runs", "launchers", "metrics", "models"} <= set(found)
    assert circle(found) == []
    seen = graph(PROJECT / "explorer", "explorer")
    assert {"pages", "widgets", "server", "live", "background", "model"} <= set(seen)
    assert circle(seen) == []
    texts = (file.read_text("utf-8") for file in (PROJECT / "pipelines").rglob("*.py"))
    assert not any(re.search(r"^\s*(from|import) explorer\b", text, re.MULTILINE) for text in texts)


def test_the_configuration_is_a_leaf(found: dict[str, set[str]]) -> None:
    assert found["config"] <= LEAVES
    assert found["registries"] <= LEAVES and found["registry"] <= LEAVES


@pytest.mark.parametrize(
    "text",
    [
        "from pipelines.networks import deep\n",
        "from pipelines import data, networks\n",
        "import pipelines.networks.deep\n",
        "def late():\n    from pipelines.networks.deep import layer\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pipelines.networks import deep\n",
    ],
)
def test_a_circle_is_seen_wherever_the_import_stands(tmp_path: Path, text: str) -> None:
    for name in ("config", "networks"):
        (tmp_path / name).mkdir()
    (tmp_path / "networks" / "deep.py").write_text("from pipelines.config.train_config import TrainConfig\n")
    assert circle(graph(tmp_path)) == []
    (tmp_path / "config" / "train_config.py").write_text(text)
    assert set(circle(graph(tmp_path))) == {"config", "networks"}


def test_every_benchmark_and_script_can_be_imported() -> None:
    names = [f"{home}.{file.stem}" for home in ("benchmarks", "scripts") for file in (PROJECT / home).glob("*.py")]
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    found = subprocess.run([sys.executable, "-c", code, *names], cwd=PROJECT, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
