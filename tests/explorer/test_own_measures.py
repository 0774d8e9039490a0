"""What a model's card says of measures of one's own, from the card alone."""

from __future__ import annotations

from explorer.card_measures import measures
from tests.explorer.test_models_page import QUALITY


def test_measures_of_ones_own_are_told_by_what_the_card_says_of_them():
    own = {
        "brightness": {"title": "mean brightness", "help": "Mean of the pixels.", "unit": "number", "better": "lower",
                       "value": -0.2513, "real": -0.0241},
        "blue": {"title": "blue", "unit": "share", "value": 0.98712, "real": None},
        "far": {"title": "", "unit": "distance", "value": 3.14159, "real": 120.4, "better": ["lower"]},
    }  # fmt: skip
    odd = {"a": 5, "b": {"value": "x"}, "c": {"value": None}, "d": {"value": float("nan")}}
    rows, note = measures({**QUALITY, "own": {**odd, **own}, "own_count": 2000}, "digits")
    assert [(row["name"], row["value"], row["real"]) for row in rows[4:]] == [
        ("Mean brightness", "−0.251", "−0.0241"), ("Blue", "99 %", None), ("Far", "3.1", "120"),
    ]  # fmt: skip
    assert [row["why"] for row in rows[4:]] == ["Mean of the pixels. Lower is better.", "", ""]
    assert note.startswith("Measured on 10,000 samples")
    assert measures({**QUALITY, "own": "odd"}, "digits") == measures(QUALITY, "digits")
