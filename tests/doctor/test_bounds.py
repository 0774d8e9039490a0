"""What the doctor sets aside depends on how many rows there are, never on the numbers in them."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from pipelines import doctor
from pipelines.config.train_config import TrainConfig
from pipelines.doctor._history import COLUMNS, History, columns_of

ROW = {"images_seen": 5, "d_loss": 1.0, "g_loss": 1.0, "d_real": 0.5, "d_fake": 0.5, "grad_d": 1.0, "grad_g": 1.0}


def history(steps: list[int]) -> History:
    return History(TrainConfig(), columns_of({"step": step, **ROW} for step in steps), count=60_000)


@pytest.mark.parametrize(
    "steps", [[1, 2, 3, 3 * 10**10], [10**12], [10**12, 5, 4], [*range(2_000), *(10**9 * n for n in range(1, 1_000))]]
)
def test_a_huge_step_sets_no_memory_aside(steps: list[int]) -> None:
    made = history(steps)
    tracemalloc.start()
    doctor.examine(made)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20_000_000


def test_blocks_are_medians_of_the_rows_above_their_first_edge() -> None:
    steps = np.arange(0, 1001, 10)
    made = History(TrainConfig(log_every=10), {name: steps.astype(float) for name in COLUMNS}, count=0)
    assert made.block == 100
    assert made.blocks["step"].tolist() == [100.0 * number for number in range(10)]
    assert made.blocks["end"].tolist() == [100.0 * number for number in range(1, 11)]
    assert made.blocks["d_loss"].tolist() == [100.0 * number + 55 for number in range(10)]


def test_rows_in_disorder_are_put_in_order() -> None:
    assert columns_of({"step": step, **ROW} for step in (3, 1, 2))["step"].tolist() == [1, 2, 3]
