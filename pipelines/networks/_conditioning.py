"""How a class label reaches a generator and a discriminator, and the prior that z is drawn from.

G reads the label beside z (Mirza and Osindero, Conditional Generative Adversarial Nets, 2014). D adds a projection
term, the inner product of the label's embedding with D's features (Miyato and Koyama, cGANs with Projection
Discriminator, 2018): it learns faster than a label pasted to D's input and adds no layer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks import _minibatch
from pipelines.networks._norms import spectral_norm

SPREAD = 0.2  # of the mixture prior: the deviation around a centre of the numbers that tell which one it is


class ConditionalGenerator(nn.Module):
    """A body that maps a vector to a picture, fed with z and, where there are classes, the label's one-hot code."""

    def __init__(self, body: nn.Module, classes: int) -> None:
        super().__init__()
        self.body, self.classes = body, classes

    @property
    def feature_info(self) -> tuple[str, ...]:
        """The names of its layers, from z to the picture."""
        return tuple(f"body.{name}" for name, _ in self.body.named_children())

    @property
    def z_layer(self) -> str | None:
        """The name of the layer that reads z; None where it is not linear."""
        linear = (nn.Linear, nn.ConvTranspose2d)
        return next((name for name in self.feature_info if isinstance(self.get_submodule(name), linear)), None)

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Pictures in [-1, 1], [B, C, H, W].

        Args:
            z: latent vectors, [B, latent_size].
            y: class numbers, [B], or weights of a mixture of classes, [B, classes]; None without classes.
        """
        return self.body(with_label(z, y, self.classes))


def class_weights(y: Tensor, classes: int) -> Tensor:
    """Weights of each class, [B, classes]: of class numbers [B] a one-hot code, of weights [B, classes] themselves.

    Numbers that are told instead of a class are weights, too; 0 stands where a list of them has ended (NaN).
    """
    return F.one_hot(y, classes) if y.ndim == 1 else y.nan_to_num(0.0)


class ConditionalDiscriminator(nn.Module):
    """A body that maps pictures to features, and a linear head with the projection term where there are labels.

    A label is a class, or one of a class's groups of like pictures where D is told of groups. The head's first output
    is the unconditional logit. Its others are the inner products of the features with each label's embedding, of which
    the label picks one: without spectral norm the same numbers as an embedding table's, in one matrix product. Numbers
    that are told instead of a label weigh all of them.

    Spectral norm divides the head's weights as one matrix [1 + labels, F] by their largest singular value; Miyato and
    Koyama divide those of the logit and the table of embeddings each by its own. Here both have a norm of at most 1,
    there of 1 each. The logit of a label changes by at most sqrt(2) times the change of the features, that of numbers y
    by sqrt(1 + |y|^2) times; in the paper by 2 times and 1 + |y| times.
    """

    def __init__(self, body: nn.Module, features: int, classes: int, groups: int = 0, minibatch: str = "none") -> None:
        super().__init__()
        self.body, self.groups = body, groups
        self.labels = max(classes, 1) * groups if groups else classes
        self.minibatch = _minibatch.make(minibatch, features)
        self.head = nn.Linear(features + (self.minibatch.count if self.minibatch else 0), 1 + self.labels)

    def features(self, x: Tensor) -> Tensor:
        """What D sees in pictures [B, C, H, W] before it judges, [B, F]."""
        h = self.body(x)  # [B, F] or [B, maps, h, w]
        # channels last lie in this order already: nothing is copied
        return h.permute(0, 2, 3, 1).flatten(1) if h.ndim == 4 else h

    def forward(self, x: Tensor, y: Tensor | None = None, group: Tensor | None = None) -> Tensor:
        """Logits, [B].

        Args:
            x: pictures in [-1, 1], [B, C, H, W].
            y: class numbers, [B], or numbers that are told instead, [B, classes]; None without classes.
            group: numbers of groups, [B]; None takes the group of the class in which a picture looks most real.
        """
        h = self.features(x)
        if self.minibatch is not None:
            h = self.minibatch(h)
        scores = self.head(h)  # [B, 1 + classes]
        logits = scores[:, 0]
        if not self.labels:
            return logits
        if y is not None and y.ndim == 2:
            return logits + (scores[:, 1:] * class_weights(y, self.labels).to(scores.dtype)).sum(1)
        if not self.groups:
            return logits + scores.gather(1, 1 + y[:, None]).squeeze(1)
        first = 1 + (0 if y is None else y[:, None] * self.groups)  # of the class's groups
        if group is not None:
            return logits + scores.gather(1, first + group[:, None]).squeeze(1)
        every = first + torch.arange(self.groups, device=x.device).expand(len(x), -1)
        return logits + scores.gather(1, every).amax(1)


def with_label(z: Tensor, y: Tensor | None, classes: int) -> Tensor:
    """Latent vectors [B, latent_size] and their labels' codes, [B, latent_size + classes]; z itself without classes.

    Args:
        y: class numbers, [B], or weights of a mixture of classes, [B, classes].
    """
    return torch.cat([z, class_weights(y, classes).to(z.dtype)], dim=1) if classes else z


def finished(
    body: nn.Module, features: int, config: TrainConfig, classes: int, init: Callable[[nn.Module], None] | None = None
) -> nn.Module:
    """The discriminator that a family's body becomes, as the configuration wants its head and its weights' norm.

    Args:
        body: pictures [B, C, H, W] to features, [B, F] or [B, maps, h, w].
        features: numbers of a picture's features, F or maps * h * w.
        config: says ``centres``, ``self_conditional``, ``minibatch`` and ``d_norm``.
        classes: 0 without labels.
        init: applied to each layer, the head included.
    """
    network = ConditionalDiscriminator(body, features, classes, config.groups, config.minibatch)
    if init is not None:
        network.apply(init)
    return spectral_norm(network) if config.d_norm == "spectral" else network


class ToMaps(nn.Module):
    """A vector [B, maps * side * side] as feature maps [B, maps, side, side] that lie channels last, without a copy."""

    def __init__(self, maps: int, side: int) -> None:
        super().__init__()
        self.maps, self.side = maps, side

    def forward(self, x: Tensor) -> Tensor:
        return x.view(-1, self.side, self.side, self.maps).permute(0, 3, 1, 2)


@cache
def centres(count: int, size: int, device: str | torch.device = "cpu") -> Tensor:
    """The fixed points of the ``mixture`` prior, [count, size], on a device; the same everywhere.

    They differ in the first half of the numbers, which say what kind of picture it is, and are zero in the others.
    """
    points = np.zeros((count, size), np.float32)
    tell = (size + 1) // 2
    points[:, :tell] = np.random.default_rng(0).standard_normal((count, tell)) * (1 - SPREAD**2) ** 0.5
    return torch.from_numpy(points).to(device)


@cache
def spread(size: int, device: str | torch.device = "cpu") -> Tensor:
    """The deviations around a centre of the ``mixture`` prior, [size]: with them each number has variance 1."""
    deviations = torch.ones(size, device=device)
    deviations[: (size + 1) // 2] = SPREAD
    return deviations


def nearest_centre(z: Tensor, count: int) -> Tensor:
    """The number of the point of the ``mixture`` prior that each z [B, size] lies nearest to, int64 [B]."""
    points = centres(count, z.shape[1], z.device)
    return (z @ points.T - points.square().sum(1) / 2).argmax(1)


def draw_latent(
    count: int,
    config: TrainConfig,
    generator: torch.Generator | None = None,
    device: torch.device | str = "cpu",
    around: Tensor | None = None,
) -> Tensor:
    """Latent vectors of a configuration's prior, [count, latent_size].

    The priors: ``gaussian``, N(0, 1); ``uniform``, on [-1, 1] (as in the DCGAN paper); or ``mixture``, one of
    ``centres`` fixed points and a Gaussian around it (Ben-Yosef and Weinshall, Gaussian Mixture Generative Adversarial
    Networks, 2018), narrow in the half of the numbers that tell the points apart. Under the first and the last each
    number has variance 1.

    Args:
        generator: the source of randomness; None takes torch's global one.
        around: numbers of the points of a mixture that they are drawn around, int64 [count]; None draws these, too.
    """
    size = config.latent_size
    if config.prior == "mixture":
        if around is None:
            around = torch.randint(config.centres, (count,), generator=generator, device=device)
        noise = torch.randn(count, size, generator=generator, device=device)
        return centres(config.centres, size, device)[around] + spread(size, device) * noise
    if config.prior == "uniform":
        return torch.rand(count, size, generator=generator, device=device) * 2 - 1
    return torch.randn(count, size, generator=generator, device=device)
