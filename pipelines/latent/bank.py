"""Samples with features of G and pixels, from which directions are found without labels."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from pipelines.latent import geometry
from pipelines.models.trained import Trained

COUNT = 2000  # samples
FEATURES = 64  # principal components kept of each view
_CHUNK = 64
_NOTHING = 1e-9  # variance of what is the same on all samples, but for rounding: G has collapsed
_SPARE, _PASSES = 16, 3  # directions beyond those kept, and passes over the samples, that make the components accurate


@dataclass(frozen=True)
class _View:
    """Principal components of one view of the samples, each class centred by itself, so that they tell no class."""

    centres: np.ndarray  # [classes, D]
    components: np.ndarray  # [F, D]
    spread: np.ndarray  # [F], standard deviation of each coordinate
    explained: np.ndarray  # [F], share of the variance

    @classmethod
    def of(cls, seen: np.ndarray, classes: np.ndarray) -> _View:
        everyone = seen.mean(0)
        groups = (seen[classes == number] for number in range(classes.max() + 1))
        centres = np.stack([group.mean(0) if len(group) else everyone for group in groups])
        rest = seen - centres[classes]
        components = _components(rest, min(FEATURES, *rest.shape))
        coordinates = rest @ components.T
        total = max(float(rest.var(0).sum()), 1e-12)
        return cls(centres, components, np.maximum(coordinates.std(0), 1e-6), coordinates.var(0) / total)

    def __call__(self, seen: np.ndarray, classes: np.ndarray) -> np.ndarray:
        """Standardised coordinates, float32 [B, F]."""
        return ((seen - self.centres[classes]) @ self.components.T / self.spread).astype(np.float32)


class Bank:
    """Samples 0 to ``COUNT`` - 1 of seed 0, looked at half of the way through G and at the end.

    Attributes:
        z: float32 [N, latent_size].
        inner: float32 [N, F], standardised principal components of G's features, the strongest first; F is 0 of a G
            that does not name its layers.
        explained: float32 [F], the share of the features' variance that each explains.
        features: float32 [N, 2 F], ``inner`` and the same of the pixels.
    """

    def __init__(self, gan: Trained) -> None:
        self._gan = gan
        z, y = gan.draw((0, index) for index in range(COUNT))
        inner, pixels = _look(gan, z, y)
        classes = _numbers(y, COUNT)
        self._inner, self._pixels = _View.of(inner, classes), _View.of(pixels, classes)
        self.z = z.numpy()
        self.inner = self._inner(inner, classes)
        self.explained = self._inner.explained
        self.features = np.concatenate([self.inner, self._pixels(pixels, classes)], 1)

    def look(self, samples: Sequence[tuple[int, int]]) -> np.ndarray:
        """The features of any samples, by (seed, index): float32 [B, 2 F]."""
        z, y = self._gan.draw(samples)
        inner, pixels = _look(self._gan, z, y)
        classes = _numbers(y, len(z))
        return np.concatenate([self._inner(inner, classes), self._pixels(pixels, classes)], 1)

    def slope(self, seen: np.ndarray) -> np.ndarray:
        """How what is seen on each sample, [N] or [N, K], grows with z: float32 [latent_size] or [latent_size, K]."""
        return geometry.slope(self.z, seen)


def _components(rows: np.ndarray, count: int) -> np.ndarray:
    """The largest principal components [F, D] of centred rows [N, D], the largest first; F is at most ``count``.

    By random projection (Halko, Martinsson and Tropp: Finding structure with randomness, 2011), in a tenth of the time
    of all singular vectors. A component and its opposite are the same to it; the one whose largest part is positive is
    taken, so that a link shows the same picture on every machine.
    """
    if rows.var(0).sum() < _NOTHING:
        return np.zeros((0, rows.shape[1]), np.float32)
    basis = np.random.default_rng(0).standard_normal((rows.shape[1], count + _SPARE)).astype(np.float32)
    for _ in range(_PASSES):
        basis = rows.T @ (rows @ basis)  # [D, width]
        values, turn = _turn(basis)
        kept = values > 1e-10 * values[0]  # the rest is rounding
        basis = basis @ (turn[:, kept] / np.sqrt(values[kept])).astype(np.float32)
    components = (basis @ _turn(rows @ basis)[1])[:, :count].T  # [F, D]
    largest = np.take_along_axis(components, np.abs(components).argmax(1)[:, None], 1)
    return components * np.where(largest < 0, -1, 1).astype(np.float32)


def _turn(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The variances of columns [N, K] after a rotation that makes them independent, the largest first; and it, [K, K].

    Much faster than a QR or singular value decomposition of the columns, and as good but for the smallest.
    """
    wide = columns.astype(np.float64)
    values, vectors = np.linalg.eigh(wide.T @ wide)
    return values[::-1], vectors[:, ::-1].astype(np.float32)


def _numbers(y: Tensor | None, count: int) -> np.ndarray:
    return np.zeros(count, np.int64) if y is None else y.numpy()


@torch.inference_mode()
def _look(gan: Trained, z: Tensor, y: Tensor | None) -> tuple[np.ndarray, np.ndarray]:
    """G's features half of the way, maps averaged to 4 x 4, [B, D]; and the pictures averaged to 16 x 16, [B, P].

    What is no picture is taken as G gives it.

    D is 0 of a G that does not name its layers (``feature_info``).
    """
    inner, pixels = [torch.empty(len(z), 0)], []
    generator = copy.deepcopy(gan.generator)  # others draw with it meanwhile, and what they draw is not looked at
    if layers := getattr(generator, "feature_info", ()):
        inner = []
        half = generator.get_submodule(layers[max(1, len(layers) // 2) - 1])
        half.register_forward_hook(lambda layer, given, h: inner.append(_small(h)))
    for start in range(0, len(z), _CHUNK):
        labels = None if y is None else y[start : start + _CHUNK]
        h = generator(z[start : start + _CHUNK], gan.told(labels))
        if gan.draws_pictures:
            h = nn.functional.interpolate(h, (16, 16), mode="bilinear", antialias=True)
        pixels.append(h.flatten(1))
    return torch.cat(inner).numpy(), torch.cat(pixels).numpy()


def _small(h: Tensor) -> Tensor:
    """Features [B, D] or [B, maps, h, w] as [B, D], maps averaged to 4 x 4."""
    return nn.functional.adaptive_avg_pool2d(h, 4).flatten(1) if h.ndim == 4 else h.flatten(1).clone()
