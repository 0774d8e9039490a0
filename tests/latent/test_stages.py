"""The picture at each stage of a growing generator, as a page is given it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.model import load
from pipelines.errors import ModelError
from pipelines.latent.point import Point
from pipelines.latent.stages import by_stage
from pipelines.training.building import advance, build
from tests import tiny_models


@pytest.mark.parametrize("names", [(), ("a", "b")])
def test_each_stage_that_was_reached_has_a_picture_of_its_resolution(tmp_path: Path, names: tuple[str, ...]) -> None:
    torch.manual_seed(0)
    config = tiny_models.PLAIN.changed(network="progressive", width=4, growth=64, conditional=bool(names))
    networks = build(config, len(names))
    for network in networks:
        advance(network, 10_000)  # far beyond the last stage
    model = load(tiny_models.write(tmp_path / "grown", config, names, networks=networks))
    at = Point(z=(("1.0", 1.0),), y=1 if names else None)
    stages = by_stage(model, at)
    assert stages.shape == (3, 28, 28, 1) and stages.dtype == np.uint8
    assert np.array_equal(stages[-1], model.pictures([at])[0]), "the last is the picture itself"
    for stage, pixels in ((0, 4), (1, 2)):  # each pixel of 7 x 7 and of 14 x 14 is so many high and wide
        small = stages[stage, ::pixels, ::pixels]
        assert np.array_equal(small.repeat(pixels, 0).repeat(pixels, 1), stages[stage]) and small.std() > 0
    assert np.array_equal(by_stage(model, at), stages)


def test_a_model_that_does_not_grow_is_told_so(own_models: Path) -> None:
    with pytest.raises(ModelError, match="tiny-plain does not grow, so it has no stages"):
        by_stage(load("tiny-plain"), Point(z=(("0.0", 1.0),)))
