"""A network family of tests: a picture is its condition through one layer, and D looks at patches of 2 x 2 pixels."""

import torch
import torch.nn.functional as F
from torch import nn

TRANSLATES = True


class Generator(nn.Module):
    def __init__(self, config, spec):
        super().__init__()
        self.labels, self.side = spec.labels, spec.shape[1]
        self.layer = nn.Conv2d(spec.labels or spec.condition_shape[0], spec.shape[0], 1)

    def forward(self, z, y):
        if self.labels:
            y = F.one_hot(y[:, 0].long(), self.labels).permute(0, 3, 1, 2).float()
        return self.layer(F.interpolate(y, (self.side, self.side))) + 0.1 * z.mean(1).view(-1, 1, 1, 1)


class Discriminator(nn.Module):
    def __init__(self, config, spec):
        super().__init__()
        self.first = nn.Conv2d(spec.shape[0] + (spec.condition_shape[0] if spec.paired else 0), 3, 2, 2)
        self.second = nn.Conv2d(3, 2, 1)  # logits of two scales

    def judged(self, x, y=None):
        told = x if y is None else torch.cat([x, F.interpolate(y.float(), x.shape[2:])], 1)
        maps = self.first(told)
        return self.second(maps.relu()), [maps, maps.relu()]

    def forward(self, x, y=None, group=None):
        return self.judged(x, y)[0]


def generator(config, spec):
    return Generator(config, spec)


def discriminator(config, spec):
    return Discriminator(config, spec)
