"""What a run's record says that it draws."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from pipelines.config.train_config import TrainConfig
from pipelines.described import Series, Title, View, check_titles
from pipelines.errors import ConfigError, GanError
from pipelines.metrics import truth
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


def test_a_run_whose_resolution_grows_draws_it() -> None:
    method = METHODS.get("gan").Method
    growing = display.described(method, TrainConfig(), grows=True)
    assert set(display.columns(growing)) - set(display.columns(display.usual())) == {"resolution"}
    assert [view["id"] for view in growing["views"]] == ["outputs", "losses", "gradient norm", "resolution", "speed"]


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


def test_an_old_record_is_completed_with_what_it_does_not_say_and_keeps_what_it_says() -> None:
    usual = display.usual()
    old = {"views": [{"id": "outputs", "chart": "mine", "heading": "D", "axis": "x"}],
           "measures": [{"name": "frechet", "title": "distance", "help": "", "question": "near", "unit": "distance",
                         "axis": "x"}, {"name": "other", "title": "other"}], "tile": 28}  # fmt: skip
    found = display.complete(old)
    (view,), (near, other) = found["views"], found["measures"]
    assert view["chart"] == "mine" and view["of_d"] and found["titles"] == usual["titles"]
    assert near["title"] == "distance" and near["selects"] and near["better"] == "lower"
    assert other == {"name": "other", "title": "other"} and found["tile"] == 28
    assert found["series"] == usual["series"] and display.complete({}) == usual
    assert display.complete(usual) == usual


def test_only_a_run_that_is_told_of_a_condition_has_measures_by_the_truth() -> None:
    pictures = torch.zeros(1, 3, 8, 8, dtype=torch.uint8)
    known = truth.Truth(pictures, pictures, True)
    having = replace(known, told=torch.zeros(1, 4), alike=False)
    plain, told, of_attributes = (
        display.described(METHODS.get("gan").Method, TrainConfig(), truth=one) for one in (None, known, having)
    )
    by_truth = [one["name"] for one in told["measures"] if one not in plain["measures"]]
    assert by_truth == ["parts_iou", "difference", "psnr", "ssim", "kept", "attributes_kept"]
    by_attributes = [one["name"] for one in of_attributes["measures"] if one not in plain["measures"]]
    assert by_attributes == ["kept", "attributes_kept"], "a face with glasses is not to be that very face"
    assert {one["question"] for one in told["measures"] if one["name"] in by_truth} == {"true"}
    quality = {"frechet": 3.1, "parts_iou": 0.91, "difference": 0.03123, "psnr": 21.0, "kept": 0.97}
    assert display.in_a_line(told, quality) == "Fréchet 3.1, 91 % IoU of parts, difference 0.0312, 97 % kept"


def test_one_measure_selects_the_best_checkpoint() -> None:
    assert [one["name"] for one in display.usual()["measures"] if one["selects"]] == ["frechet"]
    headlines = ["frechet", "stacked_modes", "clear", "as_asked"]
    assert [one["name"] for one in display.usual()["measures"] if one["headline"]] == headlines


@pytest.mark.parametrize(
    ("view", "series", "sentence"),
    [
        ({"titles": (Title("back {cycle"),)}, {}, r"'gan': the view 'cycle' has the title 'back \{cycle'; a number in"),
        ({"titles": (Title("{cycle:.2e}"),)}, {}, r"view 'cycle' has the title '\{cycle:\.2e\}'; a number in it is"),
        ({"titles": (Title("far", ("cycle >= 1",)),)}, {}, r"'cycle' has a title for when 'cycle >= 1'; write a"),
        ({"titles": (Title("x" * 201),)}, {}, r"The method 'gan': the view: titles\[0\]\.text is 'xxx"),
        ({}, {"name": "samples"}, r"'gan': the series 'samples' has the key of something else in a row; ren"),
        ({}, {"name": "recall"}, r"The method 'gan': the series 'recall' has the key of something else in a row"),
        ({}, {"role": "purple"}, r"The method 'gan': the series: role is 'purple'; it must be one of: d, g, real"),
    ],
)  # fmt: skip
def test_a_method_that_describes_its_numbers_wrongly_is_told_in_a_sentence(view, series, sentence) -> None:
    cycle = View(**{"id": "cycle", "chart": "cycle", "heading": "There and back", "axis": "x", **view})
    method = SimpleNamespace(views=(cycle,), series=(Series(**{"name": "c", "view": "cycle", "label": "C", **series}),))
    with pytest.raises(ConfigError, match=sentence):
        display.described(method, TrainConfig())


def test_every_title_of_the_project_can_be_told() -> None:
    titles = [Title(**title) for title in display.usual()["titles"]]
    views = {"outputs", "losses", "gradient norm", "speed", "coverage", "modes", "stacked_modes", "classifier"}
    assert {one.view for one in titles} == views
    check_titles(titles, "it")
