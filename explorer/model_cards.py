"""The texts of the Models page on each model, from its card and configuration alone, without torch.

A card may come from elsewhere and lack anything; what is missing is left out or called "not measured", never guessed.
A folder that cannot be used is a sentence of its own and hides no other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer.card_measures import measures, number, percent, text
from explorer.messages import without_paths
from pipelines import paths
from pipelines.errors import GanError, ModelError, why_unread
from pipelines.models import registry
from pipelines.models.registry import Entry
from pipelines.registries import stated_by
from pipelines.tensor_files import damage
from pipelines.told import duration


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
        "about": text(card.get("about")) or about(entry),
        "ships": entry.ships,
        "conditional": config.conditional,
        "condition": entry.spec.condition,
        "translates": entry.translates,
        "data": config.data,
        "size": config.size,
        "facts": [shape_words(entry), told(entry), f"{entry.size_bytes / 1e6:.1f} MB"],
        "quality": quality,
        "quality_note": note,
        "command": text(card.get("command")),
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
    what = text(stated_by(config.data).get("SHOWS")) or f"{kind} like those of the data set {config.data}"
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


def training(card: dict[str, Any]) -> list[list[str]]:
    """How a model was trained, as names and values."""
    seed, seen = number(card.get("seed")), number(card.get("images_seen"))
    seconds, steps = number(card.get("training_seconds")), number(card.get("step"))
    width = number(card.get("truncation"))
    rejected = len(found) if isinstance(found := card.get("rejected"), list) else 0
    steep, steered = number(card.get("steep")), card.get("steering")
    rows = [
        ["Seed", None if seed is None else f"{seed:.0f}"],
        ["Time", None if seconds is None else duration(seconds)],
        ["Machine", text(card.get("machine"))],
        ["Steps", None if steps is None else f"{steps:,.0f}"],
        ["Images seen", None if seen is None else many(seen)],
        ["Trained", text(card.get("trained"))],
        ["From the run", text(card.get("run"))],
        ["Truncation", f"z {width:.2g} times as wide as in training" if width is not None and width < 1 else None],
        ["Rejected", f"{rejected} of the prior's centres, by D's opinion" if rejected else None],
        ["Left out", f"{percent(steep, 100)} of z, where the picture changes fastest with z" if steep else None],
        ["Directions", "learnt to hold all else" if isinstance(steered, dict) else None],
    ]
    return [[name, value] for name, value in rows if value]


def data_words(data: Any) -> dict[str, str]:
    """What a model learnt from, under which licence."""
    data = data if isinstance(data, dict) else {}
    count, name = number(data.get("count")), text(data.get("name"))
    return {
        "name": name + (f", {count:,.0f} pictures" if name and count is not None else ""),
        "source": without_paths(text(data.get("source"))),
        "licence": text(data.get("licence")) or "not told",
        "citation": text(data.get("citation")),
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


def _folders() -> list[str]:
    """The names of folders that are, or were meant to be, a model."""
    found = {path.parent.name for mark in registry.MARKS for path in paths.models_home().glob(f"*/{mark}")}
    return sorted(name for name in found if registry.MODEL_NAME.fullmatch(name))
