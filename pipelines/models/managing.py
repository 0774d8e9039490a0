"""What a person does with published models of their own: give them a place, rename them, delete them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from pipelines import paths
from pipelines.errors import ModelError
from pipelines.models.registry import MARKS, MODEL_NAME, card_of, published
from pipelines.runs.folder import RunFolder


def rename(name: str, new_name: str) -> None:
    """Give a published model of one's own another name.

    Raises:
        ModelError: there is no such model, it came with the project, or the new name is taken or not allowed.
    """
    folder, target = _own(name), free_place(new_name)
    try:
        folder.rename(target)
    except OSError as error:
        raise ModelError(f"The model {name} cannot be renamed ({error.strerror or error}).") from None


def delete(name: str) -> None:
    """Delete a published model of one's own; the run that it came from stays.

    Raises:
        ModelError: there is no such model, or it came with the project.
    """
    folder = _own(name)
    gone = folder.with_name(f".{name}.{os.getpid()}.deleted")  # at once and as a whole: nobody finds half of a model
    try:
        folder.rename(gone)
        shutil.rmtree(gone)
    except OSError as error:
        raise ModelError(f"The model {name} cannot be deleted ({error.strerror or error}).") from None


def can_be_deleted(name: str) -> bool:
    """Whether there is a published model of that name, sound or damaged, that did not come with the project."""
    try:
        return bool(_own(name))
    except ModelError:
        return False


def free_place(name: str) -> Path:
    """Where a model of that name would be published.

    Raises:
        ModelError: the name is taken or not allowed.
    """
    if not MODEL_NAME.fullmatch(name):
        raise ModelError(f"The model's name is {name!r}; use small letters, digits and hyphens, at most 80.")
    target = paths.models_home() / name
    if RunFolder(paths.runs_home() / name).exists():
        raise ModelError(f"There is a run named {name!r} already; choose another name for the model.")
    if target.exists():
        raise ModelError(f"There is a model named {name!r} already; choose another name or delete {target}.")
    return target


def _own(name: str) -> Path:
    """The folder of a published model that is a person's to rename and delete, also where its files are damaged."""
    folder = paths.models_home() / name
    if not MODEL_NAME.fullmatch(name) or not any((folder / mark).is_file() for mark in MARKS):
        raise ModelError(f"There is no published model {name!r}; there are: {', '.join(published()) or 'none yet'}.")
    try:
        ships = bool(card_of(folder).get("ships"))
    except ModelError:
        ships = False  # it can no longer be used, nor told apart
    if ships:
        raise ModelError(f"The model {name!r} came with the project and stays; publish a run of yours to rename it.")
    return folder
