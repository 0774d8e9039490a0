"""The probe chooses what is faster, only where it may, and leaves no trace."""

import pytest
import torch

from pipelines.config.train_config import TrainConfig
from pipelines.training import probe
from pipelines.training.machine import Machine

BF16 = Machine("cpu", "bf16", 2)
TINY = TrainConfig(network="quick", width=4, latent_size=4, batch_size=8, conditional=True)


@pytest.mark.parametrize(
    ("ratio", "precision", "verdict"),
    [
        (1.8, "bf16", "1.8 times as fast as fp32"),
        (1.0, "fp32", "1.0 times as fast as bf16"),
        (0.5, "fp32", "2.0 times as fast as bf16"),
    ],
)
def test_the_faster_one_is_taken_and_the_verdict_is_told(monkeypatch, ratio, precision, verdict):
    monkeypatch.setattr(probe, "bf16_ratio", lambda *_: ratio)
    found = probe.settled(TINY, BF16, 10)
    assert found.precision == precision and found.threads == 2
    assert found.words == f"CPU, 2 threads, {precision} ({verdict} here)"


@pytest.mark.parametrize(
    ("config", "where"),
    [
        (TINY.changed(precision="bf16"), BF16),
        (TINY.changed(precision="fp32"), Machine("cpu", "fp32", 2)),
        (TINY, Machine("cpu", "fp32", 2)),
        (TINY, Machine("cuda", "bf16", 2)),
    ],
)
def test_nothing_is_asked_where_there_is_no_choice(monkeypatch, config, where):
    monkeypatch.setattr(probe, "bf16_ratio", lambda *_: pytest.fail("asked"))
    assert probe.settled(config, where, 10) is where


def test_what_is_known_is_not_asked_again(monkeypatch):
    asked, known = [], {}
    monkeypatch.setattr(probe, "bf16_ratio", lambda *_: asked.append(1) or 1.5)
    for config in (TINY, TINY.changed(seed=7, lr_g=1e-3), TINY.changed(width=8)):
        assert probe.settled(config, BF16, 10, known).precision == "bf16"
    assert len(asked) == len(known) == 2, "only another network is another question"
    monkeypatch.setattr(probe, "bf16_ratio", lambda *_: 0.5)
    assert probe.settled(TINY, BF16, 10, known).precision == "bf16", "the same settings give the same run again"


def test_a_real_probe_measures_and_leaves_random_state_and_threads(monkeypatch):
    steps = []
    timed = probe._timed
    monkeypatch.setattr(probe, "_timed", lambda trainer: steps.append(trainer.machine.precision) or timed(trainer))
    torch.set_num_threads(2)
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    ratio = probe.bf16_ratio(TINY.changed(prior="mixture", self_conditional=True), BF16, 10, seconds=0.05)
    assert 0.01 < ratio < 100
    assert torch.equal(torch.rand(3), expected) and torch.get_num_threads() == 2
    assert steps[:4] == ["bf16", "fp32"] * 2 and steps.count("bf16") == steps.count("fp32") <= probe.STEPS + 1
