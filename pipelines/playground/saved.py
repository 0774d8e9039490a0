"""A game as a text that can be continued exactly: settings, weights, optimisers' state, random state."""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor

from pipelines.errors import ConfigError, GanError
from pipelines.playground.game import MOST_LOOKS, MOST_ROWS, Game, Row
from pipelines.playground.history import Look
from pipelines.playground.settings import from_dict
from pipelines.schema import Meta, Scalar, Share, Text, decode

FORMAT = "gan-explorer-plane-1"
MEMORY = ("step", "exp_avg", "exp_avg_sq", "momentum_buffer")  # what torch's optimisers keep of a weight
# What a game that is none, or is damaged, may raise.
UNREADABLE = (
    GanError, ArithmeticError, AttributeError, LookupError, RecursionError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
MOST_STEPS = 10**9
MOST_KEPT = 10 * MOST_ROWS  # rows or looks in a file
MOST_MODES = 1_000

Count = Annotated[int, Meta(ge=0, le=MOST_STEPS)]
Number = float | None  # null stands for NaN
Shares = Annotated[list[Share], Meta(max_length=1_000)]


@dataclass(frozen=True)
class StoredNetwork:
    """One network: its weights, and what the optimiser remembers of each, as base64 of little-endian float32."""

    weights: Annotated[list[Text], Meta(max_length=100)]
    memory: Annotated[list[dict[str, Text]], Meta(max_length=100)]


@dataclass(frozen=True)
class StoredGame:
    """A saved game as it is read."""

    format: Literal["gan-explorer-plane-1"]
    config: dict[str, Scalar]
    place: tuple[Count, Count, Number, Number]  # step, step of D, both losses
    rows: Annotated[list[Annotated[list[Number], Meta(max_length=len(Row._fields))]],
                    Meta(min_length=1, max_length=MOST_KEPT)]  # fmt: skip
    draws: Text
    networks: dict[str, StoredNetwork]
    looks: Annotated[list[tuple[Count, Shares, Shares]], Meta(max_length=MOST_KEPT)] = field(default_factory=list)
    set_at: Count = 0


def save(game: Game) -> str:
    """The game as JSON; floats are kept bit by bit."""
    networks = {}
    for name, (network, optimizer) in game.networks().items():
        weights = list(network.parameters())
        memory = [
            {slot: _text(value) for slot, value in optimizer.state.get(weight, {}).items() if isinstance(value, Tensor)}
            for weight in weights
        ]
        networks[name] = {"weights": [_text(weight) for weight in weights], "memory": memory}
    return json.dumps(
        {
            "format": FORMAT,
            "config": game.config.to_dict(),
            "place": [game.step, game.d_step, *(_number(loss) for loss in (game.d_loss, game.g_loss))],
            "rows": [[_number(value) for value in row] for row in game.rows],
            "looks": game.looks,
            "set_at": game.set_at,
            "draws": base64.b64encode(game.draws.get_state().numpy().tobytes()).decode(),
            "networks": networks,
        },
        allow_nan=False,
    )


def load(text: str | bytes) -> Game:
    """The game of a text.

    Raises:
        ConfigError: the text is no saved game, or a damaged one; one sentence.
    """
    try:
        content = text.encode("utf-8", "replace") if isinstance(text, str) else text
        kept = decode(content, StoredGame, "it")
        game = Game(from_dict(kept.config))
        game.step, game.d_step, *losses = kept.place
        game.d_loss, game.g_loss = map(_float, losses)
        for name, (network, optimizer) in game.networks().items():
            one = kept.networks[name]
            weights = list(network.parameters())
            for weight, value, memory in zip(weights, one.weights, one.memory, strict=True):
                with torch.no_grad():
                    weight.copy_(_tensor(value, weight.shape))
                if memory:
                    optimizer.state[weight] = {slot: _memory(slot, text, weight) for slot, text in memory.items()}
        game.draws.set_state(torch.frombuffer(bytearray(base64.b64decode(kept.draws)), dtype=torch.uint8))
        game.rows = [_row(row) for row in kept.rows][-MOST_ROWS:]
        if not game.rows or not all(0 <= row.step <= game.step and 0 <= row.d_step <= game.d_step for row in game.rows):
            raise ValueError("no history of this game")
        game.grad_g, game.d_fake = game.rows[-1].grad_g, game.rows[-1].d_fake
        modes = 0 if game.target.modes is None else len(game.target.modes)
        if any(len(shares) != modes for _, *both in kept.looks for shares in both):
            raise ValueError("no shares of the modes")
        game.looks = [Look(*look) for look in kept.looks][-MOST_LOOKS:]  # older games have none
        game.set_at = min(kept.set_at, game.step)
        game.look()
        return game
    except UNREADABLE:
        raise ConfigError("This is no saved game of the playground, or it is damaged.") from None


def _text(tensor: Tensor) -> str:
    return base64.b64encode(tensor.detach().numpy().astype("<f4").tobytes()).decode()


def _tensor(text: Any, shape: torch.Size) -> Tensor:
    values = np.frombuffer(base64.b64decode(text, validate=True), "<f4")
    if values.size != math.prod(shape) or not np.isfinite(values).all():
        raise ValueError("not the numbers of this weight")
    return torch.from_numpy(values.astype(np.float32)).reshape(shape)


def _memory(slot: str, text: Any, weight: Tensor) -> Tensor:
    if slot not in MEMORY:
        raise ValueError("no optimiser of ours remembers that")
    return _tensor(text, torch.Size() if slot == "step" else weight.shape)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _float(value: float | None) -> float:
    return float("nan") if value is None else value


def _row(values: list[float | None]) -> Row:
    """A row of the history; its first two numbers are steps, and the eighth counts modes (-1 where there are none)."""
    row = Row(*map(_float, values))
    if not (0 <= row.step <= MOST_STEPS and 0 <= row.d_step <= 100 * MOST_STEPS and -1 <= row.modes <= MOST_MODES):
        raise ValueError("no row of a game")
    return row._replace(step=int(row.step), d_step=int(row.d_step), modes=int(row.modes))
