"""Self-attention among the places of a picture's maps, and where each place looks."""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.errors import ModelError


class SelfAttention(nn.Module):
    """Adds to each place of maps [B, C, H, W] what it sees at all places, weighted by how well they match it.

    Zhang et al., Self-Attention Generative Adversarial Networks (2019): queries and keys have C / 8 maps, values C / 2;
    keys and values are pooled to half of the height and width, as in the paper's code. What is seen is multiplied by a
    learnt number, gamma, that begins at 0.
    """

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.query = nn.Conv2d(maps, max(1, maps // 8), 1, bias=False)
        self.key = nn.Conv2d(maps, max(1, maps // 8), 1, bias=False)
        self.value = nn.Conv2d(maps, max(1, maps // 2), 1, bias=False)
        self.out = nn.Conv2d(max(1, maps // 2), maps, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        seen = self.weights(x) @ _rows(F.max_pool2d(self.value(x), 2))  # [B, H W, C / 2]
        return x + self.gamma * self.out(seen.transpose(1, 2).unflatten(2, x.shape[2:]))

    def weights(self, x: Tensor) -> Tensor:
        """How much each place of maps [B, C, H, W] looks at each place of half the size, [B, H W, H W / 4].

        Each row is at least 0 and sums to 1.
        """
        match = _rows(self.query(x)) @ _rows(F.max_pool2d(self.key(x), 2)).transpose(1, 2)
        return match.softmax(2)


@torch.no_grad()
def attention_maps(generator: nn.Module, z: Tensor, y: Tensor | None = None) -> Tensor:
    """Where each place of a generator's maps looks as it draws z [B, latent_size] and y.

    Args:
        generator: of a family that states ``ATTENTION``; it is left as it is.
        y: classes [B], or weights of them [B, classes]; None without classes.

    Returns:
        float32 [B, queries_h, queries_w, keys_h, keys_w]; the numbers of one query are at least 0 and sum to 1.

    Raises:
        ModelError: the generator has no self-attention.
    """
    generator = copy.deepcopy(generator).eval()  # others may draw with it meanwhile
    layer = next((layer for layer in generator.modules() if isinstance(layer, SelfAttention)), None)
    if layer is None:
        raise ModelError("This generator has no self-attention: choose a model whose network is one with attention.")
    given: list[Tensor] = []
    layer.register_forward_pre_hook(lambda _, args: given.append(args[0]))
    generator(z, y)
    height, width = given[0].shape[2:]
    weights = layer.weights(given[0]).float()
    return weights.unflatten(2, (height // 2, width // 2)).unflatten(1, (height, width))


def _rows(maps: Tensor) -> Tensor:
    """[B, C, H, W] to [B, H W, C], without a copy where they lie channels last."""
    return maps.permute(0, 2, 3, 1).flatten(1, 2)
