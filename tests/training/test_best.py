"""Which measure of a run is its best: the description says by which of its numbers."""

import dataclasses
import types

from pipelines.metrics import measures
from pipelines.training import checkpoint, loop
from tests.training.test_checkpoint import make


def test_the_measure_that_selects_says_which_is_the_best(tmp_path):
    trainer = make()
    near = next(one for one in measures.described(own=False) if one.selects)
    bright = dataclasses.replace(near, name="brightness", better="higher")

    def told(selects, *values):
        return [loop._is_best(trainer, types.SimpleNamespace(**{selects.name: value}), selects) for value in values]

    assert not loop._is_best(trainer, types.SimpleNamespace(frechet=1.0), None) and trainer.best is None
    assert told(near, None, float("nan"), 3.0, 4.0, 3.0, 2.0) == [False, False, True, False, False, True]
    checkpoint.save(trainer, tmp_path / "one.safetensors")
    trainer = make()
    checkpoint.load(trainer, tmp_path / "one.safetensors")
    assert told(near, 2.5, 1.5) == [False, True], "a resumed run knows its best"
    assert told(bright, -0.5, -0.6, 0.1) == [True, False, True], "another measure has a best of its own"
