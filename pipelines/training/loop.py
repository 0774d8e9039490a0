"""The loop: step after step until the end that the configuration sets, telling whoever listens what happens.

It does not know who watches: ``Hooks`` are called with rows, pictures and positions, and may hold or end it between
steps.
"""

from __future__ import annotations

import math
import time
from collections import deque
from typing import Any, Protocol

import torch

from pipelines.config.train_config import TrainConfig
from pipelines.described import Measure
from pipelines.errors import TrainingError
from pipelines.metrics import clear_wanted
from pipelines.metrics.measures import beats
from pipelines.metrics.quality import OWN_FEATURES, Quality, QualityMeter
from pipelines.networks._conditioning import draw_latent
from pipelines.threads import Adaptive, Change
from pipelines.training.building import resolution_of
from pipelines.training.trainer import Trainer
from pipelines.training.view import FixedView, grid_due, measure_due

CURE = (
    "The last good checkpoint is kept: lower the learning rates and Resume, or duplicate the settings with precision "
    "fp32 or another loss."
)
_EVERY_STEP_UNTIL = 50  # rows of metrics are written at every step of the start
_ALL_UNTIL = 1000  # steps in which all that is due is drawn and measured, whatever it costs
seconds_now = time.perf_counter  # what a run's seconds are counted with
_TELLING = 0.1  # share of the time, at most, for grids, and as much for measures, after that


class Hooks(Protocol):
    """What the loop calls. Times spent in ``before_step`` do not count as training."""

    def before_step(self, trainer: Trainer) -> str:
        """Called before each step; may wait. Returns ``go``, ``single`` (step, and log it) or ``stop``."""

    def row(self, row: dict[str, Any]) -> None:
        """A row of metrics."""

    def grid(self, trainer: Trainer, png: bytes) -> None:
        """A grid of samples."""

    def measured(self, trainer: Trainer, quality: Quality, best: bool) -> None:
        """A measure of quality, and whether it is the best so far."""

    def threads(self, trainer: Trainer, change: Change) -> None:
        """The next step is computed with another number of threads."""

    def after_step(self, trainer: Trainer, images_per_s: float, epoch_ended: bool) -> None:
        """The step is done and told."""


def train(
    trainer: Trainer, view: FixedView, meter: QualityMeter, hooks: Hooks, adaptive: Adaptive | None = None
) -> bool:
    """Train until the end that the configuration sets, or until the hooks stop it.

    Args:
        adaptive: what decides on the number of threads; None leaves it as it is.

    Returns:
        Whether the end was reached.

    Raises:
        TrainingError: a loss, or a number of a picture, is no longer finite.
    """
    config, speed, drawing, measuring = trainer.config, _Speed(trainer), _TimeBudget(), _TimeBudget()
    steps_per_epoch = trainer.batches_per_epoch / config.d_steps
    if adaptive:
        change = adaptive.begin()
        trainer.take_threads(adaptive.threads, adaptive.words)
        if change:
            hooks.threads(trainer, change)
    clock, before_share = seconds_now(), None
    if trainer.step == 0:
        hooks.grid(trainer, view.picture(trainer))
    while not is_over(trainer):
        waited = seconds_now()  # measures, grids and checkpoints since the last step are training time, and no step
        trainer.seconds += waited - clock
        order = hooks.before_step(trainer)
        if order == "stop":
            return False
        now = seconds_now()
        speed.skip(now - clock)
        clock = now

        if config.decay and (share := rate_share(trainer)) != before_share:
            trainer.decay_rates(share)
            before_share = share
        if config.instance_noise:
            trainer.fade(1 - done(trainer))
        epoch_before, began = trainer.epoch, seconds_now()
        watch = order == "single" or row_due(trainer.step + 1, config)
        numbers = trainer.train_step(watch)
        trainer.seconds, clock = trainer.seconds + seconds_now() - clock, seconds_now()
        images_per_s = speed.measure()
        if adaptive and (change := adaptive.stepped(clock - began)):
            trainer.take_threads(change.threads, adaptive.words)
            hooks.threads(trainer, change)
        if watch:
            raise_if_bad(trainer)
            grown = resolution_of(trainer.network(trainer.sampler))
            hooks.row({**position(trainer), "epoch": trainer.epoch, **grown, **numbers, "images_per_s": images_per_s})
        over, waits = is_over(trainer), waits_for_clear(trainer)
        must = over or trainer.step <= _ALL_UNTIL
        due = measure_due(epoch_before, trainer.epoch, steps_per_epoch) and measuring.allows(must)
        if due or over or waits and measuring.allows(trainer.clear is None):
            raise_if_bad(trainer)
            with measuring:
                _measure(trainer, meter, hooks)
            over = over or is_over(trainer)
        if order == "single" or grid_due(trainer.step, steps_per_epoch) and drawing.allows(must) or over:
            raise_if_bad(trainer)
            with drawing:
                hooks.grid(trainer, view.picture(trainer))
        hooks.after_step(trainer, images_per_s, int(trainer.epoch) > int(epoch_before))
    return True


def is_over(trainer: Trainer) -> bool:
    """Whether the end that the configuration sets is reached."""
    config = trainer.config
    if config.epochs is not None and trainer.epoch >= config.epochs:
        return True
    if config.most_seconds is not None and trainer.seconds >= config.most_seconds:
        return True
    if (wanted := clear_wanted(config)) is not None:
        return trainer.clear is not None and trainer.clear >= wanted
    return config.seconds is not None and trainer.seconds >= config.seconds


def waits_for_clear(trainer: Trainer) -> bool:
    """Whether only the share of clear samples still keeps a run from its end."""
    over_time = trainer.seconds >= (trainer.config.seconds or 0.0)
    return over_time and clear_wanted(trainer.config) is not None and not is_over(trainer)


def ending(trainer: Trainer) -> str:
    """Which end a finished run has reached, in one sentence."""
    wanted, config = clear_wanted(trainer.config), trainer.config
    if wanted is None or trainer.clear is None:
        return "Finished."
    most = config.most_seconds is not None and trainer.seconds >= config.most_seconds and trainer.clear < wanted
    after = f"{trainer.seconds:.0f} s{', the most that it may take' if most else ''}"
    return f"Finished after {after}: {trainer.clear:.1%} of the samples are clear, {wanted:.1%} were wanted."


def rate_share(trainer: Trainer) -> float:
    """What the learning rates are multiplied with, in (0, 1]; it changes in hundredths of the decay."""
    decay = trainer.config.decay
    left = min(1.0, (1 - done(trainer)) / decay) if decay else 1.0
    return max(0.01, round(left, 2))


def done(trainer: Trainer) -> float:
    """The share of the run that lies behind, in [0, 1]; 0 of a run without an end."""
    config = trainer.config
    # Of one that waits for clear samples: the end that is certain.
    end = config.most_seconds or config.seconds if clear_wanted(config) else config.seconds or config.most_seconds
    by_time = trainer.seconds / end if end else 0.0
    by_epochs = trainer.epoch / config.epochs if config.epochs else 0.0
    return min(1.0, max(by_time, by_epochs))


def seconds_left(trainer: Trainer, images_per_s: float) -> float | None:
    """An estimate from the present speed; None without an end or a speed. With ``until_clear`` it is the least time
    up to ``seconds``, and after that the most."""
    config, estimates = trainer.config, []
    if config.seconds is not None and trainer.seconds < config.seconds:
        estimates.append(config.seconds - trainer.seconds)
    elif config.most_seconds is not None:  # it may end sooner
        estimates.append(config.most_seconds - trainer.seconds)
    if config.epochs is not None and images_per_s > 0:
        total = config.epochs * trainer.images_per_epoch
        estimates.append((total - trainer.images_seen) / images_per_s)
    return max(0.0, min(estimates)) if estimates else None


def row_due(step: int, config: TrainConfig) -> bool:
    """Whether a row of metrics is written at a step."""
    return step <= _EVERY_STEP_UNTIL or step % config.log_every == 0


def position(trainer: Trainer) -> dict[str, Any]:
    """What every row begins with."""
    return {"step": trainer.step, "seconds": round(trainer.seconds, 3), "images_seen": trainer.images_seen}


def raise_if_bad(trainer: Trainer) -> None:
    """Stop at a loss that is not a finite number.

    Raises:
        TrainingError: says at which step and what to try.
    """
    if (step := trainer.phases.first_bad_step()) is not None:
        raise TrainingError(f"A loss was no longer a finite number at step {step}. {CURE}")


def _measure(trainer: Trainer, meter: QualityMeter, hooks: Hooks) -> None:
    noise = torch.Generator().manual_seed(trainer.config.seed + 2)
    z = draw_latent(meter.samples, trainer.config, noise)
    labels = y = meter.labels if trainer.classes else None
    if meter.truth:
        y = meter.truth.told
    quality = meter.measure(trainer.sample(z, y), labels, told=meter.truth is not None)
    if trainer.seconds >= (trainer.config.seconds or 0.0):
        trainer.clear = getattr(quality, "clear", None) or 0.0
    hooks.measured(trainer, quality, _is_best(trainer, quality, meter.selects))


def _is_best(trainer: Trainer, quality: Quality, selects: Measure | None) -> bool:
    """Whether a measure is the best so far, which the trainer then remembers."""
    value = getattr(quality, selects.name, None) if selects else None
    if value is None or not math.isfinite(value):
        return False
    # A run may be resumed with other measures, or with a reader of one's own that was trained in the meantime.
    name = (
        f"{selects.name}, {quality.features}"
        if getattr(quality, "features", "").startswith(OWN_FEATURES)
        else selects.name
    )
    best = trainer.best if trainer.best_of == name else None
    if best is None or beats(selects, value, best):
        trainer.best, trainer.best_of = value, name
        return True
    return False


class _TimeBudget:
    """Keeps what is told beside training to a share of the time: on a fast GPU, an epoch may last a second."""

    def __init__(self) -> None:
        self._ended = self._took = 0.0

    def allows(self, must: bool) -> bool:
        return must or seconds_now() - self._ended > self._took / _TELLING

    def __enter__(self) -> None:
        self._began = seconds_now()

    def __exit__(self, *_: object) -> None:
        self._ended = seconds_now()
        self._took = self._ended - self._began


class _Speed:
    """Images per second of training over about the last two seconds."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.marks = deque([(trainer.seconds, trainer.images_seen)])

    def skip(self, seconds: float) -> None:
        """A long time between two steps makes the old marks worthless."""
        if seconds > 1.0:
            self.marks = deque([(self.trainer.seconds, self.trainer.images_seen)])

    def measure(self) -> float:
        self.marks.append((self.trainer.seconds, self.trainer.images_seen))
        while len(self.marks) > 2 and self.marks[-1][0] - self.marks[1][0] > 2.0:
            self.marks.popleft()
        (start_s, start_images), (end_s, end_images) = self.marks[0], self.marks[-1]
        return round((end_images - start_images) / (end_s - start_s), 1) if end_s > start_s else 0.0
