"""A game as a text to keep and go on with, exactly: settings, weights, the optimisers' memory, the state of chance."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pipelines.errors import ConfigError
from pipelines.plane.game import MOST_LOOKS, MOST_ROWS, Game, Row
from pipelines.plane.history import Look
from pipelines.plane.settings import from_dict

FORMAT = "gan-explorer-plane-1"
MEMORY = ("step", "exp_avg", "exp_avg_sq", "momentum_buffer")  # what torch's optimisers keep of a weight
MOST_STEPS = 10**9


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
        kept = json.loads(text)
        if kept["format"] != FORMAT:
            raise ValueError("another format")
        game = Game(from_dict(kept["config"]))
        step, d_step, d_loss, g_loss = kept["place"]
        game.step, game.d_step = _count(step), _count(d_step)
        game.d_loss, game.g_loss = _float(d_loss), _float(g_loss)
        for name, (network, optimizer) in game.networks().items():
            one = kept["networks"][name]
            weights = list(network.parameters())
            for weight, value, memory in zip(weights, one["weights"], one["memory"], strict=True):
                with torch.no_grad():
                    weight.copy_(_tensor(value, weight.shape))
                if memory:
                    optimizer.state[weight] = {slot: _memory(slot, text, weight) for slot, text in memory.items()}
        game.draws.set_state(torch.frombuffer(bytearray(base64.b64decode(kept["draws"])), dtype=torch.uint8))
        game.rows = [Row(*map(_float, row)) for row in kept["rows"]][-MOST_ROWS:]
        game.rows = [
            row._replace(step=int(row.step), d_step=int(row.d_step), modes=int(row.modes)) for row in game.rows
        ]
        if not game.rows or not all(0 <= row.step <= game.step and 0 <= row.d_step <= game.d_step for row in game.rows):
            raise ValueError("no history of this game")
        game.grad_g, game.d_fake = game.rows[-1].grad_g, game.rows[-1].d_fake
        modes = 0 if game.target.modes is None else len(game.target.modes)
        game.looks = [_look(*look, modes) for look in kept.get("looks", [])][-MOST_LOOKS:]  # older games have none
        game.set_at = min(_count(kept.get("set_at", 0)), game.step)
        game.look()
        return game
    except (ArithmeticError, AttributeError, LookupError, RecursionError, RuntimeError, TypeError, ValueError):
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


def _float(value: Any) -> float:
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise ValueError("not a number")
    return float("nan") if value is None else float(value)


def _look(step: Any, inside: Any, nearest: Any, modes: int) -> Look:
    shares = [[_float(share) for share in some] for some in (inside, nearest)]
    if any(len(some) != modes or not all(0 <= share <= 1 for share in some) for some in shares):
        raise ValueError("no shares of the modes")
    return Look(_count(step), *shares)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_STEPS:
        raise ValueError("not a count")
    return value
