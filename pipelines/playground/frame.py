"""What a page draws of a game, and its compact form: a line of JSON, then whole numbers of 16 bits.

A frame is made from fixed real points and z, draws nothing by chance and changes nothing, so looking never disturbs a
game. Reading one takes a few kilobytes, also with thirty viewers.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pipelines.playground.game import Game, Row
from pipelines.playground.networks import latent_grid, told_grid
from pipelines.registries import loss_traits

REACH = 1.5  # the picture shows [-REACH, REACH] both ways
SHOWN = 400  # points of each kind
ARROWS = 80  # fakes that carry an arrow
CELLS = 48  # of D's surface, each way
NET, STRAND = 17, 129  # knots of G's image of a latent net each way; of one where z is a single number
FARTHEST = 8.0  # places beyond are told as this far
UNIT = 32767 / FARTHEST  # of a place in the compact form


def surface_points() -> Tensor:
    """Middles of the cells of D's surface, [CELLS * CELLS, 2], rows from the top of the picture down."""
    ticks = ((torch.arange(CELLS) + 0.5) / CELLS * 2 - 1) * REACH
    y, x = torch.meshgrid(-ticks, ticks, indexing="ij")
    return torch.stack([x, y], -1).reshape(-1, 2)


def pushes(game: Game, count: int = ARROWS) -> Tensor:
    """Where each fake is pushed: minus the gradient of its own share of G's loss with respect to its place, [N, 2].

    A learning rate of 1 applied to the points themselves would move them by as much; where D is sure and the loss
    saturates, they are nearly 0.
    """
    fake = game.fake[:count].clone().requires_grad_(True)
    loss = game.loss_of_g(fake, game.discriminate(fake), lambda: game.reference.real[:count])
    (slope,) = torch.autograd.grad(loss * count, fake)
    return -slope if game.config.told == "nothing" else -slope * torch.tensor([0.0, 1.0])  # x is not G's to move


@torch.no_grad()
def surface(game: Game) -> Tensor:
    """What D says all over the picture, [CELLS, CELLS], rows from the top down, in the loss's own meaning."""
    return game.d_output(game.discriminate(surface_points())).reshape(CELLS, CELLS)


@torch.no_grad()
def net(game: Game) -> Tensor:
    """G's image of a net of z that holds the same chance in each mesh: [NET * NET, 2], or [STRAND, 2] of one number.

    Of a G that is told x the net is one of x and the first number of z.
    """
    if game.config.told == "x":
        x, z = told_grid(game.config, NET)
        return game.generate(z, x)
    return game.generator(latent_grid(game.config, STRAND if game.config.latent_size == 1 else NET))


def scale(game: Game, said: Tensor) -> tuple[float, float, float | None]:
    """The lowest and highest value of D's colours, and the one between real and fake, if the loss has such a one.

    Probabilities go from 0 to 1, and so do the targets of least squares; the hinge's margins lie at -1 and 1. A
    critic's ratings have no zero: their colours go from the lowest to the highest of the picture.
    """
    balance = loss_traits(game.config.loss).balance
    if balance is None:
        return float(said.min()), float(said.max()), None
    return (0.0, 1.0, balance) if balance == 0.5 else (-1.0, 1.0, balance)


def frame(game: Game, *, whole: bool = False) -> dict[str, Any]:
    """A game as a page draws it: numbers, and arrays of float32.

    Args:
        whole: with what stays the same from frame to frame: real points, the history, the settings.
    """
    fake, said = game.fake, surface(game)
    low, high, balance = scale(game, said)
    covered, push = game.covered, pushes(game)
    with torch.no_grad():
        d_real = game.d_output(game.discriminate(game.reference.real[:SHOWN]))
        d_fake = game.d_output(game.discriminate(fake[:SHOWN]))
    found = {
        "row": plain(game.rows[-1]),
        "low": low, "high": high, "balance": balance,
        "d_real": float(d_real.mean()), "d_fake": float(d_fake.mean()),
        "strength": float(push.norm(dim=1).median()),  # a few at D's border would rule a mean
        "outside": float((fake.abs() > REACH).any(1).float().mean()),
        "covered": None if covered is None else covered.int().tolist(),
        "arrays": {"fake": fake[:SHOWN], "push": push, "net": net(game), "surface": said},
    }  # fmt: skip
    if whole:
        target, known = game.target, game.reference
        found |= {
            "config": game.config.to_dict(),
            "rows": [plain(row) for row in game.rows],
            "floor": known.floor,
            "modes": None if target.modes is None else target.modes.tolist(),
            "sigma": target.sigma, "reach": REACH,
            "kind": loss_traits(game.config.loss).d_output,
        }  # fmt: skip
        found["arrays"]["real"] = known.real[:SHOWN]
    return found


def plain(row: Row) -> list[float | None]:
    """A row as JSON takes it, to six digits; NaN is null."""
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in row]


def pack(found: dict[str, Any], **more: Any) -> bytes:
    """The compact form: the length of the JSON in four bytes, the JSON with the arrays' shapes, padding, the arrays.

    Places are whole numbers of 1 / ``UNIT``, D's surface of (high - low) / 65534 above low, each 16 bits, least first.
    """
    low, high = found["low"], found["high"]
    shapes, parts = {}, []
    for name, array in found["arrays"].items():
        values = array.detach().numpy().astype(np.float64)
        whole = (values - low) / max(high - low, 1e-12) * 65534 - 32767 if name == "surface" else values * UNIT
        shapes[name] = list(array.shape)
        parts.append(np.clip(np.rint(np.nan_to_num(whole)), -32767, 32767).astype("<i2").tobytes())
    told = {
        **{name: value for name, value in found.items() if name != "arrays"},
        "shapes": shapes,
        "unit": UNIT,
        **more,
    }
    head = json.dumps(told, separators=(",", ":"), allow_nan=False).encode()
    head += b" " * (-len(head) % 4)  # so that the numbers lie on even places
    return len(head).to_bytes(4, "little") + head + b"".join(parts)


def unpack(packed: bytes) -> dict[str, Any]:
    """What ``pack`` made, as the browser reads it: arrays in their own units, float64."""
    size = int.from_bytes(packed[:4], "little")
    told, at = json.loads(packed[4 : 4 + size]), 4 + size
    for name, shape in told["shapes"].items():
        count = math.prod(shape)
        values = np.frombuffer(packed, "<i2", count, at).astype(np.float64)
        if name == "surface":
            values = told["low"] + (values + 32767) / 65534 * (told["high"] - told["low"])
        else:
            values = values / told["unit"]
        told[name] = values.reshape(shape)
        at += 2 * count
    return told
