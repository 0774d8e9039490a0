"""Where the places of a picture look, as a page is given it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.model import load
from pipelines.errors import ModelError
from pipelines.latent.attention import heat_maps
from pipelines.latent.point import Point
from pipelines.networks._attention import attention_maps
from tests import tiny_models


@pytest.mark.parametrize("names", [(), ("a", "b", "c")])
def test_each_place_has_a_map_divided_by_its_largest_weight(tmp_path: Path, names: tuple[str, ...]) -> None:
    config = tiny_models.PLAIN.changed(network="sagan", width=4, g_spectral=True, conditional=bool(names))
    model = load(tiny_models.write(tmp_path / "looks", config, names))
    at = Point(z=(("3.1", 1.0),), y=2 if names else None)
    maps = heat_maps(model, at)
    assert maps.shape == (14 * 14, 7, 7, 1) and maps.dtype == np.uint8 and (maps.max((1, 2, 3)) == 255).all()
    z, y = model.resolve([at])
    weights = attention_maps(model.trained.generator, torch.from_numpy(z), model.trained.told(y))[0].numpy()
    assert weights.shape == (14, 14, 7, 7) and np.allclose(weights.sum((2, 3)), 1, atol=1e-5)
    expected = weights[5, 9] / weights[5, 9].max()
    assert np.abs(maps[5 * 14 + 9, :, :, 0] / 255 - expected).max() <= 0.5 / 255 + 1e-6
    assert len(np.unique(maps.reshape(len(maps), -1), axis=0)) > 1, "not all places look at the same"


def test_a_model_without_attention_is_told_so(own_models: Path) -> None:
    with pytest.raises(ModelError, match="tiny-plain has no self-attention, so no place of its pictures looks"):
        heat_maps(load("tiny-plain"), Point(z=(("0.0", 1.0),)))
