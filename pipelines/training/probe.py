"""Measures whether bf16 is faster than fp32 for a run's own networks, in about a second, before the run begins.

A processor that multiplies bf16 natively may still be slower with it: on small layers the conversions cost more than
they save. Counted is the processor's time on one thread, which other programs on the same cores hardly change. What
was found is kept: in the run, so that it computes the same numbers when it is resumed, and beside all runs of the
machine, so that the same settings give the same run again.
"""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

import torch
from torch import Tensor

from pipelines.config.settings import Role
from pipelines.config.train_config import SETTINGS, SPEED, TrainConfig
from pipelines.data import Spec
from pipelines.training.machine import Machine
from pipelines.training.memory import AT_THE_END
from pipelines.training.noise import trainer_on_noise
from pipelines.training.trainer import Trainer

SECONDS = 0.5  # for each of the two, at most, after a first step that is not counted
STEPS = 40  # for each, at most
BATCH = 32  # pictures in a step, at most, so that heavy networks are asked quickly, too
# What decides the work of a step, and so how the two compare.
DECISIVE = tuple(name for name in SPEED if SETTINGS[name].role is not Role.MACHINE)
PAYS = 1.05  # times as fast as fp32, below which its coarser numbers are not worth it


def bf16_ratio(
    config: TrainConfig,
    where: Machine,
    classes: Spec | int,
    seconds: float = SECONDS,
    fields: Mapping[str, Tensor] | None = None,
) -> float:
    """How many times as fast a training step is in bf16 as in fp32; the two take turns, step by step.

    Leaves the random state and the number of threads of the CPU as they were.

    Args:
        config: of the run; pictures are random, since their content does not matter for the time.
        where: what ``auto`` stands for on this machine.
        classes: of its data set: its spec, or how many there are.
        seconds: for each of the two, at most.
        fields: of its data set.
    """
    count = min(BATCH, config.batch_size)
    with torch.random.fork_rng(devices=[]), _one_thread():
        both = [
            trainer_on_noise(config, replace(where, precision=name), classes, count, fields)
            for name in ("bf16", "fp32")
        ]
        for trainer in both:
            trainer.d_batches = AT_THE_END // count  # a network whose resolution grows is asked at its full size
            _timed(trainer)
        ratios: list[float] = []
        start = time.perf_counter()
        while not ratios or (len(ratios) < STEPS and time.perf_counter() - start < 2 * seconds):
            bf16, fp32 = (_timed(trainer) for trainer in both)
            ratios.append(fp32 / bf16)
    return statistics.median(ratios)


def settled(
    config: TrainConfig,
    where: Machine,
    classes: Spec | int,
    known: dict[str, float] | None = None,
    fields: Mapping[str, Tensor] | None = None,
) -> Machine:
    """The machine with the precision that is faster here, where ``auto`` may choose, and the verdict in words.

    Args:
        known: earlier findings, which are taken as they are; a new one is added.
        fields: of the data set.
    """
    if config.precision != "auto" or where.precision != "bf16" or where.device != "cpu":
        return where
    known = {} if known is None else known
    about = " ".join(f"{name}={getattr(config, name)}" for name in DECISIVE)
    if about not in known:
        known[about] = bf16_ratio(config, where, classes, SECONDS, fields)
    ratio = known[about]
    chosen, other = ("bf16", "fp32") if ratio >= PAYS else ("fp32", "bf16")
    faster = ratio if chosen == "bf16" else 1 / ratio
    return replace(where, precision=chosen, verdict=f"{faster:.1f} times as fast as {other} here")


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _timed(trainer: Trainer) -> float:
    start = time.process_time()
    trainer.train_step()
    return max(time.process_time() - start, 1e-9)
