"""The networks of a run as players, and the phases of a step that move them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

Numbers = dict[str, Tensor]  # what a step measures, scalars by their names in ``metrics.jsonl``
PhaseLoss = Callable[[int, bool], tuple[Tensor, Numbers]]
"""Takes the turn, counted from 0, and whether to measure; gives the scalar to minimise and what was measured."""


@dataclass(eq=False)
class Player:
    """One network that learns.

    Args:
        name: under which checkpoints keep its weights: ``generator``.
        module: the network, channels last, on its device.
        letter: in the names of its numbers: ``g`` makes ``grad_g``.
        rate: the setting that is its learning rate: ``lr_g`` or ``lr_d``.
        ema: a like network whose weights are the moving average of this one's, frozen; None without.
    """

    name: str
    module: nn.Module
    letter: str
    rate: str
    ema: nn.Module | None = None
    optimizer: torch.optim.Optimizer = field(init=False)  # set by the trainer

    def number_pairs(self) -> tuple[list[Tensor], list[Tensor]]:
        """The numbers of the average and those it is taken of, in step: weights and batch norm's statistics."""
        both = zip(self.ema.state_dict().values(), self.module.state_dict().values(), strict=True)
        averaged, current = zip(*[pair for pair in both if pair[0].is_floating_point()], strict=True)
        return list(averaged), list(current)


@dataclass(frozen=True)
class Phase:
    """A part of a step: one loss, and the players that it moves.

    Args:
        moves: names of the players whose optimisers take a step.
        loss: see ``PhaseLoss``.
        repeat: turns of the phase in one step; only the last is measured.
        frozen: names of the players for whose weights no gradients are computed meanwhile.
        after: called after each turn.
    """

    moves: tuple[str, ...]
    loss: PhaseLoss
    repeat: int = 1
    frozen: tuple[str, ...] = ()
    after: Callable[[], None] | None = None


@contextlib.contextmanager
def frozen(networks: Iterable[nn.Module]) -> Iterator[None]:
    """No gradients are computed for the weights of these networks meanwhile; then for those that learnt before."""
    learning = [weight for network in networks for weight in network.parameters() if weight.requires_grad]
    for weight in learning:
        weight.requires_grad_(False)
    try:
        yield
    finally:
        for weight in learning:
            weight.requires_grad_(True)
