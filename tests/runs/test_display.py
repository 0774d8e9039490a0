"""What a run's record says that it draws."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pipelines.config.train_config import TrainConfig
from pipelines.errors import GanError
from pipelines.registries import METHODS
from pipelines.runs import display
from pipelines.runs.facts import Record, StoredDisplay
from pipelines.runs.folder import RunFolder
from pipelines.schema import convert


def test_what_is_drawn_is_read_without_torch() -> None:
    script = "import sys; from pipelines.runs import display; display.usual(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_gan_describes_the_series_that_old_runs_are_drawn_with_and_its_penalty_where_it_has_one() -> None:
    method = METHODS.get("gan").Method
    plain = display.described(method, TrainConfig())
    assert plain == display.usual()
    assert set(display.columns(plain)) == {
        "d_loss", "g_loss", "d_real", "d_fake", "grad_d", "grad_g", "images_per_s",
    }  # fmt: skip
    with_penalty = display.described(method, TrainConfig(gradient_penalty=10.0))
    assert set(display.columns(with_penalty)) - set(display.columns(plain)) == {"penalty"}
    assert [view["id"] for view in with_penalty["views"]] == ["outputs", "losses", "gradient norm", "penalty", "speed"]


def test_every_view_of_a_series_is_described() -> None:
    drawn = display.described(METHODS.get("gan").Method, TrainConfig(gradient_penalty=10.0))
    assert {one["view"] for one in drawn["series"]} == {view["id"] for view in drawn["views"]}


def test_a_description_is_kept_by_the_record_as_it_is(tmp_path) -> None:
    run = RunFolder(tmp_path / "run").create(Record(TrainConfig(), display=display.usual()))
    assert run.record().display == display.usual()


@pytest.mark.parametrize(
    "wrong",
    [
        {"series": [{"name": "<b>", "view": "losses", "label": "D"}]},
        {"series": [{"name": "d_loss", "view": "losses", "label": "D", "role": "purple"}]},
        {"series": [{"name": "d_loss", "view": "losses"}]},
        {"views": [{"id": "x", "chart": "x", "heading": 5, "axis": "x"}]},
        {"measures": [{"name": "recall", "title": "recall", "help": "x" * 2000, "question": "varied", "unit": "share",
                       "axis": "x"}]},
        {"series": [{"name": f"s{number}", "view": "x", "label": "x"} for number in range(65)]},
    ],
)  # fmt: skip
def test_a_description_that_does_not_fit_is_refused(wrong: dict) -> None:
    sound = json.loads(json.dumps(display.usual()))
    convert(sound, StoredDisplay, "display")
    with pytest.raises(GanError, match="display"):
        convert({**sound, **wrong}, StoredDisplay, "display")
