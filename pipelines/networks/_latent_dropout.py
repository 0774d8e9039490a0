"""Dropout whose masks follow from z: the noise of a generator that reads a picture."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn


class LatentDropout(nn.Module):
    """Zero those numbers of maps [B, C, H, W] that z says, and scale the others by 1 / (1 - p), in training and after.

    Isola et al., Image-to-Image Translation with Conditional Adversarial Networks (2017), section 3.2.1: dropout in G,
    in training and when it draws, is its only noise. Here z takes the place of a random number generator, so that the
    same z drops the same: number i is kept where the fractional part of w_i z + b_i is at least p. The w_i are drawn
    once from N(0, 1 / latent_size), the b_i evenly from [0, 1), both the same everywhere. Of each z a share p is
    dropped, whatever its length; a small move of z changes few of the masks, and two z of the prior have masks that
    are independent of each other.

    Args:
        p: the share that is dropped, in [0, 1).
        latent_size: of z.
        shape: C, H and W of the maps.
        number: of the layer in its network; others have other w and b.
    """

    def __init__(self, p: float, latent_size: int, shape: tuple[int, int, int], number: int = 0) -> None:
        super().__init__()
        self.p, self.shape = p, shape
        chance, count = np.random.default_rng(number), math.prod(shape) if p else 0
        w = chance.standard_normal((count, latent_size), np.float32)
        self.register_buffer("w", torch.from_numpy(w).div_(math.sqrt(latent_size)), persistent=False)
        self.register_buffer("b", torch.from_numpy(chance.random(count, np.float32)), persistent=False)

    def kept(self, z: Tensor) -> Tensor:
        """Which numbers z [B, latent_size] keeps, bool [B, C, H, W], channels last."""
        maps, height, width = self.shape
        with torch.autocast(z.device.type, enabled=False), torch.no_grad():  # a fraction of a rounded number is chance
            kept = torch.addmm(self.b, z.float(), self.w.T).remainder_(1) >= self.p
        return kept.view(-1, height, width, maps).permute(0, 3, 1, 2)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        """Maps [B, C, H, W] of pictures of z [B, latent_size], in the same shape."""
        return x * self.kept(z).to(x.dtype).mul_(1 / (1 - self.p)) if self.p else x
