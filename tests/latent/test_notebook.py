"""What the documentation shows for notebooks is run as it stands, with tiny models in place of those that ship."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from pipelines import data
from pipelines.latent import model
from tests import tiny_models as tiny

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def shipped(homes) -> Path:
    """Tiny models under the names of those that ship."""
    for name, config in (
        ("digits-by-class", tiny.CLASSES),
        ("clothes-by-class", tiny.CLASSES.changed(data="clothes")),
        ("digits", tiny.PLAIN),
    ):
        tiny.write(homes.models / name, config, data.class_names_of(config.data), ships=True)
    home = tiny.write_all(homes.models)
    tiny.steer((home / "tiny-faces").rename(home / "faces"))
    return home


def test_the_example_of_the_module(shipped: Path) -> None:
    example = doctest.DocTestParser().get_doctest(model.__doc__, {}, "gan.py", None, 0)
    assert example.examples
    runner = doctest.DocTestRunner(verbose=False)
    report: list[str] = []
    runner.run(example, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_the_example_of_the_readme(shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = README.read_text("utf-8")
    section = re.search(r"^## In a notebook$(.*?)(^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        assert "notebook" not in text.lower(), "README speaks of notebooks; show how under '## In a notebook'"
        return
    blocks = re.findall(r"^```python\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)
    assert blocks, "'## In a notebook' has no python block"
    monkeypatch.chdir(tmp_path)  # what it writes goes there
    exec(compile("\n".join(blocks), str(README), "exec"), {})
