"""Histories made up: what a run would have recorded, with one thing wrong or nothing."""

import numpy as np

from pipelines.config.train_config import TrainConfig
from pipelines.doctor import History

COUNT, BATCH = 60_000, 64
EPOCH = COUNT // BATCH  # 937 steps: a last incomplete batch is left out
QUALITY = {
    "frechet": 20.0, "floor": 0.3, "features": "digit features", "samples": 2000, "clear": 0.8, "precision": 0.7,
    "recall": 0.5, "real_recall": 0.87, "coverage": 0.7, "real_coverage": 0.98, "diversity": 11.0,
    "real_diversity": 13.4, "modes": 10, "real_modes": 10, "classes": [0.08] * 10, "copied": None,
}  # fmt: skip


def made(epochs=6.0, config=None, changes=None, measures=None, events=(), checkpoints=(), **columns):
    """A healthy history with some of it changed.

    Args:
        columns: of the rows, each a function of the step, float [N], or one number.
        measures: by the number of the measure, what differs from a healthy one; they are taken at 0.25, 0.5, 1, 2, ...
    """
    noise = np.random.default_rng(0)
    step = np.concatenate([np.arange(1, 50), np.arange(50, epochs * EPOCH, 10)])
    lucky = noise.normal(size=(3, len(step)))
    healthy = {
        "step": step,
        "images_seen": step * BATCH,
        "d_loss": 1.2 + 0.06 * lucky[0],
        "g_loss": 1.1 + 0.15 * lucky[1],
        "d_real": 0.58 + 0.04 * lucky[2],
        "d_fake": 0.42 + 0.04 * lucky[1],
        "grad_d": np.exp(0.7 + 0.2 * lucky[0]),
        "grad_g": np.exp(0.5 + 0.2 * lucky[1]),
    }
    for name, column in columns.items():
        healthy[name] = column(step, healthy[name]) if callable(column) else np.full(len(step), float(column))
    at = [round(mark * EPOCH) for mark in (0.25, 0.5, *range(1, int(epochs) + 1)) if mark <= epochs]
    rows = []
    for index, when in enumerate(at):
        quality = {**QUALITY, "frechet": 0.5 + 20 / (1 + index) ** 2, "step": when, "images_seen": when * BATCH}
        rows.append({**quality, **(measures or {}).get(index, {})})
    config = (config or TrainConfig(network="quick", batch_size=BATCH)).changed(**(changes or {}))
    return History(config, healthy, rows, list(events), COUNT, tuple(checkpoints))


def after(start, value, until=np.inf):
    """A column that is healthy but from one step to another is something else."""

    def column(step, healthy):
        return np.where((step >= start) & (step < until), value(step) if callable(value) else value, healthy)

    return column
