"""The form's question how much memory a run takes: asked of another process, once for like settings."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from explorer.background import memory
from pipelines.config.train_config import TrainConfig


@pytest.fixture
def commands(monkeypatch):
    """The commands that are started, which answer without being run."""
    started = []

    def run(command, **more):
        started.append(command)
        return SimpleNamespace(stdout=json.dumps({"fits": True, "words": f"Answer {len(started)}."}) + "\n")

    monkeypatch.setattr(memory.subprocess, "run", run)
    memory._found.cache_clear()
    yield started
    memory._found.cache_clear()


def test_settings_become_options_and_are_asked_once_whatever_the_run_s_length(commands):
    config = TrainConfig(network="quick", width=16, conditional=True, seconds=20.0, lr_g=0.01)
    assert memory.asked(config) == memory.asked(config.changed(epochs=3, log_every=7)) == {
        "fits": True, "words": "Answer 1.",
    }  # fmt: skip
    assert memory.asked(config.changed(conditional=False))["words"] == "Answer 2."
    first = commands[0]
    assert first[first.index("memory") :] == ["memory", "--lines", "--network=quick", "--width=16", "--conditional"]


def test_what_gives_no_answer_is_said(monkeypatch):
    memory._found.cache_clear()
    monkeypatch.setattr(memory.subprocess, "run", lambda *_, **more: SimpleNamespace(stdout=""))
    assert memory.asked(TrainConfig()) == {"fits": None, "words": memory.LATE}
    memory._found.cache_clear()
