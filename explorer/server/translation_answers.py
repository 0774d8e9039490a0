"""Answers of the routes of models that translate pictures: what they read, examples of it, and translations.

The rules of ``model_answers.py`` hold. A translation comes in one round trip, so that it follows a stroke: the picture,
what it is translated back into, the enlarged input, and D's verdict.
"""

from __future__ import annotations

import base64
import binascii

import numpy as np
import torch
from starlette.exceptions import HTTPException
from starlette.responses import Response
from torch import Tensor

from explorer.server.ascii_json import AsciiJSON
from explorer.server.asked import Nothing, Pictured, Translated
from explorer.server.raw import raw
from explorer.server.turns import DECODING
from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.errors import GanError
from pipelines.latent.model import Model
from pipelines.latent.neighbours import training_set
from pipelines.metrics import part_reader
from pipelines.modalities._conditions import PALETTE, evenly
from pipelines.models import translating
from pipelines.registries import loss_traits, stated_by
from pipelines.runs.conditions import MOST


def translation(model: Model, asked: Nothing) -> Response:
    """What a page needs to know to translate with the model: what it reads and draws, and what else there is."""
    _reads_pictures(model)
    trained = model.trained
    spec, config = trained.entry.spec, trained.config
    return AsciiJSON(
        {
            "input": list(spec.condition_shape),
            "output": [config.channels, config.size, config.size],
            "domains": _domains(model),
            "labels": [{"name": name, "colour": PALETTE[at % len(PALETTE)]} for at, name in enumerate(_labels(model))],
            "verdict": trained.discriminator is not None,
            "kind": loss_traits(config.loss).d_output,
            "probability": loss_traits(config.loss).says_probability,
            "backward": translating.backward_of(trained) is not None,
            "back": translating.goes_back(trained),
            "noise": _is_varied(model),
            "encoder": "encoder" in trained.further,
            "parts": bool(spec.labels) and part_reader.of(config.data) is not None,
            "truth": trained.truth is not None,
            "targets": trained.truth is not None or (not spec.paired and _is_prepared(config)),
        },
        headers={"cache-control": "no-store"},
    )


def inputs(model: Model, asked: Nothing) -> Response:
    """The examples that are kept with the model, as the data set stores them, [K, C, h, w]."""
    _reads_pictures(model)
    return _stored(model.trained.conditions)


def targets(model: Model, asked: Nothing) -> Response:
    """The true pictures of ``inputs``, uint8 [K, C, H, W]; where these are not known, pictures such as are drawn."""
    _reads_pictures(model)
    trained = model.trained
    if trained.truth is not None:
        return _stored(trained.truth)
    if trained.entry.spec.paired:
        raise HTTPException(400, f"The true pictures of the examples of {model.id} are not kept with it.")
    images = torch.from_numpy(training_set(trained.config).set.images)
    return _stored(evenly(images, min(MOST, len(images))))


def translate(model: Model, asked: Translated) -> Response:
    """A translation, and what was asked for beside it: uint8 [B, H, W, C], then D's verdicts.

    The pictures are the translation; with ``back``, what that is translated back into; with ``enlarged``, the input
    enlarged. ``x-shape`` is their shape. D's verdicts, float32 [V, h, w], little-endian, follow them: on the
    translation, and on ``judged``, where that was given; ``x-verdicts`` is their shape.
    """
    trained, direction = model.trained, asked.direction
    given = translating.input_of(trained, _decoded(asked.input, "input"), direction)
    if asked.back and not translating.goes_back(trained):
        raise HTTPException(400, f"{model.id} does not translate there and back; leave out 'back'.")
    if asked.verdict and direction == "backward":
        raise HTTPException(400, "D judges what is drawn forward; leave out 'verdict', or ask for that direction.")
    if asked.enlarged and (direction == "backward" or given.dtype != torch.uint8):
        raise HTTPException(400, "Only a picture that is translated forward is enlarged; leave out 'enlarged'.")
    judged, styled = (_picture(model, text, name) for text, name in ((asked.judged, "judged"), (asked.style, "style")))
    z, _ = trained.draw([(asked.seed, asked.index)])
    with DECODING.turn():
        if styled is not None:
            z = translating.style_of(trained, styled)
        pictures = [translating.translated(trained, given, z, direction)]
        if asked.back:
            other = "backward" if direction == "forward" else "forward"
            pictures.append(translating.translated(trained, pictures[0], z, other))
        if asked.enlarged:
            pictures.append(translating.enlarged(given, trained.config.size, trained.config.channels))
        seen = [pictures[0]] + ([] if judged is None else [judged]) if asked.verdict else []
        verdicts = [translating.verdict(trained, picture, given) for picture in seen]
    shown = torch.cat(pictures).permute(0, 2, 3, 1).contiguous().numpy()
    content, headers = shown.tobytes(), {"x-shape": _words(shown.shape)}
    if verdicts:
        told = np.stack(verdicts).astype("<f4")
        content, headers["x-verdicts"] = content + told.tobytes(), _words(told.shape)
    return raw(content, headers)


def parts(model: Model, asked: Pictured) -> Response:
    """The map of a picture's parts that the part reader of the model's data set finds, int8 [1, 1, h, w]."""
    trained = model.trained
    spec, picture = trained.entry.spec, translating.picture_of(trained, _decoded(asked.picture, "picture"))
    reader = part_reader.of(trained.config.data) if spec.labels else None
    if reader is None:
        raise HTTPException(400, f"There is no part reader for the data set {trained.config.data!r}, so paint the map.")
    with DECODING.turn():
        found = reader.read(picture, spec.condition_shape[-1])
    return _stored(found[:, None].to(torch.int8))


def _reads_pictures(model: Model) -> None:
    if len(model.trained.entry.spec.condition_shape) != 3:
        raise HTTPException(400, f"{model.id} reads no picture, so it translates none; choose a model that does.")


def _is_varied(model: Model) -> bool:
    """Whether z changes what is drawn, by the pictures of two of them; of many families that translate it does not."""
    trained = model.trained
    z, _ = trained.draw([(0, 0), (0, 1)])
    with DECODING.turn():
        one, other = (translating.translated(trained, trained.conditions[:1], each[None]) for each in z)
    return not torch.equal(one, other)


def _domains(model: Model) -> list[str]:
    """What is read and what is drawn, in a word each; "" where there is none."""
    config, condition = model.trained.config, model.trained.entry.spec.condition
    match stated_by(config.data).get("DOMAINS"):
        case (str(), str()) as names:
            return list(names)
    return [condition, ""]


def _labels(model: Model) -> list[str]:
    """The names of the labels of the maps that a model reads, from label 0 on; [] of one that reads pictures."""
    count = model.trained.entry.spec.labels
    names = stated_by(model.trained.config.data).get("CONDITION_LABELS", ())
    return list(names) if len(names) == count else [f"label {at}" for at in range(count)]


def _is_prepared(config: TrainConfig) -> bool:
    try:
        return data.is_prepared(config.data, **config.pictures)
    except GanError:
        return False


def _picture(model: Model, text: str | None, name: str) -> Tensor | None:
    """A picture such as the model draws, from what was sent under a name; None where nothing was."""
    return None if text is None else translating.picture_of(model.trained, _decoded(text, name))


def _decoded(text: str, name: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise HTTPException(400, f"{name} is not base64; send the raw bytes so encoded.") from None


def _stored(found: Tensor) -> Response:
    content = np.ascontiguousarray(found.numpy())
    return raw(content)


def _words(shape: tuple[int, ...]) -> str:
    return ",".join(map(str, shape))
