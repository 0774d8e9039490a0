"""The texts of the Models page on each model, from its card and configuration alone, without torch.

A card may come from elsewhere and lack anything; what is missing is left out or called "not measured", never guessed.
A folder that cannot be used is a sentence of its own and hides no other.

The fields of ``pipelines.metrics.evaluation.Evaluation`` are named here, since a card says of each what it means for a
model of this data; a person's own measures are told by what the card itself says of them.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from explorer.server.sentences import without_paths
from explorer.widgets.text import duration
from pipelines import paths
from pipelines.errors import GanError, ModelError, why_unread
from pipelines.models import registry
from pipelines.models.registry import Entry
from pipelines.registries import stated_by
from pipelines.tensor_files import damage
from pipelines.told import words

MOST_ROWS = 4  # of measures; the rest is in the card
MOST_OWN = 20  # of a person's own
BETTER = {"higher": "Higher is better.", "lower": "Lower is better."}
MOST = 1e15  # a larger number in a card is none that was measured
FINE = 0.0025  # a share is told to a tenth of a percent where chance moves it by less than this


def published_models() -> tuple[list[Entry], dict[str, Exception]]:
    """Every published model that can be used, those that ship first; and by name what keeps others from being read."""
    sound, unread = [], {}
    for name in _folders():
        try:
            entry = registry.find(name)
            weights_are_whole(entry.folder)
            sound.append(entry)
        except (GanError, OSError) as error:
            unread[name] = error
    return sorted(sound, key=lambda entry: not entry.ships), unread


def model_cards() -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The models as the gallery shows them; and of each that is not read ``id``, ``sentence`` and in a word ``why``."""
    cards, (sound, unread) = [], published_models()
    for entry in sound:
        try:
            cards.append(card_of(entry))
        except (GanError, OSError) as error:
            unread[entry.id] = error
    return cards, [
        {"id": name, "sentence": without_paths(str(error)), "why": why_unread(error)}
        for name, error in sorted(unread.items())
    ]


def card_of(entry: Entry) -> dict[str, Any]:
    """One published model as the gallery shows it."""
    card, config = entry.card, entry.config
    quality, note = measures(card.get("quality"), config.data)
    return {
        "id": entry.id,
        "title": entry.title,
        "about": _text(card.get("about")) or about(entry),
        "ships": entry.ships,
        "conditional": config.conditional,
        "condition": entry.spec.condition,
        "translates": entry.translates,
        "data": config.data,
        "size": config.size,
        "facts": [shape_words(entry), told(entry), f"{entry.size_bytes / 1e6:.1f} MB"],
        "quality": quality,
        "quality_note": note,
        "command": _text(card.get("command")),
        "training": training(card),
        "origin": data_words(card.get("data")),
    }


def told(entry: Entry) -> str:
    """How many classes, attributes or examples a model can be told."""
    if not entry.config.conditional:
        return "no classes"
    if entry.spec.names:
        return f"{len(entry.spec.names)} attributes"
    return f"{len(entry.class_names)} {'examples' if entry.spec.condition else 'classes'}"


def about(entry: Entry) -> str:
    """One sentence on a model whose card has none."""
    config = entry.config
    kind = "pictures" if entry.spec.modality == "image" else f"examples ({entry.spec.modality})"
    what = _text(stated_by(config.data).get("SHOWS")) or f"{kind} like those of the data set {config.data}"
    if entry.spec.names:
        return f"Draws {what}, with the attributes that you choose."
    if entry.spec.condition:
        return f"Draws {what}, each for a condition ({entry.spec.condition}) that you choose."
    if config.conditional:
        return f"Draws {what}, each of the class that you ask for."
    return f"Draws {what}, of any class: it was trained without labels." if entry.class_names else f"Draws {what}."


def shape_words(entry: Entry) -> str:
    """How large what is drawn is, or is shown."""
    size, colour = entry.config.size, "grey" if entry.config.channels == 1 else "colour"
    shown = "" if entry.spec.modality == "image" else f"{entry.spec.modality}, shown at "
    return f"{shown}{size} × {size} pixels, {colour}"


def measures(quality: Any, data_name: str) -> tuple[list[dict[str, str | None]], str]:
    """The few measures that matter and a person's own, each beside that of real pictures, and a note on how they were
    taken.

    Args:
        quality: of a card: ``Evaluation.to_dict()``, None where nothing was measured, or ``{"problem": sentence}``.
    """
    if not isinstance(quality, dict) or not quality:
        return [], "Not measured."
    if problem := _text(quality.get("problem")):
        return [], f"Not measured. {problem}"
    samples, beside = _number(quality.get("samples")), _number(quality.get("against_count"))
    near = _number(quality.get("neighbours_count"))
    one = _text(stated_by(data_name).get("CLASS_WORD")) or "class"
    found = [
        _share(quality, "as_asked", f"The {one} asked for", samples, beside,
               "Share of samples in which a classifier sees what was asked for. Beside it: how often it is right on "
               "real pictures."),
        _share(quality, "clear", f"Clearly one {one}", samples, beside,
               "Share of samples of which an independent classifier is sure (p > 0.9)."),
        _points(quality, "class_deviation", "Mix of classes",
                "How far the share of any class is from that among real pictures, at most, in percentage points."),
        _points(quality, "attribute_deviation", "Mix of attributes",
                "How far the share of any attribute is from that among real pictures, at most, in percentage points."),
        _distance(quality),
        _share(quality, "recall", "Variety", near, near,
               "Share of real pictures that look like some sample (recall): low where the generator draws the same few "
               "pictures again and again."),
        _share(quality, "precision", "Looks real", near, near,
               "Share of samples that look like some real picture (precision)."),
    ]  # fmt: skip
    rows = [row for row in found if row][:MOST_ROWS] + _path_lengths(quality) + _own(quality)
    if not rows:
        return [], "Not measured."
    note = "" if samples is None else f"Measured on {samples:,.0f} samples"
    if note and beside is not None and (against := _text(quality.get("against"))):
        note += f", beside {beside:,.0f} {against}"
    features = _text(quality.get("features"))
    return rows, f"{note}{f', in {features}' if note and features else ''}." if note else ""


def training(card: dict[str, Any]) -> list[list[str]]:
    """How a model was trained, as names and values."""
    seed, seen = _number(card.get("seed")), _number(card.get("images_seen"))
    seconds, steps = _number(card.get("training_seconds")), _number(card.get("step"))
    width = _number(card.get("truncation"))
    rejected = len(found) if isinstance(found := card.get("rejected"), list) else 0
    steep, steered = _number(card.get("steep")), card.get("steering")
    rows = [
        ["Seed", None if seed is None else f"{seed:.0f}"],
        ["Time", None if seconds is None else duration(seconds)],
        ["Machine", _text(card.get("machine"))],
        ["Steps", None if steps is None else f"{steps:,.0f}"],
        ["Images seen", None if seen is None else many(seen)],
        ["Trained", _text(card.get("trained"))],
        ["From the run", _text(card.get("run"))],
        ["Truncation", f"z {width:.2g} times as wide as in training" if width is not None and width < 1 else None],
        ["Rejected", f"{rejected} of the prior's centres, by D's opinion" if rejected else None],
        ["Left out", f"{percent(steep, 100)} of z, where the picture changes fastest with z" if steep else None],
        ["Directions", "learnt to hold all else" if isinstance(steered, dict) else None],
    ]
    return [[name, value] for name, value in rows if value]


def data_words(data: Any) -> dict[str, str]:
    """What a model learnt from, under which licence."""
    data = data if isinstance(data, dict) else {}
    count, name = _number(data.get("count")), _text(data.get("name"))
    return {
        "name": name + (f", {count:,.0f} pictures" if name and count is not None else ""),
        "source": _text(data.get("source")),
        "licence": _text(data.get("licence")) or "not told",
        "citation": _text(data.get("citation")),
    }


def weights_are_whole(folder: Path) -> None:
    """Whether files of weights are as long as they say, which a copy that broke off is not; reads their heads only.

    Raises:
        ModelError: one is missing or cut off.
    """
    for name in ("generator", "discriminator", "backward"):
        path = folder / f"{name}.safetensors"
        if not path.is_file():
            if name != "generator":
                continue  # G draws without the others
            raise ModelError(f"{path} is missing; publish the model anew, or delete its folder.")
        if reason := damage(path):
            what = f"{path} is cut off or not a file of weights ({reason})"
            raise ModelError(f"{what}; publish the model anew, or delete its folder.")


def many(count: float) -> str:
    """A large number as it is said: ``3.9 million``."""
    return f"{count / 1e6:.1f} million" if count >= 1e6 else f"{count:,.0f}"


def percent(share: float, count: float | None) -> str:
    """A share of ``count`` pictures, with the digits that so many can carry."""
    chance = math.sqrt(share * (1 - share) / count) if count and 0 <= share <= 1 else 1.0
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    text = f"{100 * share:.1f}" if chance < FINE else f"{100 * share:.0f}"
    return f"over {'99.9' if '.' in text else '99'} %" if float(text) == 100 else f"{text} %"


def _folders() -> list[str]:
    """The names of folders that are, or were meant to be, a model."""
    found = {path.parent.name for mark in registry.MARKS for path in paths.models_home().glob(f"*/{mark}")}
    return sorted(name for name in found if registry.MODEL_NAME.fullmatch(name))


def _share(
    quality: dict[str, Any], field: str, name: str, count: float | None, real_count: float | None, why: str
) -> dict[str, str | None] | None:
    value, real = _pair(quality, field)
    if value is None:
        return None
    return _row(name, percent(value, count), None if real is None else percent(real, real_count), why)


def _points(quality: dict[str, Any], field: str, name: str, why: str) -> dict[str, str | None] | None:
    value, real = _pair(quality, field)
    if value is None:
        return None
    return _row(name, f"{value:.1f} points off", None if real is None else f"{real:.1f}", why)


def _distance(quality: dict[str, Any]) -> dict[str, str | None] | None:
    why = (
        "Fréchet distance of the samples to real pictures that the generator never saw, as a multiple of the distance "
        "that as many training pictures have."
    )
    ratio = _number(quality.get("ratio"))
    if ratio is not None:
        return _row("Distance from real", f"{ratio:.1f} times" if ratio < 10 else f"{ratio:.0f} times",
                    "1", why)  # fmt: skip
    value, real = _pair(quality, "frechet")
    if value is None:
        return None
    return _row(
        "Fréchet distance", f"{value:.2g}", None if real is None else f"{real:.2g}", why.split(", as a")[0] + "."
    )


def _path_lengths(quality: dict[str, Any]) -> list[dict[str, str | None]]:
    lengths, features = quality.get("path_lengths"), _text(quality.get("path_features")) or "features"
    why = (
        f"How much a picture changes ({features}, squared) for a small step of its latent vector, by the step squared. "
        f"{BETTER['lower']}"
    )
    found = []
    for space in ("z", "w") if isinstance(lengths, dict) else ():
        value, _ = _pair(lengths, space)
        if value is not None:
            found.append(_row(f"Path length in {space.upper()}", words(value, "number"), None, why))
    return found


def _own(quality: dict[str, Any]) -> list[dict[str, str | None]]:
    """The measures of a person's own, in the order of the card."""
    found, count, told = [], _number(quality.get("own_count")), quality.get("own")
    for key, one in list(told.items())[:MOST_OWN] if isinstance(told, dict) else []:
        if not isinstance(one, dict) or (value := _number(one.get("value"))) is None:
            continue
        title, real, unit = _text(one.get("title")) or key, _number(one.get("real")), one.get("unit")
        texts = [
            None if number is None else percent(number, count) if unit == "share" else words(number, unit)
            for number in (value, real)
        ]
        why = f"{_text(one.get('help'))} {BETTER.get(_text(one.get('better')), '')}".strip()
        found.append(_row(title[:1].upper() + title[1:80], *texts, why))
    return found


def _row(name: str, value: str, real: str | None, why: str) -> dict[str, str | None]:
    return {"name": name, "value": value, "real": real, "why": why}


def _pair(quality: dict[str, Any], field: str) -> tuple[float | None, float | None]:
    pair = quality.get(field)
    return (_number(pair.get("value")), _number(pair.get("real"))) if isinstance(pair, dict) else (None, None)


def _number(value: Any) -> float | None:
    known = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= MOST
    return value if known else None


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
