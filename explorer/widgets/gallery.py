"""The gallery of models: what to try first, every model with its measures, and the runs that can be explored."""

from __future__ import annotations

import json
from typing import Any

from explorer.background.publications import Publication
from explorer.live.summaries import SUMMARIES
from explorer.theme import palette
from explorer.widgets import assets
from pipelines import paths
from pipelines.runs.folder import RunFolder

SEVEN = 7
MOMENTS = 5  # of a run's training, on the tile that leads there
_component = assets.component("models/gallery", "Models", "stage")


def gallery(
    cards: list[dict[str, Any]], unread: list[dict[str, str]], runs: list[dict[str, Any]], under_way: list[Publication]
) -> dict[str, Any] | None:
    """Mount the gallery.

    Args:
        unread: the models that are not read, as ``model_cards`` tells them.
        runs: summaries of the runs that can be explored; the browser's side keeps them up to date.
        under_way: models being published.

    Returns:
        What the person asked for in this rerun: ``{"verb": "open", "page", "query"}``, ``{"verb": "publish", "id"}``
        (a run), ``further``, ``rename`` or ``delete`` (a model), ``dismiss`` (a failed publication), ``settled`` (one
        that ended).
    """
    data = {
        "steps": first_steps(cards, runs),
        "models": cards,
        "unread": unread,
        "runs": runs,
        "publications": [vars(one) for one in under_way],
        "palette": palette(),
    }
    asked = _component("gallery", data, "asked").get("asked")
    return asked if isinstance(asked, dict) and "verb" in asked else None


def explorable_runs() -> list[dict[str, Any]]:
    """Summaries of the runs that have a checkpoint, the newest first."""
    return [run for run in json.loads(SUMMARIES.get()[0]) if run["explorable"]]


def first_steps(cards: list[dict[str, Any]], runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a newcomer could try first, with the models that are here: up to four tiles, training always among them."""
    known = [*cards, *runs]
    steps = []
    if faces := next((one for one in known if one["data"] == "faces" and not one["conditional"]), None):
        steps.append(_step("glasses", "Give a face glasses", "Glasses are a direction: add it to any face.",
                           "arithmetic", faces))  # fmt: skip
    elif known:
        steps.append(_step("walk", "Walk through a latent space", "Drag a slider, and the picture changes with it.",
                           "latent", known[0]))  # fmt: skip
    if maps := next((one for one in known if one["data"] == "face-maps" and one["translates"]), None):
        steps.append(_step("paint", "Paint a face", "Draw its parts, and a face follows every stroke.", "translate",
                           maps))  # fmt: skip
    if digits := next((one for one in known if one["data"] == "digits" and one["conditional"]), None):
        steps.append(_step("seven", "Ten images of a 7", "Ask for a digit, and get as many as you like.", "digits",
                           digits, y=SEVEN))  # fmt: skip
    elif classes := next((one for one in known if one["conditional"] and not one["condition"]), None):
        steps.append(_step("classes", "Ask for a class", "Choose what it draws, and get as many as you like.", "digits",
                           classes))  # fmt: skip
    learn = _step("learn", "Watch a GAN learn in a minute", "From noise to digits, live, on this computer.", "train",
                  next((one for one in known if one["data"] == "digits"), None))  # fmt: skip
    return [*steps, {**learn, "moments": _moments(runs)}]


def _step(
    kind: str, title: str, sentence: str, page: str, model: dict[str, Any] | None, **query: Any
) -> dict[str, Any]:
    found = {"kind": kind, "title": title, "sentence": sentence, "page": page, "query": {}, "model": None}
    if model is None:
        return found
    published = "state" not in model  # a run's samples have not been looked at yet: it shows its grid as it is
    shown = {name: model[name] for name in ("id", "size", "conditional", "condition")} | {"published": published}
    if page == "train":
        return {**found, "model": shown}
    return {**found, "model": shown, "query": {"model": model["id"], **query}}


def _moments(runs: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Grids of the newest run that has learnt something, from its first to its last; None where there is none."""
    for run in runs[:MOMENTS]:
        folder = RunFolder(paths.runs_home() / run["id"])
        grids = folder.samples()[0]
        if len(grids) < 2 * MOMENTS or run["size"] != 28:
            continue
        last = len(grids) - 1
        chosen = [grids[round(last * (number / (MOMENTS - 1)) ** 2)] for number in range(MOMENTS)]
        return {
            "run": run["id"],
            "size": run["size"],
            "conditional": run["conditional"],
            "condition": run["condition"],
            "files": [grid["file"] for grid in chosen],
            "steps": [grid["step"] for grid in chosen],
        }
    return None
