"""The stages of families that double their pictures step by step: sides, maps, and growing from one to the next."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig

MOST = 512  # maps of a layer, at most


def sides(size: int) -> tuple[int, ...]:
    """The heights of the stages of pictures of ``size`` pixels, the last of them ``size``: 4, 8 ... or 7, 14, 28."""
    found = [size]
    while found[0] % 2 == 0 and found[0] > 4:
        found.insert(0, found[0] // 2)
    return tuple(found)


def maps(config: TrainConfig, side: int) -> int:
    """The feature maps of a stage: ``width`` at half of the size, as in DCGAN, and twice as many at half of a side.

    They are 8 * ``width`` or 512 at most.
    """
    return min(config.width * config.size // (2 * side), 8 * config.width, max(MOST, config.width))


class Growing(nn.Module):
    """The stage that a network is at, and the share of it that is faded in.

    Karras et al., Progressive Growing of GANs for Improved Quality, Stability, and Variation (2018), section 2: each
    stage is shown ``growth`` real pictures, and as many more while the next one fades in.

    Args:
        growth: that number of pictures.
        stages: how many there are.
    """

    def __init__(self, growth: int, stages: int) -> None:
        super().__init__()
        self.growth, self.stages = growth, stages
        self.register_buffer("position", torch.zeros(()))  # even: a stage of its own; odd: the next one fades in
        self.register_buffer("fade", torch.ones(()))
        # Beside the buffers, so that a step on a GPU need not wait for them.
        self.reached, self.stage, self.fading = 0.0, 0, False
        self.register_load_state_dict_post_hook(_go_on)

    def advance(self, images_seen: int) -> bool:
        """Take the form of after so many real pictures; never goes back. Returns whether stage or fading changed."""
        before = self.stage, self.fading
        self.reached = min(max(images_seen / self.growth, self.reached), 2.0 * (self.stages - 1))
        self.position.fill_(self.reached)
        self.stage, self.fading = (int(self.reached) + 1) // 2, int(self.reached) % 2 == 1
        self.fade.fill_(self.reached % 1 if self.fading else 1.0)
        return (self.stage, self.fading) != before

    def mixed(self, before: Tensor, now: Tensor) -> Tensor:
        """``now`` with the share that is faded in, and ``before`` with the rest."""
        return before + (now - before) * self.fade


def _go_on(growing: Growing, _: object) -> None:
    growing.reached = growing.position.item()
    growing.advance(0)
