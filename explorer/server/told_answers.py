"""Answers on what a model can be told beside z, where that is no class; loads torch."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from explorer.server.ascii_json import AsciiJSON
from explorer.server.asked import Nothing, Shown
from explorer.server.raw import raw
from pipelines.latent.conditions import parts as parts_told
from pipelines.latent.model import Model
from pipelines.latent.point import all_checked
from pipelines.modalities._conditions import tiles


def conditions(model: Model, asked: Nothing) -> Response:
    """The examples that the model can be told, in their order, as pictures; where that is no class.

    Attributes are shown by a picture that has them, where one is known.
    """
    trained = model.trained
    if trained.conditions is None:
        raise HTTPException(400, f"{model.id} is told of no condition but a class, if any, and a class has no picture.")
    having = None if trained.attributes is None else trained.truth
    shown = tiles(trained.conditions if having is None else having, model.shape[0], model.shape[2])
    return raw(shown.permute(0, 2, 3, 1).contiguous().numpy())


def attributes(model: Model, asked: Nothing) -> Response:
    """The parts of which a model that is told of attributes can be told, each with its attributes; [] of any other."""
    return AsciiJSON({"parts": parts_told(model.trained)})


def told(model: Model, asked: Shown) -> Response:
    """What a model that is told of attributes is told at each point: a list of numbers, one for each attribute."""
    if model.trained.attributes is None:
        raise HTTPException(400, f"{model.id} is not told of attributes.")
    _, y = model.resolve(all_checked(asked.points))
    return AsciiJSON({"told": [[round(number, 4) for number in row] for row in y.tolist()]})
