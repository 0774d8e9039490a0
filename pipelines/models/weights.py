"""A model's networks, and their weights from a file: checked that they fit and are finite, frozen."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from pipelines.errors import ModelError
from pipelines.models.kept import published
from pipelines.models.registry import Entry
from pipelines.training.building import build, further

FOR_TRAINING = ("minibatch.projection",)  # not published: D looks at single pictures without it


def networks(entry: Entry) -> tuple[nn.Module, nn.Module]:
    """Both networks as the configuration wants them, with random weights, of which none stays.

    Raises:
        ModelError: the configuration is one of classes, and there are none.
    """
    if entry.config.conditional and not entry.class_names:
        raise ModelError(f"The model {entry.id} is conditional, but its classes are not known.")
    with torch.random.fork_rng(devices=[]):  # a notebook's own random numbers stay as they are
        return build(entry.config, entry.spec)


def further_networks(entry: Entry) -> dict[str, nn.Module]:
    """The networks beside G and D that a model keeps, by name, with random weights."""
    with torch.random.fork_rng(devices=[]):
        return {name: further(name, entry.config, entry.spec) for name in published(entry.config)}


def under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with a prefix, by the rest of their names."""
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def fill(network: nn.Module, weights: dict[str, Tensor], source: Path) -> None:
    """Give a network its weights, read from the file ``source``, and freeze it in eval mode.

    Raises:
        ModelError: they do not fit the network, or hold numbers that are not finite.
    """
    try:
        missing = network.load_state_dict(weights, strict=False)
        fits = not missing.unexpected_keys and set(missing.missing_keys) <= set(FOR_TRAINING)
    except RuntimeError:
        fits = False
    if not fits:
        raise ModelError(f"The weights in {source} do not fit the configuration beside them.") from None
    if not all(torch.isfinite(weight).all() for weight in network.state_dict().values()):
        raise ModelError(f"The weights in {source} hold numbers that are not finite, so they draw nothing.")
    network.eval().requires_grad_(False)
