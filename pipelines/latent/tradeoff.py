"""Precision and recall of a model's samples at several truncations: what narrower samples gain, and what they lose.

Brock et al., Large Scale GAN Training for High Fidelity Natural Image Synthesis (2019), section 3.1, draw each number
of z again whose size exceeds a threshold (the truncation trick). Here psi multiplies the distance of z, or of w where
there is a mapping network, from its middle (``latent/placing.py``): the samples become narrower, too, but none is drawn
again, and psi is no such threshold. Precision and recall are those of the quick measure (``metrics/quality.py``), of
fewer samples.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from pipelines.errors import DataError
from pipelines.latent.neighbours import training_set
from pipelines.metrics.quality import QualityMeter
from pipelines.models.batches import MANY

if TYPE_CHECKING:
    from pipelines.latent.model import Model

# In the order in which they are measured, the usual one first.
TRUNCATIONS = (1.0, 0.7, 0.4, 1.5, 0.85, 0.55, 0.1, 1.25)
SAMPLES = 1000
SEED = 2  # of the samples


@dataclass(frozen=True)
class Found:
    """What is known so far."""

    share: float = 0.0  # of the work, in [0, 1]
    features: str = ""  # that pictures are compared by
    samples: int = 0  # at each truncation, and as many real pictures
    real: tuple[float, float] | None = None  # precision and recall of real pictures
    measured: dict[float, tuple[float, float]] = field(default_factory=dict)  # the same of samples, by truncation


class Tradeoff:
    """Measures one model, a part at a time, so that who decodes meanwhile is not kept waiting; safe between threads."""

    def __init__(self, model: Model) -> None:
        self._model, self._lock, self._found = model, threading.Lock(), Found()
        self._work: Iterator[Found] | None = None

    def advance(self) -> Found:
        """Take the next part of the work, if some is left, and tell what is known.

        Raises:
            DataError: the training pictures are not on this machine, or cannot be compared: too few, or without
                features.
            ModelError: the classifier that ships for them is damaged, or G draws what is not finite.
        """
        with self._lock:
            if self._found.share < 1:
                self._work = self._work or self._parts()
                try:
                    self._found = next(self._work)
                except Exception:
                    self._work = None  # who asks next begins anew
                    raise
            return self._found

    def _parts(self) -> Iterator[Found]:
        model, parts = self._model, -(-SAMPLES // MANY) + 1
        meter = QualityMeter(training_set(model.trained.config).set, SAMPLES)
        z, drawn = model.trained.draw((SEED, index) for index in range(meter.samples))
        y = drawn if meter.labels is None or model.trained.conditions is not None else meter.labels
        y = y if drawn is not None else None
        found = Found(1 / (1 + parts * len(TRUNCATIONS)), samples=meter.samples)
        yield found
        for done, psi in enumerate(TRUNCATIONS):
            pictures = []
            for number, start in enumerate(range(0, len(z), MANY), 1):
                told = None if y is None else y[start : start + MANY]
                pictures.append(model.drawn(z[start : start + MANY], told, psi, MANY))
                share = (1 + done * parts + number) / (1 + parts * len(TRUNCATIONS))
                yield Found(share, found.features, found.samples, found.real, found.measured)
            quality = meter.measure(torch.cat(pictures))
            both = getattr(quality, "precision", None), getattr(quality, "recall", None)
            if None in both:
                raise DataError(
                    f"Precision and recall cannot be measured on {model.trained.config.data!r}: its examples have no "
                    "features, or there are too few of them."
                )
            share = (1 + (done + 1) * parts) / (1 + parts * len(TRUNCATIONS))
            measured = {**found.measured, psi: both}
            real = (quality.real_precision, quality.real_recall)
            found = Found(share, quality.features, found.samples, real, measured)
            yield found
