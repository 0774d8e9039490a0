"""What the benchmarks share: settings as they are typed in."""

from __future__ import annotations

import argparse

import pytest

from benchmarks._settings import add_settings, typed
from pipelines.errors import ConfigError


def test_settings_have_their_types():
    assert typed(["cycle=0", "width=8", "flip=off", "loss=hinge", "epochs=null"]) == {
        "cycle": 0.0, "width": 8, "flip": False, "loss": "hinge", "epochs": None,
    }  # fmt: skip
    assert isinstance(typed(["cycle=0"])["cycle"], float) and typed([]) == {}


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("cycle", "'cycle' is no setting with its value; write NAME=VALUE"),
        ("cycel=0", "There is no setting named 'cycel'; the nearest is cycle"),
        ("width=4.5", "The setting width is '4.5'; it must be a whole number"),
        ("flip=perhaps", "The setting flip is 'perhaps'; it must be true or false"),
    ],
)
def test_what_is_no_setting_ends_in_a_sentence(pair, words, capsys):
    with pytest.raises(ConfigError, match=words):
        typed([pair])
    parser = argparse.ArgumentParser()
    add_settings(parser, "all")
    with pytest.raises(SystemExit):
        parser.parse_args(["--set", pair])
    assert words in capsys.readouterr().err and parser.parse_args([]).set == {}
