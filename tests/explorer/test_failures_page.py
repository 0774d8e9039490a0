"""The page of failures without a browser: what it hands to its script, and what it loads."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest

from explorer.widgets.failures import _card
from pipelines import failures, paths
from pipelines.playground.settings import SETTINGS


def test_a_card_says_whether_it_can_be_replayed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert all(_card(name)["missing"] == "" for name in failures.names())
    monkeypatch.setattr(paths, "MODELS", tmp_path)
    assert "python -m pipelines record seed" in _card("seed")["missing"]


@pytest.mark.parametrize("name", [name for name in failures.names() if failures.get(name).in_plane])
def test_the_playground_is_given_both_twins_settings(name: str) -> None:
    entry, query = failures.get(name), _card(name)["plane"]
    rest = {key: rule for key, rule in query.items() if key in SETTINGS}
    assert {key: str(getattr(entry.sick, key)) for key in rest} == rest
    beside = dict(part.split(":") for part in query["beside"].split("|"))
    assert beside == {key: str(value) for key, value in entry.cure.items()}
    assert len(urlencode(query)) < 300


def test_a_card_tells_what_the_cure_changes() -> None:
    changes = _card("collapse-digits")["changes"]
    assert changes == [{"name": "minibatch", "label": "Batch statistics for D", "sick": "none", "cured": "stddev"}]
