"""A modality that is not a picture: a short curve with a tile function of its own, from an extension folder."""

from tests.extensions.whole_life import lives

MODALITY = '''
"""Short curves: float32 [B, L] as they are stored, [B, 1, L] as networks read and write them."""
import torch

PICTURES = False


def encode(stored):
    return stored[:, None] / 10


def decode(encoded):
    return encoded[:, 0].float() * 10


def tile(stored, size, channels):
    """A line of one bright pixel a column, from -10 at the bottom to 10 at the top."""
    columns = stored[:, torch.arange(size) * stored.shape[1] // size]
    rows = ((10 - columns).clamp(0, 20) / 20 * (size - 1)).round().long()
    tiles = torch.zeros(len(stored), channels, size, size, dtype=torch.uint8)
    return tiles.scatter_(2, rows[:, None, None].expand(-1, channels, 1, -1), 255)


def features(stored):
    return stored
'''

DATA = '''
"""Waves of sixteen numbers."""
import numpy as np
from pipelines.data._image_set import ImageSet, fingerprint_of

CLASS_NAMES, SPLITS, NEEDS_FOLDER, FLIP_MAKES_SENSE, LICENCE, CITATION = (), ("train",), False, False, "none", "none"
MODALITY = "curve"


def read(*, size, channels, folder, split, progress):
    chance = np.random.default_rng(0)
    phase, height = chance.uniform(0, 6.3, (120, 1)), chance.uniform(5, 9, (120, 1))
    curves = (height * np.sin(phase + np.linspace(0, 6.3, 16))).astype(np.float32)
    return ImageSet("waves", curves, None, (), fingerprint_of(curves, None), "drawn here")
'''

NETWORK = '''
"""Dense layers for any shape."""
import math
from torch import nn


class Discriminator(nn.Module):
    def __init__(self, inputs, width):
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(inputs, width), nn.LeakyReLU(0.2), nn.Linear(width, 1))

    def forward(self, x, y=None, group=None):
        return self.body(x)[:, 0]


class Generator(nn.Module):
    feature_info = ("body.1",)

    def __init__(self, config, shape):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(config.latent_size, 4 * config.width), nn.ReLU(),
            nn.Linear(4 * config.width, math.prod(shape)), nn.Tanh(), nn.Unflatten(1, shape),
        )

    def forward(self, z, y=None):
        return self.body(z)


def generator(config, spec):
    return Generator(config, spec.shape)


def discriminator(config, spec):
    return Discriminator(math.prod(spec.shape), config.width)
'''


HEIGHT = '''
"""Mean of the curves' greatest heights; real ones reach from 5 to 9."""
QUESTION = "high"
TITLE = "peak height"
BETTER = "higher"
SELECTS = True
MODALITIES = ("curve",)


def measure(seen):
    return seen.images.abs().amax(1).mean().item()
'''
FILES = {"modalities/curve.py": MODALITY, "data/waves.py": DATA, "networks/dense.py": NETWORK}


def test_curves_live_through_everything(tmp_path):
    found = lives(
        tmp_path, FILES, data="waves", network="dense", gradient_penalty=10.0, instance_noise=0.1, replay=0.5, epochs=3
    )
    assert found["exact"]
    assert found["quality"]["features"] == "curve features" and found["quality"]["frechet"] is not None
    measured = [row for row in found["rows"] if "frechet" in row]
    assert {row["features"] for row in measured} == {"curve features"}, "measured in training as well"
    assert found["best"] == min(measured, key=lambda row: row["frechet"])["step"]
    assert found["sheet"][:2] == [3 * 30 - 2, 2 * 30 - 2]
    assert found["pictures"] == [8, 8, 28, 28, 1] and found["again"]
    assert found["at_once"] == [True, True] and found["branched"] and "G goes on as it was" in found["went_on"]
    assert found["directions"] == ["component"]
    assert found["score"] is None and not found["model"]["opinion"], "a tile cannot be shown to D"


def test_a_modality_without_features_is_measured_by_ones_own_which_selects_the_best(tmp_path):
    alone = MODALITY[: MODALITY.index("def features")]
    files = {**FILES, "modalities/curve.py": alone, "measures/height.py": HEIGHT}
    found = lives(tmp_path, files, data="waves", network="dense", epochs=16)
    measured = [row for row in found["rows"] if "features" in row]
    assert len(measured) == 2 and not any("frechet" in row or "recall" in row for row in measured)
    assert {row["features"] for row in measured} == {"curve examples"}
    assert {round(row["real_height"]) for row in measured} == {7}
    assert found["best"] == max(measured, key=lambda row: row["height"])["step"]
    display = found["live"]["run"]["display"]
    of_samples = [one for one in display["measures"] if one["depth"] is None]  # the others are of D's layers
    assert [(one["name"], one["selects"], one["headline"]) for one in of_samples] == [("height", True, True)]
    assert [row["height"] for row in found["live"]["measures"]] == [row["height"] for row in measured]
    assert found["exact"] and found["again"]
    assert "no features, by which a model is compared with its data" in found["quality"]["problem"]
