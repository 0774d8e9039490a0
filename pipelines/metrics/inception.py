"""Features of Inception-v3, in which measures are called FID, KID and IS and compare with papers.

The network and its weights are those of the first FID, as torch-fidelity ships them. Neither is needed for anything
else: the package is optional and the weights, 91 MB, are fetched when they are first asked for.

M. Heusel et al.: GANs trained by a two time-scale update rule converge to a local Nash equilibrium, NeurIPS 2017;
A. Obukhov et al.: torch-fidelity, 2020.
"""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pipelines.errors import ConfigError, ModelError

NAME = "Inception-v3 features"
WIDTH = 2048  # features
FILE = "weights-inception-2015-12-05-6726825d.pth"
URL = f"https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/{FILE}"
HASH = "6726825d"  # the SHA-256 of the weights begins with it
CHUNK = 50  # pictures looked at at a time; at 299 x 299 a core needs about 0.1 s for each


class Inception:
    """Inception-v3 beside the data set's own judge."""

    name = NAME

    def __init__(self, own: Any = None) -> None:
        """Loads the network; ``own`` is the judge whose probabilities of classes or attributes are told, too.

        Raises:
            ModelError: the package or the weights are missing or damaged; the sentence says how to get them.
        """
        self.own = own
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._network = _network().to(self._device)

    @torch.inference_mode()
    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor | None, Tensor]:
        """Features [N, 2048], probabilities of the own judge if any, and those of 1,008 classes, [N, 1008].

        Args:
            images: uint8 [N, 1 or 3, H, W], of any size; they are enlarged as the first FID enlarged them.
        """
        features, scored = [], []
        for chunk in images.split(CHUNK):
            seen, logits = self._network(chunk.expand(-1, 3, -1, -1).contiguous().to(self._device))
            features.append(seen.float().cpu())
            scored.append(logits.float().softmax(1).cpu())
        return torch.cat(features), self.own(images)[1] if self.own else None, torch.cat(scored)


def weights_path() -> Path:
    """Where the weights lie, as torch keeps downloads."""
    return Path(torch.hub.get_dir()) / "checkpoints" / FILE


def _network() -> Any:
    try:
        from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
    except ImportError as problem:
        raise ModelError(
            f"Features of Inception-v3 need the package torch-fidelity ({problem}); install it with: "
            "pip install torch-fidelity, or measure without --features inception."
        ) from problem
    path = weights_path()
    _fetch(path)
    try:
        if hashlib.sha256(path.read_bytes()).hexdigest().startswith(HASH):
            torch.load(path, map_location="cpu", weights_only=True)  # the package would run code that is in the file
            return FeatureExtractorInceptionV3(
                "inception-v3-compat", ["2048", "logits_unbiased"], feature_extractor_weights_path=str(path)
            )
    except (OSError, RuntimeError, pickle.UnpicklingError, KeyError) as problem:
        raise ModelError(f"The weights of Inception-v3 in {path} cannot be used ({problem}); delete them.") from problem
    raise ModelError(f"The weights of Inception-v3 in {path} are damaged; delete them to have them fetched anew.")


def _fetch(path: Path) -> None:
    """Downloads the weights where there are none."""
    if path.is_file():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(URL, str(path), HASH, progress=False)
    except (OSError, RuntimeError) as problem:
        reason = getattr(problem, "reason", problem)
        raise ModelError(
            f"The weights of Inception-v3 are missing and could not be fetched ({reason}); download {URL} on a machine "
            f"with a network and put it into {path.parent}, or measure without --features inception."
        ) from problem


def require_enough(count: int) -> None:
    """Refuses a measure with so few pictures of a side that their covariance has no full rank.

    Raises:
        ConfigError: says how many it takes.
    """
    if count <= WIDTH:
        raise ConfigError(
            f"FID needs more than {WIDTH:,} pictures of each side, as many as Inception-v3 has features, and here are "
            f"{count:,}; set samples to more, or measure without --features inception."
        )
