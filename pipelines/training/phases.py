"""The phases of a step, one after the other: each loss, its gradients, the optimisers that it moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from pipelines.training.building import gradient_norm
from pipelines.training.players import Numbers, Phase, Player, frozen
from pipelines.training.process_group import ProcessGroup


class Phases:
    """The phases of a method's step, and the step of the first loss that was not finite.

    What a step reads and writes beside weights lies in tensors that stay in place, so that a GPU can replay it.

    Args:
        phases: of the method, in their order.
        players: by name.
        group: the processes that train together; None alone.
        device: of the networks.
    """

    def __init__(
        self, phases: Sequence[Phase], players: Mapping[str, Player], group: ProcessGroup | None, device: torch.device
    ) -> None:
        self._phases, self._players, self._group = phases, players, group
        self._first_bad = torch.zeros((), dtype=torch.int64, device=device)
        self._clock = torch.zeros_like(self._first_bad)  # the step

    def begin(self, step: int) -> None:
        """To be called before the phases of a step."""
        self._clock.fill_(step)

    def first_bad_step(self) -> int | None:
        """The step at which a loss was first not finite, or None; on a GPU this waits for the device."""
        return int(self._first_bad.item()) or None

    def run(self, watch: bool) -> Numbers:
        """All phases; ``watch`` measures, the norms of gradients too."""
        numbers: Numbers = {}
        for phase in self._phases:
            numbers |= self.run_one(phase, watch)
        return numbers

    def run_one(self, phase: Phase, watch: bool) -> Numbers:
        """All turns of a phase; the last is measured."""
        numbers: Numbers = {}
        with frozen(self._players[name].module for name in phase.frozen):
            for turn in range(phase.repeat):
                numbers = self._turn(phase, turn, watch and turn == phase.repeat - 1)
        return numbers

    def _turn(self, phase: Phase, turn: int, watch: bool) -> Numbers:
        """One turn of a phase: its loss, the gradients, a step of each optimiser."""
        players = [self._players[name] for name in phase.moves]
        total, numbers = phase.loss(turn, watch)
        total.backward()
        for player in players:
            if self._group:
                self._group.average_gradients(player.module)
            if watch:
                numbers[f"grad_{player.letter}"] = gradient_norm(player.module)
        self._note_bad(total.detach())
        for player in players:
            player.optimizer.step()
            player.optimizer.zero_grad(set_to_none=True)
        if phase.after:
            phase.after()
        return numbers

    def _note_bad(self, loss: Tensor) -> None:
        bad = ~torch.isfinite(loss) & (self._first_bad == 0)
        self._first_bad.copy_(torch.where(bad, self._clock, self._first_bad))
