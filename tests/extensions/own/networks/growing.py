"""Pictures of a quarter of the size at first, then of half, then whole; each new stage is faded in.

Karras et al., Progressive Growing of GANs for Improved Quality, Stability, and Variation (2018).
"""

import torch
import torch.nn.functional as F
from torch import nn

from pipelines.networks._conditioning import finished

STAGES, IMAGES = 3, 64  # real pictures that each stage, and each fading in of the next, is shown


class Growing(nn.Module):
    """What G and D have in common: the stage they are at, and the share of it that is faded in."""

    def __init__(self):
        super().__init__()
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))
        self.register_buffer("fade", torch.ones(()))
        self.stage = 0
        self.register_load_state_dict_post_hook(Growing.go_on)

    def go_on(self, _):
        self.advance(0)  # ``stage`` is no buffer, so that a step on a GPU need not wait for it

    def advance(self, images_seen):
        before, seen = self.stage, max(images_seen, int(self.seen))
        self.seen.fill_(seen)
        phase = min(seen // IMAGES, 2 * (STAGES - 1))  # stage 0, fading to 1, stage 1, fading to 2, stage 2
        self.stage = (phase + 1) // 2
        self.fade.fill_(seen / IMAGES - phase if phase % 2 else 1.0)
        return self.stage != before

    def faded(self, at_stage):
        """``at_stage(stage)`` of the stage, mixed with that of the one before."""
        now = at_stage(self.stage)
        if self.stage == 0:
            return now
        return torch.lerp(F.interpolate(at_stage(self.stage - 1), now.shape[2:]), now, self.fade)


class Generator(Growing):
    def __init__(self, config, classes):
        super().__init__()
        self.classes, self.width, self.size = classes, config.width, config.size
        self.start = nn.Linear(config.latent_size + classes, config.width * (config.size // 4) ** 2)
        self.layers = nn.ModuleList(nn.Conv2d(config.width, config.width, 3, padding=1) for _ in range(STAGES))
        self.pictures = nn.ModuleList(nn.Conv2d(config.width, config.channels, 1) for _ in range(STAGES))

    def forward(self, z, y=None):
        if self.classes:
            y = F.one_hot(y, self.classes) if y.ndim == 1 else y
            z = torch.cat([z, y.to(z.dtype)], 1)
        maps, h = [], self.start(z).view(len(z), self.width, self.size // 4, -1)
        for stage in range(self.stage + 1):
            h = F.relu(self.layers[stage](F.interpolate(h, scale_factor=2.0) if stage else h))
            maps.append(h)
        return F.interpolate(self.faded(lambda stage: self.pictures[stage](maps[stage])), self.size).tanh()


class Body(Growing):
    def __init__(self, config):
        super().__init__()
        self.side = config.size // 4
        self.pictures = nn.ModuleList(nn.Conv2d(config.channels, config.width, 1) for _ in range(STAGES))
        self.layers = nn.ModuleList(nn.Conv2d(config.width, config.width, 3, padding=1) for _ in range(STAGES))

    def forward(self, x):
        h = self.faded(lambda stage: self.pictures[stage](F.adaptive_avg_pool2d(x, self.side * 2**stage)))
        for stage in range(self.stage, -1, -1):
            h = F.leaky_relu(self.layers[stage](h), 0.2)
            h = F.avg_pool2d(h, 2) if stage else h
        return h


def generator(config, classes):
    return Generator(config, classes)


def discriminator(config, classes):
    body = Body(config)
    network = finished(body, config.width * (config.size // 4) ** 2, config, classes)
    network.advance = body.advance
    return network
