"""Content loss: the difference of two pictures in what a classifier of the data set sees.

Ledig et al., Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network (2017), equation 5,
with the set's own classifier in the place of VGG.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines import metrics
from pipelines.errors import ConfigError
from pipelines.metrics import attributes, classifier
from pipelines.registries import DATA_SETS


class Content:
    """The maps of a classifier's last convolution before its last pooling, as VGG's layer 5,4 in the paper; frozen.

    It is no part of a checkpoint: it ships with the project.

    Args:
        data_name: of the data set; the set that it states in ``LIKE`` has the classifier, or it has one itself.
        device: where the pictures lie.

    Raises:
        ConfigError: no classifier ships for the set.
        ModelError: the classifier is damaged.
    """

    def __init__(self, data_name: str, device: torch.device) -> None:
        like = DATA_SETS.constants(data_name).get("LIKE", data_name)
        kinds = ((metrics.attributes_available, attributes.load), (metrics.available, classifier.load))
        load = next((load for there, load in kinds if there(like)), None)
        if load is None:
            raise ConfigError(
                f"The content loss compares what a classifier sees, and none ships for the data set {data_name!r}: "
                "set content to 0, or choose another data set."
            )
        network = load(like)
        last = max(place for place, layer in enumerate(network.body) if isinstance(layer, nn.MaxPool2d))
        self._prepared, self._layers = network.prepared, network.body[:last].to(device)

    def maps(self, pictures: Tensor) -> Tensor:
        """What it sees on pictures [B, C, H, W] in [-1, 1]: [B, 64, h, w], differentiable in the pictures."""
        return self._layers(self._prepared(pictures).contiguous(memory_format=torch.channels_last))

    def difference(self, fake: Tensor, real: Tensor) -> Tensor:
        """The mean squared difference of the maps of fakes and of their true pictures, a scalar.

        Args:
            fake: [B, C, H, W] in [-1, 1].
            real: as many; no gradient flows into them.
        """
        with torch.no_grad():
            wanted = self.maps(real).float()
        return F.mse_loss(self.maps(fake).float(), wanted)
