"""Reads attributes or classes off pictures, by the included classifiers or by one of a person's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from pipelines import metrics
from pipelines.errors import ModelError
from pipelines.metrics import attributes, classifier

CHUNK = 64  # pictures read at a time


@dataclass(frozen=True)
class Reader:
    """A classifier, and the names of what it tells."""

    names: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]  # names that exclude each other
    network: nn.Module
    exclusive: bool  # all names are classes of one group: probabilities sum to 1

    @staticmethod
    def of(data_name: str, fingerprint: str = "") -> Reader | None:
        """The reader of some pictures of a data set, or None where there is none.

        Args:
            fingerprint: of the pictures, as ``ImageSet.fingerprint``, where one of a person's own may read them.

        Raises:
            ModelError: the classifier that ships is damaged. A damaged one of a person's own counts as none.
        """
        return _of(data_name, fingerprint, metrics.stamp(data_name, fingerprint))

    @torch.inference_mode()
    def read(self, images: np.ndarray | Tensor) -> np.ndarray:
        """Probabilities, float32 [B, names], of pictures uint8 [B, H, W, C].

        Those of a person's own reader suppose that half of the pictures have an attribute, or that as many are of each
        class; those of a classifier that ships, that each comes as often as in its data set.
        """
        pictures = torch.as_tensor(images).permute(0, 3, 1, 2)
        parts = []
        for chunk in pictures.split(CHUNK):
            logits = self.network(self.network.prepared(chunk))
            parts.append(logits.softmax(1) if self.exclusive else logits.sigmoid())
        return torch.cat(parts).float().numpy()

    def says(self, probabilities: np.ndarray) -> np.ndarray:
        """The verdict as 0 or 1, uint8 [B, names]: of names that exclude each other at most one is the largest."""
        said = (probabilities > 0.5).astype(np.uint8)
        for group in self.groups:
            columns = [self.names.index(name) for name in group]
            part = probabilities[:, columns]
            best = part.argmax(1)
            alone = np.zeros_like(part, np.uint8)
            alone[np.arange(len(part)), best] = self.exclusive | (part.max(1) > 0.5)
            said[:, columns] = alone
        return said


@lru_cache(maxsize=16)
def _of(data_name: str, fingerprint: str, changed: str) -> Reader | None:
    """As ``Reader.of``; ``changed`` is another text when a person's own was trained anew."""
    kinds = (metrics.attributes_available, attributes.load), (metrics.available, classifier.load)
    load = next((load for there, load in kinds if there(data_name, fingerprint)), None)
    if load is None:
        return None
    try:
        network = load(data_name, fingerprint).eval()
    except ModelError:
        if metrics.is_own(data_name, fingerprint):
            return None
        raise
    names = metrics.names_of(data_name, fingerprint)
    if load is classifier.load:
        return Reader(names, (names,), network, exclusive=True)
    groups = tuple(tuple(group) for group in network.groups if len(group) > 1)
    return Reader(tuple(network.attribute_names), groups, network, exclusive=False)
