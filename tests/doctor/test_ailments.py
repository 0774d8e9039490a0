"""Each ailment is named when it is there, since when it is there, and not before, nor where nothing is wrong."""

import math
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from pipelines.config.presets import PRESETS
from pipelines.config.train_config import TrainConfig
from pipelines.doctor import AILMENTS, ALARM, REMARK, examine
from pipelines.doctor._finding import apart, last_spell, percent
from tests.doctor.made import COUNT, EPOCH, after, made

CE = 2 * math.log(2)
START = round(2 * EPOCH)  # when something goes wrong here


def wild(step):
    return 1.1 * (1 + 0.8 * np.sin(2 * np.pi * step / 150))


SICK = {
    "vanishing-gradient": {
        "changes": {"loss": "minimax"}, "d_loss": after(START, 1e-6), "d_fake": after(START, 1e-7),
        "d_real": after(START, 1.0), "grad_g": after(START, 1e-6),
    },
    "discriminator-too-strong": {
        "d_loss": after(START, 0.05), "d_real": after(START, 0.98), "d_fake": after(START, 0.02),
        "g_loss": after(START, 4.0),
    },
    "discriminator-too-weak": {
        "d_loss": after(START, 2.5), "d_fake": after(START, 0.9), "d_real": after(START, 0.5),
        "g_loss": after(START, 0.1), "grad_g": after(START, 1e-4),
    },
    "oscillation": {"g_loss": after(START, wild)},
    "divergence": {"d_loss": after(START, lambda step: 20 + 15 * np.sin(step))},
    "mode-collapse": {"measures": {index: {"diversity": 2.0, "coverage": 0.1} for index in range(4, 9)}},
    "mode-cycling": {
        "measures": {
            index: {"classes": [0.5 if kind == index % 3 else 0.02 for kind in range(10)]} for index in range(4, 9)
        }
    },
    "memorising": {"measures": {index: {"copied": 0.6} for index in range(4, 9)}},
    "not-finite": {"epochs": 2.2, "events": [{"step": START, "event": "not-finite", "message": "A loss was ..."}]},
    "misleading-loss": {"g_loss": after(START, 2.0)},
}  # fmt: skip


def test_every_ailment_has_its_case():
    assert set(SICK) == set(AILMENTS.names())


def test_samples_nearer_to_training_pictures_than_real_ones_are_named_where_they_are_varied():
    near = {index: {"nearer": 0.86, "copied": 0.07} for index in range(4, 9)}
    (found,) = examine(made(measures=near))
    assert found.ailment == "memorising" and "In 86 % of cases" in found.means
    assert "four fifths" in str(found.evidence)
    typical = {index: {"nearer": 0.97, "copied": 0.1, "diversity": 2.0} for index in range(4, 9)}
    assert "memorising" not in [one.ailment for one in examine(made(measures=typical))]
    usual = {index: {"nearer": 0.7, "copied": 0.1} for index in range(4, 9)}
    assert examine(made(measures=usual)) == []
    with_pairs = made(changes={"method": "pix2pix"}, measures=near)
    assert examine(with_pairs) == [], "the truth of a training condition is a training picture"


@pytest.mark.parametrize("ailment", SICK)
def test_it_is_named_within_two_epochs_since_it_began_and_alone(ailment):
    history = made(**SICK[ailment], checkpoints=(400, 1200, 5000))
    found = examine(history)
    assert [one.ailment for one in found] == [ailment]
    one = found[0]
    assert one.kind == (REMARK if ailment == "misleading-loss" else ALARM)
    # What is measured once an epoch can have begun at any time since the measure before.
    assert START - EPOCH - 1 <= one.since <= START + EPOCH and one.named_at <= START + 2 * EPOCH
    assert one.until is None and one.branch_from in (400, 1200) and one.branch_from <= one.since
    early = examine(history.until(one.named_at - 1))
    assert early == [], "nothing is said before it can be known"
    named = examine(history.until(one.named_at + 10))  # with the next row
    assert [other.ailment for other in named] == [ailment], "and it is said as it happens"
    assert abs(named[0].since - one.since) <= 10
    assert one.means.count(".") >= 1 and one.helps and one.name == AILMENTS.describe(ailment)
    assert one.evidence.lines and all(len(line.x) == len(line.y) > 1 for line in one.evidence.lines)
    assert any(since >= one.since for since in one.evidence.lines[0].x), "the plot shows the time in question"


@pytest.mark.parametrize("ailment", ["vanishing-gradient", "discriminator-too-strong", "discriminator-too-weak",
                                     "oscillation", "divergence"])  # fmt: skip
def test_what_is_over_says_until_when_and_what_is_short_is_not_named(ailment):
    def lasting(steps):
        end = START + steps
        case = {}
        for name, column in SICK[ailment].items():
            case[name] = column
            if callable(column):
                case[name] = lambda step, healthy, column=column: np.where(step < end, column(step, healthy), healthy)
        return examine(made(**case))

    (one,) = lasting(2 * EPOCH)
    assert START + 2 * EPOCH - 1 <= one.until <= START + 3 * EPOCH
    if ailment != "divergence":  # of which one step is enough
        assert lasting(EPOCH / 8) == []


@pytest.mark.parametrize("preset", PRESETS)
def test_nothing_is_wrong_with_a_healthy_run_at_any_time(preset):
    config = PRESETS[preset].config
    if config.loss == "wasserstein":
        history = made(10, config, d_loss=lambda step, x: -2 + x / 20, d_fake=-1.0, d_real=1.0)
    elif config.loss == "relativistic":  # as on stacked digits: of a gap, D's scores are what they are
        history = made(
            10, config, d_loss=lambda step, x: x / 2, g_loss=lambda step, x: 0.8 + x / 10, d_fake=2.9, d_real=3.1
        )
    elif config.loss == "least-squares":  # as on coloured digits: D's opinion of patches
        history = made(
            10,
            config,
            d_loss=lambda step, x: 0.17 + x / 100,
            g_loss=lambda step, x: 0.22 + x / 100,
            d_real=0.65,
            d_fake=0.35,
        )
    else:
        history = made(10, config)
    for step in (0, 1, 10, 60, 200, *range(400, 9300, 300)):
        assert examine(history.until(step)) == []


def test_the_start_proves_nothing():
    noisy = {
        "d_loss": after(0, lambda step: 15 * np.abs(np.sin(step)), 150), "d_fake": after(0, 0.001, 400),
        "d_real": after(0, 0.999, 400), "grad_g": after(20, 1e-9, 400), "measures": {0: {"diversity": 0.5, "modes": 0}},
    }  # fmt: skip
    assert examine(made(**noisy)) == []
    won = made(d_loss=after(0, 0.02, 400), d_fake=after(0, 0.01, 400), d_real=after(0, 0.99, 400))
    assert examine(won) == [] and examine(won.until(450)) == [], "D often wins at first"


def test_a_cause_hides_its_signs():
    signs = {**SICK["vanishing-gradient"], "measures": SICK["mode-collapse"]["measures"]}
    assert [one.ailment for one in examine(made(**signs))] == ["vanishing-gradient"]
    later = {**SICK["mode-collapse"], **SICK["discriminator-too-weak"]}
    assert {one.ailment for one in examine(made(**later))} == {"mode-collapse", "discriminator-too-weak"}


def test_collapse_is_seen_in_each_of_its_signs():
    for signs in (
        {"modes": 3},
        {"coverage": 0.1, "precision": 0.8},
        {"coverage": 0.3, "precision": 0.2},  # and 0.7 before
        {"diversity": 3.0},
    ):
        found = examine(made(measures={index: signs for index in range(4, 9)}))
        assert [one.ailment for one in found] == ["mode-collapse"], signs
        assert examine(made(measures={4: signs})) == [] or signs == {"modes": 3}, "one measure is luck"
    assert examine(made(measures={4: {"modes": 6}})) == []
    assert examine(made(measures={index: {"modes": 3, "clear": 0.05} for index in range(9)})) == [], (
        "blurs have no class"
    )


def test_one_step_that_was_too_large_is_named_at_once_and_over_an_epoch_later():
    def shock(step, loss):
        return np.where(step == 2000, 30.0, loss)

    found = examine(made(d_loss=shock).until(2010))
    assert [(one.ailment, one.since, one.named_at, one.until) for one in found] == [("divergence", 2000, 2000, None)]
    (over,) = examine(made(d_loss=shock))
    assert over.until == int(2000 + EPOCH)
    assert max(over.evidence.lines[0].y) == 30.0, "the peak is in the plot"
    assert examine(made(d_loss=lambda step, loss: np.where(step == 150, 30.0, loss))) == [], "the start is rough"


def test_slow_swings_are_seen_too():
    found = examine(made(9, g_loss=lambda step, x: 1.1 * (1 + 0.6 * np.sin(2 * np.pi * step / (0.7 * EPOCH)))))
    assert [one.ailment for one in found] == ["oscillation"]


def test_pictures_that_run_away_and_pictures_that_go_up_and_down():
    away = examine(made(9, measures={index: {"frechet": 9.0} for index in range(5, 11)}))
    assert [one.ailment for one in away] == ["divergence"]
    swing = examine(made(14, measures={index: {"frechet": 4.0 if index // 3 % 2 else 6.0} for index in range(2, 16)}))
    assert [one.ailment for one in swing] == ["oscillation"]
    near = examine(made(9, measures={index: {"frechet": 0.4 if index % 2 else 0.3} for index in range(4, 11)}))
    assert near == [], "as near as real pictures, what is left is noise"


@pytest.mark.parametrize("seed", range(5))
def test_a_distance_that_differs_from_measure_to_measure_is_no_swing(seed):
    """The lecture's dense GAN falls for 25 epochs and then stays, a tenth more or less at each measure."""
    luck = np.exp(0.1 * np.random.default_rng(seed).standard_normal(52))
    level = [200 * 0.9 ** min(index, 22) * luck[index] for index in range(52)]
    assert examine(made(50, measures={index: {"frechet": far} for index, far in enumerate(level)})) == []


def test_old_and_damaged_recordings_are_no_trouble():
    history = made(measures={index: dict.fromkeys(("diversity", "coverage", "modes", "classes")) for index in range(9)})
    assert examine(history) == []
    empty = made(0.001)
    assert examine(empty.until(0)) == [] and history.blocks["d_loss"].size
    gone = made(grad_g=lambda step, x: np.where(step > 100, np.nan, x), d_real=np.nan)
    assert examine(gone) == []


def test_a_short_epoch_is_no_measure_of_time():
    history = made(6)
    few = type(history)(history.config, history.rows, history.measures, [], count=200)  # 3 steps an epoch
    assert few.epoch == 200 and examine(few) == []
    assert COUNT // history.config.batch_size == EPOCH


def test_blocks_are_medians_of_the_rows_in_them():
    history = made(grad_g=lambda step, x: np.where(step % 90 == 0, np.nan, x))
    step, value = history.rows["step"], history.rows["grad_g"]
    assert len(history.blocks["step"]) > 20
    for start, end, found in zip(*(history.blocks[name] for name in ("step", "end", "grad_g")), strict=True):
        assert found == pytest.approx(np.nanmedian(value[(step > start) & (step <= end)]))


def test_last_spell():
    def spell(text, hold):
        return last_spell(np.array([letter == "x" for letter in text]), hold)

    assert spell("..xx.", 3) is None
    assert spell("..xxxx", 3) == (2, 4, None)
    assert spell("..xxx.xx..x", 3) == (2, 4, None), "a gap shorter than that does not end it"
    assert spell("..xxx...x", 3) == (2, 4, 5)
    assert spell("xxx...xxx", 3) == (6, 8, None), "the last counts"


def test_the_doctor_needs_no_torch():
    code = "import sys; from pipelines import doctor; [doctor.AILMENTS.get(n) for n in doctor.AILMENTS.names()]; "
    code += "assert 'torch' not in sys.modules and 'streamlit' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("names", "wanted"),
    [((), ("class 0", "class 1")), (tuple("abcdefghij"), ("a", "b")), (tuple("0123456789"), ("class 0", "class 1"))],
)
def test_classes_that_follow_each_other_are_called_by_their_names(names, wanted):
    history = replace(made(**SICK["mode-cycling"]), class_names=names)
    (one,) = examine(history)
    assert [line.name for line in one.evidence.lines] == list(wanted)
    assert f"G draws {wanted[0]} most, then {wanted[1]}:" in one.means


def test_the_words_of_a_swing_do_not_contradict_each_other():
    """Values just above each limit: what is said stands above what is said to be calm."""
    said = []
    for period, size in ((150, 0.52), (0.7 * EPOCH, 0.62)):
        history = made(9, g_loss=lambda step, x, p=period, s=size: 1.1 * (1 + s * np.sin(2 * np.pi * step / p)))
        said += [one.means for one in examine(history) if one.ailment == "oscillation"]
    assert len(said) == 2
    for words, steps in zip(said, ("468", "1,874"), strict=True):
        swing, calm = map(int, re.findall(r"(\d+) %", words))
        assert swing > calm and f"within {steps} steps" in words


def test_a_distance_that_goes_up_and_down_is_told_as_it_was_found():
    """Single measures jump; the means of three are what counts, and they are what is told."""
    level = [20.0] * 3 + [4.0] * 4 + [6.4] * 4 + [4.4] * 4 + [6.8] * 4
    luck = np.where(np.arange(len(level)) % 3 == 0, 1.3, 0.85)
    (one,) = examine(made(17, measures={index: {"frechet": far * luck[index]} for index, far in enumerate(level)}))
    low, high, again, last = map(
        float, re.search(r"up and down: (.*?), then (.*?), (.*?) and (.*?)\. ", one.means).groups()
    )
    assert low < high > again < last and (low, high, again, last) == pytest.approx((4, 6.4, 4.4, 6.8), abs=0.1)


def test_what_is_told_of_measures_is_of_one_at_which_it_held():
    """The last measure is a lucky one: it does not end the ailment, and the words are not of it."""
    sick = {index: {"coverage": 0.1, "precision": 0.8} for index in range(4, 9)}
    (collapse,) = examine(made(measures={**sick, 7: {"coverage": 0.9, "precision": 0.8}}))
    assert collapse.until is None and "a sample near 10 % of the real pictures" in collapse.means
    near = {index: {"nearer": 0.802, "copied": 0.07} for index in range(4, 9)}
    (copies,) = examine(made(measures={**near, 7: {"nearer": 0.5, "copied": 0.07}}))
    assert copies.until is None and "In 80.2 % of cases" in copies.means, "four fifths are the limit"
    away = {index: {"frechet": 9.0} for index in range(5, 11)}
    (gone,) = examine(made(9, measures={**away, 10: {"frechet": 0.5}}))
    assert gone.until is None and "and 9.0 at step" in gone.means


def test_a_d_that_is_fooled_is_told_by_what_counted():
    """Its mean output may be higher for real pictures: what is worse than guessing is its loss."""
    (one,) = examine(made(d_loss=after(START, 1.6), d_real=after(START, 0.6), d_fake=after(START, 0.4)))
    assert "its loss is 1.6, where one that says the same of every picture has 1.39" in one.means
    small = made(config=PRESETS["wgan"].config, d_loss=1e-3, d_fake=after(START, 0.00212), d_real=after(START, 0.00211))
    (critic,) = [one for one in examine(small) if one.ailment == "discriminator-too-weak"]
    assert "it gives fakes 0.00212 and real pictures 0.00211" in critic.means


@pytest.mark.parametrize(
    ("one", "other", "texts"),
    [(0.25, 0.5, ("25 %", "50 %")), (0.304, 0.3, ("30.4 %", "30.0 %")), (0.30004, 0.3, ("30.004 %", "30.000 %"))],
)
def test_two_numbers_are_told_apart(one, other, texts):
    assert apart(one, other, percent, 0) == texts


def test_an_epoch_is_the_batches_that_fit_into_the_set():
    config = TrainConfig(batch_size=64, d_steps=1)
    rows = made().rows
    assert type(made())(config, rows, count=64 * 300 + 63).epoch == 300
    assert type(made())(config.changed(d_steps=2), rows, count=64 * 1000).epoch == 500
    assert type(made())(config, rows, count=10).epoch == 200, "one batch is an epoch; many are taken together"
