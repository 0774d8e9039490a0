"""What is proposed fits the run: it changes something, can be trained, and is not there already."""

import pytest

from pipelines.config.checking import check
from pipelines.config.presets import PRESETS
from pipelines.config.train_config import TrainConfig
from pipelines.doctor import AILMENTS, examine
from pipelines.doctor._cures import CURES, fitting
from tests.doctor.made import made
from tests.doctor.test_ailments import SICK

CONFIGS = {
    **{name: preset.config for name, preset in PRESETS.items()},
    "hinge": TrainConfig(loss="hinge", network="quick"),
    "least-squares": TrainConfig(loss="least-squares", network="mlp", optimizer="sgd"),
    "minimax": TrainConfig(loss="minimax", network="mlp", optimizer="nadam", beta1=0.9, d_steps=3),
    "all-cured": TrainConfig(
        size=64,
        d_norm="layer",
        minibatch="stddev",
        r1=1.0,
        replay=0.5,
        instance_noise=0.1,
        label_smoothing=0.1,
        epochs=3,
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("cure", CURES)
def test_a_cure_fits_or_is_not_proposed(name, cure):
    config = CONFIGS[name]
    for remedy in fitting(config, (cure,)):
        cured = check(config.changed(**remedy.changes))
        assert cured != config and all(getattr(config, key) != value for key, value in remedy.changes.items())
        assert remedy.name and remedy.why.endswith(".") and remedy.source


def test_every_cure_is_proposed_somewhere_and_every_ailment_but_the_remark_has_one():
    used = {cure for cure in CURES for config in CONFIGS.values() if fitting(config.changed(precision="bf16"), (cure,))}
    assert used == set(CURES)
    for ailment in AILMENTS.names():
        (one,) = examine(made(**SICK[ailment]))
        assert bool(one.remedies) == (ailment != "misleading-loss")


def test_a_cure_of_an_older_run_with_a_penalty_beside_batch_norm_takes_the_latter_out():
    config = TrainConfig(size=64, r1=1.0)
    for remedy in fitting(config, tuple(CURES), most=len(CURES)):
        assert remedy.changes["d_norm"] in ("none", "spectral") and check(config.changed(**remedy.changes))
    assert len(fitting(config, ("replay", "slower-both"))) == 2


def test_the_saturating_loss_is_replaced_first():
    (one,) = examine(made(**SICK["vanishing-gradient"]))
    assert one.remedies[0].changes == {"loss": "non-saturating"} and "minimax loss is flat" in one.means


def test_what_is_set_already_is_not_proposed_again():
    (one,) = examine(made(**SICK["mode-collapse"], changes={"minibatch": "stddev", "r1": 0.1}))
    assert one.remedies and not any(
        remedy.changes.get("minibatch") or remedy.changes.get("r1") for remedy in one.remedies
    )
