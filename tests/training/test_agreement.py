"""The step computes what a plain loop computes: same seed, fp32, the losses of the first ten steps.

The loop is written as a textbook has it: contiguous tensors, torch's losses and plain optimisers, real and fake in two
passes through D, its gradients kept while G learns. (Spectral norm is not among the settings: it takes a step of its
own at every pass, of which the loop has more.)
"""

import copy

import pytest
import torch
from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.registries import LOSSES as REGISTERED
from pipelines.registries import NETWORKS
from pipelines.training.building import advance
from pipelines.training.feed import Feed
from pipelines.training.machine import Machine
from pipelines.training.pictures import to_float
from pipelines.training.trainer import Trainer
from tests.families import fields, spec_of

STEPS, CLASSES = 10, 4
BCE, MSE = nn.BCEWithLogitsLoss(), nn.MSELoss()


def ones(x):
    return torch.ones_like(x)


# Of D's outputs for real pictures and for fakes: the loss of D, and the loss of G.
LOSSES = {
    "minimax": (lambda r, f: BCE(r, ones(r)) + BCE(f, 0 * f), lambda r, f: -BCE(f, 0 * f)),
    "non-saturating": (lambda r, f: BCE(r, ones(r)) + BCE(f, 0 * f), lambda r, f: BCE(f, ones(f))),
    "least-squares": (lambda r, f: (MSE(r, ones(r)) + MSE(f, 0 * f)) / 2, lambda r, f: MSE(f, ones(f)) / 2),
    "hinge": (lambda r, f: (1 - r).clamp(min=0).mean() + (1 + f).clamp(min=0).mean(), lambda r, f: -f.mean()),
    "relativistic": (lambda r, f: BCE(r - f, ones(r)), lambda r, f: BCE(f - r, ones(f))),
    "wasserstein": (lambda r, f: f.mean() - r.mean(), lambda r, f: -f.mean()),
}


class PlainLoop:
    def __init__(self, config, images, labels, networks, spec):
        self.config, self.spec = config, spec
        if spec.condition:  # pictures in [-1, 1], or maps of labels as they are
            stored = fields(spec, len(images))[spec.condition]
            labels = self.conditions = to_float(stored).contiguous() if stored.dtype == torch.uint8 else stored
        self.g, self.d = (copy.deepcopy(n).to(memory_format=torch.contiguous_format) for n in networks)
        kind = {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop, "sgd": torch.optim.SGD}[config.optimizer]
        more = {
            "adam": {"betas": (config.beta1, config.beta2), "fused": False, "foreach": False},
            "rmsprop": {"alpha": config.beta2, "eps": 1e-7, "foreach": False},
            "sgd": {"momentum": config.beta1},
        }[config.optimizer]
        self.opt_g = kind(self.g.parameters(), lr=config.lr_g, **more)
        self.opt_d = kind(self.d.parameters(), lr=config.lr_d, **more)
        told = labels if config.conditional else None
        self.feed = Feed(images, (told,), config.batch_size, config.d_steps, config.seed, torch.device("cpu"))
        self.batches = 0

    def fakes(self, real_y):
        count = self.config.batch_size
        if self.config.loss == "relativistic":
            y = real_y  # a pair is of one class
        elif self.spec.condition:
            y = self.conditions[torch.randint(len(self.conditions), (count,))]
        else:
            y = torch.randint(CLASSES, (count,)) if self.config.conditional else None
        return self.g(torch.randn(count, self.config.latent_size), y), y

    def step(self):
        config = self.config
        self.feed.choose(self.batches)
        for network in (self.g, self.d):
            advance(network, self.batches * config.batch_size)
        for turn in range(config.d_steps):
            real, (y,) = self.feed.batch(turn)
            fake, fake_y = self.fakes(y)
            real = to_float(real).contiguous()
            real = self.d.faded(real) if hasattr(self.d, "faded") else real
            d_loss = LOSSES[config.loss][0](self.d(real, y), self.d(fake.detach(), fake_y))
            total = d_loss
            if config.gradient_penalty:
                mix = torch.rand(len(real), 1, 1, 1)
                points = (mix * real + (1 - mix) * fake.detach()).requires_grad_()
                (slope,) = torch.autograd.grad(self.d(points, y).sum(), points, create_graph=True)
                total = d_loss + config.gradient_penalty * ((slope.pow(2).sum((1, 2, 3)).sqrt() - 1) ** 2).mean()
            if (self.batches // config.d_steps + 1) % config.penalty_every == 0:
                for weight, at, told in ((config.r1, real, y), (config.r2, fake, fake_y)):
                    points = at.detach().clone().requires_grad_()
                    (slope,) = torch.autograd.grad(self.d(points, told).sum(), points, create_graph=True)
                    squares = slope.pow(2).sum((1, 2, 3)).mean()
                    total = total + weight / 2 * config.penalty_every * squares
            self.opt_d.zero_grad()
            total.backward()
            self.opt_d.step()
            if config.weight_clip:
                for weight in self.d.parameters():
                    weight.data.clamp_(-config.weight_clip, config.weight_clip)
            self.batches += 1
        g_loss = LOSSES[config.loss][1](self.d(real, y).detach(), self.d(fake, fake_y))
        self.opt_g.zero_grad()
        g_loss.backward()
        self.opt_g.step()
        return d_loss.item(), g_loss.item()


EACH_STEP = {"penalty_every": 1}
SETTINGS = [
    *({"network": "quick", "loss": loss, "conditional": True} for loss in LOSSES),
    *({"network": network} for network in ("mlp", "dcgan", "r3gan")),
    {"network": "quick", "size": 32},
    {"network": "dcgan", "size": 64, "conditional": True},
    {"network": "progressive", "growth": 24, "minibatch": "stddev", "d_norm": "none", "conditional": True},
    {"network": "stylegan", "size": 16, "minibatch": "stddev", "d_norm": "none", "conditional": True},
    *(
        {"network": network, "loss": "hinge", "conditional": True, "lr_g": 5e-5, "lr_d": 5e-5}
        for network in ("sngan", "sagan", "biggan")
    ),
    {"network": "dcgan", "loss": "wasserstein", "weight_clip": 0.01, "d_steps": 3, "optimizer": "rmsprop"},
    {"network": "quick", "loss": "wasserstein", "gradient_penalty": 10.0, "d_steps": 2, "conditional": True},
    {"network": "dcgan", "size": 32, "optimizer": "sgd", "d_norm": "layer", "channels": 3},
    {"network": "quick", "loss": "relativistic", "conditional": True, "d_steps": 2, "r1": 2.0, "r2": 0.5, **EACH_STEP},
    {"network": "dcgan", "loss": "hinge", "r1": 1.0, "penalty_every": 4, "d_norm": "none"},
    {"network": "unet", "conditional": True, "dropout": 0.5},
    {"network": "spade", "conditional": True, "loss": "hinge", "size": 16, "channels": 3},
    {"network": "srresnet", "conditional": True},
    {"network": "resnet", "conditional": True, "loss": "least-squares", "d_norm": "instance", "r1": 1.0, **EACH_STEP},
    {"network": "quick", "loss": "relativistic", "r2": 1.0, "penalty_every": 2, "minibatch": "stddev"},
    {
        "network": "r3gan",
        "size": 16,
        "width": 4,
        "loss": "relativistic",
        "r1": 1.0,
        "r2": 1.0,
        "beta1": 0.0,
        **EACH_STEP,
    },
]


def test_every_family_and_loss_is_among_them() -> None:
    assert {settings["network"] for settings in SETTINGS} == set(NETWORKS.names())
    assert set(LOSSES) == set(REGISTERED.names())


def nudged(loop: PlainLoop, seed: int) -> PlainLoop:
    """The same loop with every weight off by about the last bit of a float32."""
    chance = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in (*loop.g.parameters(), *loop.d.parameters()):
            weight.mul_(1 + 2**-23 * (2 * torch.rand(weight.shape, generator=chance) - 1))
    return loop


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: " ".join(map(str, s.values())))
def test_the_first_ten_steps_have_the_losses_of_a_plain_loop(settings):
    """Of it or of its twins: where a gradient is zero but for rounding, Adam makes a whole step of its sign."""
    torch.set_num_threads(1)
    config = TrainConfig(**{"width": 8, "latent_size": 8, "batch_size": 8, "dropout": 0.0, **settings})
    chance = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (40, config.channels, config.size, config.size), dtype=torch.uint8, generator=chance)
    labels = torch.arange(40) % CLASSES
    spec = spec_of(config.network, CLASSES, config.size)
    trainer = Trainer(config, images, Machine("cpu", "fp32", 1), labels, spec, fields=fields(spec, 40))
    networks = (trainer.network("generator"), trainer.network("discriminator"))
    plain = [PlainLoop(config, images, labels, networks, spec) for _ in range(3)]
    start = torch.get_rng_state()
    ours = [(row["d_loss"], row["g_loss"]) for row in (trainer.train_step(watch=True) for _ in range(STEPS))]
    apart = []
    for twin, loop in enumerate(plain):  # a twin takes its steps only where the loops before it are far away
        apart.append(_farthest(ours, nudged(loop, twin) if twin else loop, start))
        if apart[-1] < 1e-4:
            break
    assert min(apart) < 1e-4, apart
    assert abs(ours[0][1] - ours[-1][1]) > 1e-6, "something was learnt"


def _farthest(ours: list[tuple[float, float]], loop: PlainLoop, start: torch.Tensor) -> float:
    """How far any of our losses is from the loop's, beside the larger of 1 and the loss."""
    torch.set_rng_state(start)
    theirs = [loop.step() for _ in range(STEPS)]
    pairs = [pair for step in zip(ours, theirs, strict=True) for pair in zip(*step, strict=True)]
    return max(abs(mine - other) / max(1.0, abs(other)) for mine, other in pairs)
