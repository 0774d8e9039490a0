"""The one way in which a class label reaches a generator and a discriminator, and the prior that z is drawn from.

G reads the label beside z (Mirza and Osindero, Conditional Generative Adversarial Nets, 2014). D adds a projection
term, the inner product of the label's embedding with D's features (Miyato and Koyama, cGANs with Projection
Discriminator, 2018): it learns faster than a label pasted to D's input and adds no layer.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

CENTRES, SPREAD = 32, 0.5  # of the mixture prior: how many points, and the deviation around each


class ConditionalGenerator(nn.Module):
    """A body that maps a vector to a picture, fed with z and, where there are classes, the label's one-hot code."""

    def __init__(self, body: nn.Module, classes: int) -> None:
        super().__init__()
        self.body, self.classes = body, classes

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Pictures in [-1, 1], [B, C, H, W].

        Args:
            z: latent vectors, [B, latent_size].
            y: class numbers, [B], or weights of a mixture of classes, [B, classes]; None without classes.
        """
        if self.classes:
            y = F.one_hot(y, self.classes) if y.ndim == 1 else y
            z = torch.cat([z, y.to(z.dtype)], dim=1)
        return self.body(z)


class ConditionalDiscriminator(nn.Module):
    """A body that maps pictures to features, and a linear head with the projection term where there are classes.

    The head's first output is the unconditional logit. Its others are the inner products of the features with each
    class's embedding, of which the label picks one: the same numbers as an embedding table's, in one matrix product.
    """

    def __init__(self, body: nn.Module, features: int, classes: int) -> None:
        super().__init__()
        self.body, self.classes = body, classes
        self.head = nn.Linear(features, 1 + classes)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Logits, [B].

        Args:
            x: pictures in [-1, 1], [B, C, H, W].
            y: class numbers, [B]; None without classes.
        """
        h = self.body(x)  # [B, features] or [B, maps, h, w]
        if h.ndim == 4:
            h = h.permute(0, 2, 3, 1).flatten(1)  # channels last lie in this order already: nothing is copied
        scores = self.head(h)  # [B, 1 + classes]
        logits = scores[:, 0]
        return logits + scores.gather(1, 1 + y[:, None]).squeeze(1) if self.classes else logits


class ToMaps(nn.Module):
    """A vector [B, maps * side * side] as feature maps [B, maps, side, side] that lie channels last, without a copy."""

    def __init__(self, maps: int, side: int) -> None:
        super().__init__()
        self.maps, self.side = maps, side

    def forward(self, x: Tensor) -> Tensor:
        return x.view(-1, self.side, self.side, self.maps).permute(0, 3, 1, 2)


@cache
def centres(size: int) -> Tensor:
    """The fixed points of the ``mixture`` prior, [CENTRES, size]; the same everywhere."""
    points = np.random.default_rng(0).standard_normal((CENTRES, size)) * (1 - SPREAD**2) ** 0.5
    return torch.from_numpy(points.astype(np.float32))


def draw_latent(count: int, size: int, prior: str, generator: torch.Generator | None = None, device="cpu") -> Tensor:
    """Latent vectors, [count, size].

    Args:
        prior: ``gaussian``, N(0, 1); ``uniform``, on [-1, 1] (as in the DCGAN paper); or ``mixture``, one of
            ``CENTRES`` fixed points and a narrower Gaussian around it (Ben-Yosef and Weinshall, Gaussian Mixture
            Generative Adversarial Networks, 2018). Under the first and the last each number has variance 1.
        generator: the source of randomness; None takes torch's global one.
    """
    if prior == "mixture":
        around = torch.randint(CENTRES, (count,), generator=generator, device=device)
        noise = torch.randn(count, size, generator=generator, device=device)
        return centres(size).to(device)[around] + SPREAD * noise
    if prior == "uniform":
        return torch.rand(count, size, generator=generator, device=device) * 2 - 1
    return torch.randn(count, size, generator=generator, device=device)
