"""A training whose number of threads may change: exact while it does not, and told and kept where it does."""

import types

import pytest
import torch

from pipelines import threads
from pipelines.config.train_config import TrainConfig
from pipelines.registries import NETWORKS
from pipelines.threads import Change
from pipelines.training import checkpoint, loop
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer
from tests.families import TRANSLATING, fields, spec_of

TINY = TrainConfig(
    network="quick", width=4, latent_size=4, batch_size=8, conditional=True, epochs=4, dropout=0.4, instance_noise=0.1
)


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    """As on a machine of two cores, whatever this one has."""
    monkeypatch.setattr(threads, "cores", lambda: 2)
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # two wait for each other where tests share the cores
    yield
    torch.set_num_threads(before)


def make(**changes) -> Trainer:
    chance = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (48, 1, 28, 28), generator=chance, dtype=torch.uint8)
    config = TINY.changed(**changes)
    spec = spec_of(config.network, 4)
    labels = torch.arange(48) % 4
    return Trainer(config, images, Machine("cpu", "fp32", 2), labels, spec, fields=fields(spec, 48))


def state(trainer: Trainer) -> list[torch.Tensor]:
    tensors, _ = checkpoint._flatten(trainer)
    return [tensors[key] for key in sorted(tensors)]


def same(one: Trainer, other: Trainer) -> bool:
    return all(torch.equal(a, b) for a, b in zip(state(one), state(other), strict=True))


class Scripted:
    """Stands in for ``Adaptive``: changes the number of threads after a step that is set, and rehearses at each."""

    def __init__(self, trainer: Trainer, at: int | None = None) -> None:
        self.trainer, self.at, self.threads, self.words = trainer, at, trainer.machine.threads, ""

    def begin(self) -> Change | None:
        self.trainer.rehearse()

    def stepped(self, seconds: float) -> Change | None:
        assert seconds > 0
        self.trainer.rehearse()
        if self.trainer.step != self.at:
            return None
        self.threads, self.words = 1, "1 of 2 threads: this computer is busy"
        return Change(1, self.words)


class Hooks:
    """Records what the loop tells; ends it before a step."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.stop_at, self.changes, self.qualities = stop_at, [], []

    def before_step(self, trainer):
        return "stop" if trainer.step == self.stop_at else "go"

    def threads(self, trainer, change):
        self.changes.append((trainer.step, change.threads, torch.get_num_threads(), trainer.machine.words))

    def measured(self, trainer, quality, best):
        self.qualities.append((round(trainer.seconds / 1000), quality.clear))

    def row(self, *_):
        pass

    grid = after_step = row


VIEW = types.SimpleNamespace(picture=lambda trainer: b"")


def meter(clear=lambda: None):
    return types.SimpleNamespace(
        samples=2, selects=None, truth=None, labels=torch.zeros(2, dtype=torch.int64),
        measure=lambda *_, told: types.SimpleNamespace(frechet=1.0, clear=clear()),
    )  # fmt: skip


@pytest.mark.parametrize("network", NETWORKS.names())
def test_a_rehearsal_leaves_no_trace(network):
    minibatch = "none" if network in TRANSLATING else "discrimination"
    both = [make(network=network, minibatch=minibatch) for _ in range(2)]
    for _ in range(3):
        both[0].rehearse()
        for trainer in both:
            torch.manual_seed(trainer.step)  # both draw from one generator here
            trainer.train_step()
        torch.manual_seed(7)
        expected = torch.rand(1)
        torch.manual_seed(7)
        both[0].rehearse()
        assert torch.equal(torch.rand(1), expected)
    assert same(*both)


def test_measuring_changes_nothing_while_the_number_stays(tmp_path):
    measured, plain = make(), make()
    for trainer, adaptive in ((measured, Scripted(measured)), (plain, None)):
        torch.manual_seed(0)
        assert loop.train(trainer, VIEW, meter(), Hooks(), adaptive)
    assert measured.step == plain.step == 24 and same(measured, plain)


def test_a_change_is_told_kept_in_the_checkpoint_and_exact_up_to_it(tmp_path):
    changed, plain, hooks = make(), make(), Hooks(stop_at=4)
    for trainer, observer, adaptive in ((changed, hooks, Scripted(changed, at=4)), (plain, Hooks(stop_at=4), None)):
        torch.set_num_threads(2)
        torch.manual_seed(0)
        loop.train(trainer, VIEW, meter(), observer, adaptive)
    assert same(changed, plain), "it counts from the next step on"
    assert hooks.changes == [(4, 1, 1, "CPU, fp32, 1 of 2 threads: this computer is busy")]
    checkpoint.save(changed, tmp_path / "one.safetensors")
    torch.set_num_threads(2)
    resumed = make()
    checkpoint.load(resumed, tmp_path / "one.safetensors")
    assert resumed.machine.threads == torch.get_num_threads() == 1
    for trainer in (changed, resumed):
        torch.manual_seed(3)
        loop.train(trainer, VIEW, meter(), Hooks(stop_at=6))
    assert same(changed, resumed)


def test_a_fixed_number_stays_whatever_a_checkpoint_says(tmp_path):
    adapted, fixed = make(), make(threads=2)
    adapted.take_threads(1)
    checkpoint.save(adapted, tmp_path / "one.safetensors")
    torch.set_num_threads(2)
    checkpoint.load(fixed, tmp_path / "one.safetensors")
    fixed.take_threads(1)
    assert not fixed.adapts and fixed.machine.threads == torch.get_num_threads() == 2


def test_a_checkpoint_of_before_threads_adapted_goes_on(tmp_path, monkeypatch):
    trainer = make()
    trainer.train_step()
    flatten = checkpoint._flatten

    def old(trainer):
        tensors, plain = flatten(trainer)
        return tensors, {key: value for key, value in plain.items() if key not in ("threads", "clear")}

    monkeypatch.setattr(checkpoint, "_flatten", old)
    checkpoint.save(trainer, tmp_path / "one.safetensors")
    resumed = make()
    checkpoint.load(resumed, tmp_path / "one.safetensors")
    assert resumed.step == 1 and resumed.machine.threads == 2 and resumed.clear is None


# A run that goes on until its samples are clear


def clock(monkeypatch, trainer, a_step=1000.0):
    """Let each step take so many seconds by the training's own clock."""
    step = trainer.train_step

    def train_step(watch=False):
        numbers = step(watch)
        trainer.seconds = trainer.step * a_step
        return numbers

    monkeypatch.setattr(trainer, "train_step", train_step)
    monkeypatch.setattr(loop._TimeBudget, "allows", lambda self, must: must or trainer.step % 4 == 0)


@pytest.mark.parametrize(
    ("shares", "ends_at", "words"),
    [
        ([0.97], 10, "Finished after 10000 s: 97.0% of the samples are clear, 95.0% were wanted."),
        ([0.91, 0.94, 0.953], 16, "Finished after 16000 s: 95.3% of the samples are clear, 95.0% were wanted."),
        (
            [0.9], 30,
            "Finished after 30000 s, the most that it may take: 90.0% of the samples are clear, 95.0% were wanted.",
        ),
    ],
)  # fmt: skip
def test_it_ends_when_its_samples_are_clear_or_after_its_seconds(monkeypatch, shares, ends_at, words):
    trainer = make(epochs=None, seconds=10e3, until_clear=0.95, most_seconds=30e3)
    clock(monkeypatch, trainer)
    told = iter(shares)
    hooks = Hooks()
    assert loop.train(trainer, VIEW, meter(lambda: next(told, shares[-1])), hooks)
    assert round(trainer.seconds / 1000) == ends_at
    trainer.seconds = round(trainer.seconds, -3)
    assert loop.ending(trainer) == words
    assert [at for at, _ in hooks.qualities][:3] == [10, 12, 16][: len(hooks.qualities)], "at its time, then at times"


def test_how_far_such_a_run_is(tmp_path):
    trainer = make(epochs=None, seconds=10e3, until_clear=0.95, most_seconds=30e3)
    trainer.seconds = 4e3
    assert loop.seconds_left(trainer, 1.0) == 6e3 and not loop.waits_for_clear(trainer)
    trainer.seconds, trainer.clear = 12e3, 0.9
    assert loop.seconds_left(trainer, 1.0) == 18e3 and loop.waits_for_clear(trainer)
    assert loop.done(trainer) == pytest.approx(0.4), "what fades reaches its end at the end that is certain"
    checkpoint.save(trainer, tmp_path / "one.safetensors")
    resumed = make(epochs=None, seconds=10e3, until_clear=0.95, most_seconds=30e3)
    checkpoint.load(resumed, tmp_path / "one.safetensors")
    assert resumed.clear == 0.9 and loop.done(resumed) == loop.done(trainer)


def test_data_that_no_classifier_knows_ends_after_its_seconds(monkeypatch):
    trainer = make(epochs=None, seconds=10e3, until_clear=0.95, most_seconds=30e3, data="folder", folder="there")
    clock(monkeypatch, trainer)
    assert loop.train(trainer, VIEW, meter(), Hooks()) and round(trainer.seconds / 1000) == 10
    assert loop.ending(trainer) == "Finished."


def test_the_speed_is_of_steps_while_measures_and_grids_count_as_training_time(monkeypatch):
    trainer, hooks = make(epochs=2), Hooks()
    seconds = [0.0]
    monkeypatch.setattr(loop, "seconds_now", lambda: seconds[0])

    def taking(what, several: float):
        def taken(*args, **more):
            seconds[0] += several
            return what(*args, **more)

        return taken

    speeds = []
    monkeypatch.setattr(trainer, "train_step", taking(trainer.train_step, 0.5))
    monkeypatch.setattr(hooks, "grid", taking(lambda *_: None, 100.0), raising=False)
    monkeypatch.setattr(hooks, "before_step", taking(hooks.before_step, 1000.0))
    monkeypatch.setattr(hooks, "after_step", lambda trainer, speed, ended: speeds.append(speed), raising=False)
    assert loop.train(trainer, VIEW, meter(), hooks)
    steps, size = trainer.step, trainer.config.batch_size
    assert len(speeds) == steps and set(speeds) == {2.0 * size}, "neither grids nor waiting slow it down"
    assert trainer.seconds % 100 == pytest.approx(0.5 * steps % 100) and 100 <= trainer.seconds < 1000
