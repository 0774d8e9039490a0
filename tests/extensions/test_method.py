"""A method with two generators and two discriminators, and logits of shape [B, 1, h, w], from an extension folder."""

from tests.extensions.whole_life import lives

DATA = '''
"""Bright pictures, and dark ones that belong to none of them."""
import numpy as np
from pipelines.data._image_set import ImageSet, fingerprint_of

CLASS_NAMES, SPLITS, NEEDS_FOLDER, FLIP_MAKES_SENSE, LICENCE, CITATION = (), ("train",), False, True, "none", "none"
CONDITION = "dark"


def read(*, size, channels, folder, split, progress):
    chance = np.random.default_rng(0)
    images = chance.integers(128, 256, (96, channels, size, size), dtype=np.uint8)
    fields = {"dark": chance.integers(0, 128, (40, channels, size, size), dtype=np.uint8)}
    print_ = fingerprint_of(images, None, fields=fields)
    return ImageSet("domains", images, None, (), print_, "drawn here", fields=fields)
'''

NETWORK = '''
"""A picture to a picture, and patches to logits."""
from torch import nn


class Translator(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(channels, width, 3, 1, 1), nn.ReLU(), nn.Conv2d(width, channels, 3, 1, 1))

    def forward(self, z, y):
        return (self.body(y) + 0.1 * z.mean(1).view(-1, 1, 1, 1)).tanh()


class Patches(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(channels, width, 4, 4), nn.LeakyReLU(0.2), nn.Conv2d(width, 1, 1))

    def forward(self, x, y=None, group=None):
        return self.body(x)  # [B, 1, h, w]


def generator(config, spec):
    return Translator(spec.condition_shape[0], config.width)


def discriminator(config, spec):
    return Patches(spec.shape[0], config.width)
'''

METHOD = '''
"""Two domains without pairs (Zhu et al., CycleGAN, 2017): there and back again gives the picture itself."""
import copy
from torch.nn.functional import l1_loss
from pipelines.described import Series, Title, View
from pipelines.networks._conditioning import draw_latent
from pipelines.registries import LOSSES
from pipelines.training.building import build
from pipelines.training.players import Phase, Player

SAMPLER = "from_dark"
CRITIC = "d_bright"
CYCLE = 10.0
HELP = "Mean difference of a picture and what comes of it there and back again."


class Method:
    views = (
        View("losses", "losses", "Loss", "loss", log="choice"),
        View("cycle", "cycle", "There and back", "mean difference", HELP, from_zero=True,
             titles=(Title("A picture comes back {cycle:.2f} away"),)),
        View("slopes", "training", "Training", "gradient norm", log="always", aside=True),
    )
    series = (
        Series("d_loss", "losses", "both D", "d"), Series("g_loss", "losses", "both G", "g"),
        Series("cycle", "cycle", "there and back", "fake"),
        Series("grad_g", "slopes", "to bright", "g", "gradient to bright"),
        Series("grad_f", "slopes", "to dark", "real", "gradient to dark"),
    )

    def __init__(self, config, context):
        self.config, self.context, self.loss = config, context, LOSSES.get(config.loss)
        (self.g, self.d), (self.f, self.e) = (build(config, context.spec, context.device) for _ in range(2))
        average = copy.deepcopy(self.g).eval().requires_grad_(False)
        self.players = {
            "from_dark": Player("from_dark", self.g, "g", "lr_g", average if config.ema else None),
            "from_bright": Player("from_bright", self.f, "f", "lr_g"),
            "d_bright": Player("d_bright", self.d, "d", "lr_d"),
            "d_dark": Player("d_dark", self.e, "e", "lr_d"),
        }
        self.phases = (
            Phase(("d_bright", "d_dark"), self._judge),
            Phase(("from_dark", "from_bright"), self._translate, frozen=("d_bright", "d_dark")),
        )
        self.parts = {}

    def begin(self, step):
        return None

    def fade(self, share):
        pass

    def rehearse(self, count):
        y = self.context.made_up_condition(count)
        z = y.flatten(1)[:, : self.config.latent_size]
        return self.d(self.g(z, y)).mean() + self.e(self.f(z, y)).mean()

    def _domains(self, turn):
        (bright, _), dark = self.context.real(turn), self.context.field("dark", turn)
        return bright, dark, self.context.part(draw_latent(self.context.size, self.config, device=bright.device))

    def _judge(self, turn, watch):
        bright, dark, z = self._domains(turn)
        total = self.loss.d_loss(self.d(bright), self.d(self.g(z, dark).detach()))
        total = total + self.loss.d_loss(self.e(dark), self.e(self.f(z, bright).detach()))
        return total, {"d_loss": total.detach()}

    def _translate(self, turn, watch):
        bright, dark, z = self._domains(turn)
        as_bright, as_dark = self.g(z, dark), self.f(z, bright)
        there = self.loss.g_loss(self.d(as_bright)) + self.loss.g_loss(self.e(as_dark))
        cycle = l1_loss(self.f(z, as_bright), dark) + l1_loss(self.g(z, as_dark), bright)
        return there + CYCLE * cycle, {"g_loss": there.detach(), "cycle": cycle.detach()}
'''


FILES = {"data/domains.py": DATA, "networks/patches.py": NETWORK, "methods/cycle.py": METHOD}
SETTINGS = {
    "data": "domains",
    "network": "patches",
    "method": "cycle",
    "conditional": True,
    "lr_g": 0.02,
    "lr_d": 0.001,
}


def test_two_generators_and_two_discriminators_live_through_everything(tmp_path):
    found = lives(tmp_path, FILES, epochs=2, shared=True, **SETTINGS)
    assert found["exact"], "a resumed run ends with the same weights, optimisers and random numbers"
    names = {"from_dark", "from_bright", "d_bright", "d_dark"}
    assert {*found["players"]} >= names | {f"{name}_optimizer" for name in names} | {"from_dark_ema"}
    trained = [row for row in found["rows"] if "cycle" in row]
    assert {"d_loss", "g_loss", "grad_g", "grad_f", "grad_d", "grad_e"} <= trained[-1].keys()
    assert trained[-1]["cycle"] < 0.6 * trained[0]["cycle"], "there and back again has become nearer to the picture"
    columns, display = found["live"]["columns"], found["live"]["run"]["display"]
    assert list(columns)[3:] == ["d_loss", "g_loss", "cycle", "grad_g", "grad_f", "images_per_s"]
    assert [view["id"] for view in display["views"]] == ["losses", "cycle", "slopes", "speed"]
    titles = [(one["view"], one["text"]) for one in display["titles"]]
    assert ("cycle", "A picture comes back {cycle:.2f} away") in titles
    assert found["live"]["status"]["state"] == "finished" and display["rows"] == 8
    assert found["quality"]["data"] == "domains" and found["quality"]["frechet"] is not None
    assert found["pictures"] == [8, 8, 28, 28, 1] and found["again"] and found["told"]
    assert found["at_once"] == [True, True] and found["branched"]
    assert found["went_on"].startswith("G goes on as it was; afresh begin: F, E, the optimiser's memory of G, "), (
        "a model keeps G and D"
    )
    assert found["apart"] < 1e-4, "two processes take their parts of the other field, too"
    assert found["score"] == [8], "D's opinion of a picture is the mean of its patches"
