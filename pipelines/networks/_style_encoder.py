"""From a picture to the distribution of its style: the encoder of a variational autoencoder whose decoder is G."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks._initial import he_

WIDEST = 4  # times the width that a layer's maps may be
HEIGHT = 4  # of the last maps


class StyleEncoder(nn.Module):
    """Pictures to the mean and the logarithm of the variance of their z, by convolutions that halve the maps.

    Park et al., Semantic Image Synthesis with Spatially-Adaptive Normalization (2019), section 3 and figure 14. The
    paper's has instance norm, which takes the mean of each map away; the colours of drawn faces are such means, so that
    there is none here.

    Args:
        config: says ``size``, ``channels``, ``width`` and ``latent_size``.
    """

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before, height, times = config.channels, config.size, 1
        while height > HEIGHT:
            maps = 2 * config.width * times
            layers += [nn.Conv2d(before, maps, 3, stride=2, padding=1), nn.LeakyReLU(0.2, inplace=True)]
            before, height, times = maps, (height + 1) // 2, min(2 * times, WIDEST)
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(before * height**2, 2 * config.latent_size)
        self.apply(he_)
        with torch.no_grad():
            self.head.weight.mul_(0.1)  # at first z is nearly that of N(0, 1), whatever the picture

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The mean and the logarithm of the variance of z, [B, latent_size] each.

        Args:
            x: pictures in [-1, 1], [B, C, H, W].
        """
        mean, log_variance = self.head(self.body(x).flatten(1)).chunk(2, dim=1)
        return mean, log_variance


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """The Kullback-Leibler divergence of N(mean, variance) from N(0, 1), in nats, a mean over the batch, a scalar.

    Kingma and Welling, Auto-Encoding Variational Bayes (2014), appendix B; summed over z.

    Args:
        mean, log_variance: [B, latent_size] each.
    """
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean()
