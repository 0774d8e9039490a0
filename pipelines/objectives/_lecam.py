"""LeCam regularisation: D's outputs for real pictures and for fakes are kept from drifting apart on few pictures."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from pipelines.networks._moving_mean import MovingMean

MEMORY = 0.01  # weight of the newest batch in the moving averages


class LeCam(nn.Module):
    """The mean of (D(x) - a_fake)^2 plus that of (D(G(z)) - a_real)^2, with moving averages a of D's outputs.

    Tseng et al., Regularizing Generative Adversarial Networks under Limited Data (2021), equation 5. The averages begin
    with zeros.

    Args:
        whole: gives the rows of all processes of those of one.
    """

    def __init__(self, whole: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.real, self.fake = MovingMean((), MEMORY), MovingMean((), MEMORY)
        self.real.whole = self.fake.whole = whole

    def forward(self, real: Tensor, fake: Tensor) -> Tensor:
        """A scalar, at least 0, of logits [B, ...] each, not yet multiplied by its weight; moves the averages first."""
        with torch.no_grad():
            of_real, of_fake = self.real(real.flatten()).clone(), self.fake(fake.flatten()).clone()
        return (real - of_fake).square().mean() + (fake - of_real).square().mean()
