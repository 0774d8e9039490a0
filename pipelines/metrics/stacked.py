"""Modes of stacked pictures: a classifier reads each colour channel, and what it reads together is the mode.

Three digits make 1,000 modes, and a set that has them equally often tells two numbers of samples: how many modes come
at all, and the Kullback-Leibler divergence of the shares in which they come from equal shares. Srivastava et al.,
VEEGAN (2017), section 4.2, take both of 26,000 samples. Fewer samples cannot show all modes: 2,000 show about 865.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from pipelines import threads
from pipelines.metrics import STACKED, classifier
from pipelines.metrics.judge import FEATURES

SAMPLES = 26_000  # of the full measure, at most
CHUNK = 100  # pictures judged at a time, three channels each
CHANNELS = 3


class StackedJudge:
    """Looks at each colour channel with the classifier of the set whose pictures lie there.

    Args:
        name: of what is measured on.
        single: the data set of the channels' pictures.
        device: where the classifier runs.
    """

    kind = STACKED
    features = CHANNELS * FEATURES

    def __init__(self, name: str, single: str, device: torch.device) -> None:
        self.name, self._device = name, device
        self._model = classifier.load(single).to(device, memory_format=torch.channels_last)

    @torch.inference_mode()
    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Features [N, 3 * 64] and probabilities of each channel's classes [N, 3, classes], on the CPU.

        Args:
            images: [N, 3, H, W], uint8, or floating in [-1, 1].
        """
        features, probabilities = [], []
        for chunk in images.split(CHUNK):
            threads.review()
            channels = chunk.to(self._device).flatten(0, 1)[:, None]  # [3 N, 1, H, W]
            seen = self._model.features(self._model.prepared(channels))
            features.append(seen.reshape(len(chunk), -1).cpu())
            probabilities.append(self._model.head(seen).softmax(1).reshape(len(chunk), CHANNELS, -1).cpu())
        return torch.cat(features), torch.cat(probabilities)


def counts(probabilities: Tensor) -> Tensor:
    """How many pictures are of each mode, int64 [classes ** channels], the likeliest class of each channel together.

    Args:
        probabilities: [N, channels, classes], N > 0.
    """
    _, channels, classes = probabilities.shape
    weights = classes ** torch.arange(channels - 1, -1, -1)
    return (probabilities.argmax(2) * weights).sum(1).bincount(minlength=classes**channels)


def covered(probabilities: Tensor) -> int:
    """How many modes come at least once among pictures, of which there are probabilities [N, channels, classes]."""
    return int((counts(probabilities) > 0).sum())


def divergence(probabilities: Tensor) -> float:
    """KL(shares of the modes || equal shares), in nats, of probabilities [N, channels, classes].

    Returns:
        From 0, where all modes come equally often, to the logarithm of their number, where one mode comes alone. That
        of N pictures of a set with equal shares is about (modes - 1) / 2 N, for large N.
    """
    number = counts(probabilities)
    shares = number.double() / number.sum()
    return math.log(len(number)) + torch.xlogy(shares, shares).sum().item()


def pooled(draws: Sequence[Tensor | None]) -> Tensor:
    """The first ``SAMPLES`` of all draws together: probabilities [N, channels, classes]."""
    return torch.cat(list(draws))[:SAMPLES]
