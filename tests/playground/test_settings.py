"""What can be set in the plane, and what is refused with one sentence."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pipelines.errors import ConfigError
from pipelines.paths import PROJECT
from pipelines.playground import settings
from pipelines.playground.settings import DRAWN_STEPS, MOST_DRAWN, PlaneConfig, from_dict, packed, places
from pipelines.registries import LOSSES, loss_traits


def test_the_defaults_are_settings_and_every_setting_explains_itself():
    assert from_dict({}) == PlaneConfig() == from_dict(PlaneConfig().to_dict())
    assert all(rule.help for rule in settings.SETTINGS.values())


def test_what_the_page_offers_for_a_setting_fits_it_and_holds_its_default():
    for name, offered in settings.OFFERED.items():
        if name in ("data", "drawing", "seed"):  # chosen by pictures, by drawing and by a field
            continue
        assert getattr(PlaneConfig(), name) in offered.values, name
        for value in offered.values:
            settings._checked(name, value)
        assert not offered.zero or 0 in offered.values, name


def test_every_loss_of_the_project_is_on_offer_with_its_formulas():
    assert list(settings.SETTINGS["loss"].choices) == LOSSES.names()
    assert all(set(loss_traits(name).formulas) == {"D", "G"} for name in LOSSES.names())


@pytest.mark.parametrize(
    "values, words",
    [
        ({"colour": 1}, "no setting named 'colour'"),
        ({"lr_g": 11}, "between 0 and 10"),
        ({"lr_g": float("nan")}, "between 0 and 10"),
        ({"lr_d": True}, "must be a number"),
        ({"g_depth": 1.5}, "a whole number"),
        ({"loss": "magic"}, "choose one of: hinge"),
        ({"data": "../etc"}, "choose one of: ring"),
        ({"data": ["ring"]}, "must be a text"),
        ({"smoothing": 0.1, "loss": "hinge"}, "Label smoothing"),
        ({"error": 1.0}, "let G be told x"),
        ({"adversarial": 0.5}, "let G be told x"),
        ({"told": "x", "adversarial": 0.0}, "nothing to learn from"),
        ({"data": "drawing"}, "at least"),
        ({"data": "drawing", "drawing": "§"}, "not base64"),
        ({"data": "drawing", "drawing": "AAAA"}, "two bytes a point"),
        ({"data": "drawing", "drawing": "AA" * 3 * MOST_DRAWN}, "at most 400 points"),
    ],
)
def test_what_cannot_be_is_refused_by_one_sentence(values, words):
    with pytest.raises(ConfigError) as refused:
        from_dict(values)
    assert words in str(refused.value) and "\n" not in str(refused.value) and len(str(refused.value)) < 300


def test_a_drawing_survives_its_link():
    points = [(-1.0, 1.0), (0.25, -0.5), (0.999, 0.001)]
    back = places(packed(points))
    assert [
        max(abs(a - b) for a, b in zip(p, q, strict=True)) < 1.01 / DRAWN_STEPS
        for p, q in zip(points, back, strict=True)
    ]
    assert packed(back) == packed(points) and places(packed([(-3.0, 3.0)])) == [(-1.0, 1.0)] and places("") == []


def test_a_page_can_show_the_settings_without_torch():
    code = "import pipelines.playground.settings, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT).returncode == 0
