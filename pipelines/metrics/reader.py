"""Reads attributes (faces) or classes (digits, clothes) off pictures, by the included classifiers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from pipelines import data, metrics
from pipelines.metrics import attributes, classifier

CHUNK = 64  # pictures read at a time


@dataclass(frozen=True)
class Reader:
    """A classifier that ships, and the names of what it tells."""

    names: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]  # names that exclude each other
    network: nn.Module
    exclusive: bool  # all names are classes of one group: probabilities sum to 1

    @staticmethod
    @cache
    def of(data_name: str) -> Reader | None:
        """The reader of a data set, or None where no classifier ships for it.

        Raises:
            ModelError: the classifier is damaged.
        """
        if metrics.attributes_available(data_name):
            network = attributes.load(data_name).eval()
            groups = tuple(tuple(group) for group in network.groups if len(group) > 1)
            return Reader(tuple(network.attribute_names), groups, network, exclusive=False)
        if metrics.available(data_name):
            network = classifier.load(data_name).eval()
            names = data.class_names_of(data_name)
            return Reader(names, (names,), network, exclusive=True)
        return None

    @torch.inference_mode()
    def read(self, images: np.ndarray | Tensor) -> np.ndarray:
        """Probabilities, float32 [B, names], of pictures uint8 [B, H, W, C]."""
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
