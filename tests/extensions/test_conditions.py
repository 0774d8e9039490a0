"""Data sets whose condition is a picture, and a list of numbers of varying length, from an extension folder."""

import pytest

from tests.extensions.whole_life import lives

DATA = '''
"""Grey squares, each as bright as it is told."""
import numpy as np
from pipelines.data._image_set import ImageSet, fingerprint_of

CLASS_NAMES, SPLITS, NEEDS_FOLDER, FLIP_MAKES_SENSE, LICENCE, CITATION = (), ("train",), False, True, "none", "none"
CONDITION = "KIND"


def read(*, size, channels, folder, split, progress):
    chance = np.random.default_rng(0)
    bright = chance.permutation(np.linspace(0, 1, 96))
    images = np.empty((96, channels, size, size), np.uint8)
    images[:] = (bright * 255).astype(np.uint8)[:, None, None, None]
    small = np.broadcast_to((bright * 255).astype(np.uint8)[:, None, None, None], (96, 3, 8, 8)).copy()
    numbers = np.full((96, 5), np.nan, np.float32)  # from one to five numbers, whose mean is the brightness
    for row, value in enumerate(bright):
        numbers[row, : 1 + row % 5] = value
    fields = {"picture": small, "numbers": numbers}
    return ImageSet("told", images, None, (), fingerprint_of(images, None, fields=fields), "drawn here", fields=fields)
'''

NETWORK = '''
"""A brightness for what is told, and whether they belong together."""
import torch
from torch import nn


def known(y):
    """The mean of what is told, pictures [B, C, H, W] or numbers [B, L] with NaN where there is none, [B, 1]."""
    return (2 * y.nanmean(1, keepdim=True) - 1) if y.ndim == 2 else y.mean((1, 2, 3))[:, None]


class Generator(nn.Module):
    def __init__(self, config, spec):
        super().__init__()
        self.feature_info = ("body.1",)
        self.shape, self.kind = spec.shape, spec.condition_shape
        self.body = nn.Sequential(nn.Linear(1 + config.latent_size, 16), nn.ReLU(), nn.Linear(16, 1), nn.Tanh())

    def forward(self, z, y):
        assert y.shape[1:] == self.kind and y.dtype == torch.float32, (y.shape, y.dtype)
        one = self.body(torch.cat([known(y), 0.1 * z], 1))
        return one[:, :, None, None].expand(-1, *self.shape)


class Discriminator(nn.Module):
    def __init__(self, config, spec):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))

    def forward(self, x, y=None, group=None):
        return self.body(torch.cat([x.mean((1, 2, 3))[:, None], known(y)], 1))[:, 0]


def generator(config, spec):
    return Generator(config, spec)


def discriminator(config, spec):
    return Discriminator(config, spec)
'''


@pytest.mark.parametrize("kind", ["picture", "numbers"])
def test_a_condition_that_is_no_class_lives_through_everything(tmp_path, kind):
    files = {"data/told.py": DATA.replace("KIND", kind), "networks/brightness.py": NETWORK}
    found = lives(
        tmp_path, files, data="told", network="brightness", conditional=True, replay=0.5, flip=True, samples=16,
        lr_g=0.01, lr_d=0.01,
    )  # fmt: skip
    assert found["exact"] and found["quality"]["frechet"] is not None
    shown = found["live"]["run"]["display"]
    assert shown["rows"] == 8 and shown["columns"] == 4 and shown["truth"], "condition, two samples, truth"
    assert found["preview"][0] == found["preview"][1] and found["truth"] == [32, 1, 28, 28]
    own = found["quality"]["own"]
    assert 0 < own["difference"]["value"] < 0.5 and own["psnr"]["value"] > 5 and "parts_iou" not in own
    assert found["quality"]["told_of"] == "training pictures", "the set has no others"
    assert 0 < found["live"]["measures"][-1]["difference"] < 0.5 and "kept" in found["live"]["measures"][-1]
    assert shown["row_labels"] == [f"example {number}" for number in range(1, 9)]
    assert found["sheet"][:2] == [4 * 30 - 2, 8 * 30 - 2]
    assert found["model"]["classes"][:2] == ["example 1", "example 2"] and len(found["model"]["classes"]) == 32
    assert found["pictures"][1:] == [8, 28, 28, 1] and found["directions"] == ["component"]
    assert found["again"] and found["told"] and found["score"] == [8]
    assert found["at_once"] == [True, True] and found["branched"] and "G goes on as it was" in found["went_on"]
