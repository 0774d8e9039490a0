"""Directions that a person has found, named and kept: one small file a model, read by every page. Loads no torch.

``$GAN_EXPLORER_SAVED/directions/<model-id>.json`` holds a list, in the order in which they were saved::

    [{"name": "bold", "definition": "m:0.3,0.7|0.1,0.9"}, ...]

    name        what the person calls it: 1 to 40 letters, unique for its model, capitals aside
    definition  the name of a direction, as ``pipelines/latent/directions.py`` lists them: a pair of marks, a label that
                is held apart from others (``glasses~smile``), a component. The vector itself is not kept: it is found
                again from the model's weights, and so fits them however the model is retrained.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any

from filelock import FileLock

from pipelines import paths
from pipelines.errors import GanError
from pipelines.files import publish_bytes
from pipelines.models.registry import REFERENCE
from pipelines.schema import Meta, Value, read

MOST = 100  # of one model
MOST_LETTERS = 40  # of a name
MOST_DEFINITION = 2000  # letters; as pipelines.latent.point allows
Stored = Annotated[list[Value], Meta(max_length=10_000)]  # of which what is no direction is passed over
_DEFINITION = re.compile(r"[a-z0-9.,:|~-]+")


def directions(model_id: str) -> list[dict[str, str]]:
    """What was saved for a model, in that order; [] where nothing was, or its file is damaged.

    Raises:
        GanError: the id names no model.
    """
    path = _file(model_id)
    try:
        found = read(path, Stored) or []
    except GanError:
        return []
    return [{"name": one["name"], "definition": one["definition"]} for one in found if _is_direction(one)]


def save(model_id: str, name: Any, definition: Any) -> None:
    """Keep a direction; one of the same name is replaced.

    Raises:
        GanError: the name or the definition is not allowed, there are too many, or the file cannot be written.
    """
    one = {"name": _tidy(name), "definition": definition}
    if not _is_direction(one):
        raise GanError("Only a direction of this page can be saved: marks, a label or a component.")
    with _changing(model_id) as kept:
        for old in kept:
            if _same(old["name"], one["name"]):
                old.update(one)
                return
        if len(kept) >= MOST:
            raise GanError(f"{MOST} directions are saved for {model_id} already; delete one first.")
        kept.append(one)


def rename(model_id: str, name: str, new_name: Any) -> None:
    """Give a saved direction another name.

    Raises:
        GanError: there is none of that name, or the new one is taken or not allowed.
    """
    wanted = _tidy(new_name)
    with _changing(model_id) as kept:
        found = next((one for one in kept if _same(one["name"], str(name))), None)
        if found is None:
            raise GanError(f"There is no saved direction {str(name)[:MOST_LETTERS]!r} any more.")
        if any(_same(one["name"], wanted) for one in kept if one is not found):
            raise GanError(f"There is a direction named {wanted!r} already; choose another name.")
        found["name"] = wanted


def delete(model_id: str, name: str) -> None:
    """Forget a saved direction; nothing happens where there is none of that name.

    Raises:
        GanError: the file cannot be written.
    """
    with _changing(model_id) as kept:
        kept[:] = [one for one in kept if not _same(one["name"], str(name))]


class _changing:
    """The list of a model, to be changed in place and written at the end; one process at a time."""

    def __init__(self, model_id: str) -> None:
        self._model, self._path = model_id, _file(model_id)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritten(self._path, error) from None
        self._lock = FileLock(self._path.with_suffix(".lock"))

    def __enter__(self) -> list[dict[str, str]]:
        self._lock.acquire(timeout=10)
        self._kept = directions(self._model)
        return self._kept

    def __exit__(self, problem: type | None, *rest: object) -> None:
        try:
            if problem is None:
                _replace(self._path, json.dumps(self._kept, indent=1, ensure_ascii=False))
        finally:
            self._lock.release()


def _file(model_id: str) -> Path:
    if not REFERENCE.fullmatch(model_id):  # never a path
        raise GanError(f"{model_id[:60]!r} names no model and no run.")
    return paths.saved_home() / "directions" / f"{model_id}.json"


def _replace(path: Path, text: str) -> None:
    try:
        publish_bytes(path, text.encode())
    except OSError as error:
        raise _unwritten(path, error) from None


def _unwritten(path: Path, error: OSError) -> GanError:
    return GanError(f"The direction cannot be saved in {path.parent} ({error.strerror or error}).")


def _tidy(name: Any) -> str:
    tidy = " ".join(name.split()) if isinstance(name, str) else ""
    if not 1 <= len(tidy) <= MOST_LETTERS or not tidy.isprintable():
        raise GanError(f"A direction's name has 1 to {MOST_LETTERS} letters; choose another.")
    return tidy


def _same(name: str, other: str) -> bool:
    return name.casefold() == other.casefold()


def _is_direction(one: Any) -> bool:
    if not isinstance(one, dict) or not all(isinstance(one.get(key), str) for key in ("name", "definition")):
        return False
    return len(one["definition"]) <= MOST_DEFINITION and bool(_DEFINITION.fullmatch(one["definition"]))
