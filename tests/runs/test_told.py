"""Measures in words, as commands and lists tell them; that pages tell them alike is tested in ``tests/web``."""

from __future__ import annotations

from pipelines.runs.display import in_a_line, usual

BRIGHT = {"name": "brightness", "title": "brightness", "help": "", "question": "bright", "unit": "number", "axis": "x"}
QUALITY = {"frechet": 3.14, "floor": 0.5, "clear": 0.954, "as_asked": None, "recall": 0.5, "brightness": -0.25}


def test_a_line_tells_what_is_a_headline_and_was_measured_first_what_selects_the_best() -> None:
    assert in_a_line({}, QUALITY) == "Fréchet 3.1, 95 % clear"
    assert in_a_line({}, {**QUALITY, "as_asked": 0.981}) == "Fréchet 3.1, 95 % clear, 98 % as asked"
    own = {"measures": [*usual()["measures"], {**BRIGHT, "headline": True, "selects": False}]}
    assert in_a_line(own, QUALITY) == "Fréchet 3.1, 95 % clear, brightness −0.25"
    alone = {"measures": [{**BRIGHT, "short": "bright", "headline": False, "selects": True}]}
    assert in_a_line(alone, QUALITY) == "bright −0.25"
    for nothing in (None, {}, {"frechet": None}, {"frechet": float("nan")}, {"frechet": True}):
        assert in_a_line({}, nothing) == ""


def test_a_record_of_before_measures_said_so_is_told_by_the_usual_description() -> None:
    old = {"measures": [{key: one[key] for key in ("name", "title", "help", "question", "unit", "axis")}
                        for one in usual()["measures"]] + [BRIGHT]}  # fmt: skip
    assert in_a_line(old, QUALITY) == "Fréchet 3.1, 95 % clear"
