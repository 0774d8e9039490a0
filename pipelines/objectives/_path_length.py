"""Path length regularisation: equal steps in W are to be equal changes of the picture."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from pipelines.networks._moving_mean import MovingMean

PATH_EVERY = 8  # steps between two that pay it, each time with as many times the weight
MEMORY = 0.01  # weight of the newest batch in the mean length


def path_lengths(pictures: Tensor, w: Tensor, noise: Tensor) -> Tensor:
    """The lengths |J^T y| of G's Jacobian J at w and pictures y of noise, [B]; differentiable in G's weights.

    Karras et al., Analyzing and Improving the Image Quality of StyleGAN (2020), section 3.2. Where w has one style for
    each layer, the squares are averaged over the layers, as in the paper's code.

    Args:
        pictures: G's, [B, C, H, W], of w.
        w: [B, layers, W] or [B, W], of which the pictures were computed.
        noise: N(0, 1), as the pictures; divided here by sqrt(H * W).
    """
    scale = (pictures.shape[2] * pictures.shape[3]) ** -0.5
    (slope,) = torch.autograd.grad((pictures * noise).sum() * scale, w, create_graph=True)
    return slope.reshape(len(w), -1, w.shape[-1]).square().sum(2).mean(1).sqrt()


class PathLength(nn.Module):
    """The mean of (length - a)^2, a the moving average of the lengths: equation 4 of the paper.

    Args:
        whole: gives the rows of all processes of those of one.
    """

    def __init__(self, whole: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.usual = MovingMean((), MEMORY)
        self.usual.whole = whole

    def forward(self, lengths: Tensor) -> Tensor:
        """A scalar, at least 0, of lengths [B], not yet multiplied by its weight."""
        return (lengths - self.usual(lengths)).square().mean()
