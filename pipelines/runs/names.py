"""Names of runs and of the files in a run's folder; files with other names are ignored."""

from __future__ import annotations

import re
from pathlib import Path

# A run's id is its folder's name. It stands in addresses and in names of files, so it has none but plain characters.
RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
RUN_ID_WORDS = "letters without accents, digits, '_', '-' and '.', at most 80, the first of them a letter or a digit"

CONDITIONS = "conditions.safetensors"  # what a run's networks are told, where that is no class; see conditions.py
_STEP = r"(?P<step>[0-9]{8}|[1-9][0-9]{8,11})"  # one way to write a number, so that no step has two files


def step_name(step: int, suffix: str) -> str:
    """The name of a step's file: ``step-00000090.png``."""
    return f"step-{step:08d}{suffix}"


def step_in(name: str, suffix: str) -> int | None:
    """The step whose file has this name, or None where it is none."""
    match = re.fullmatch(rf"step-{_STEP}{re.escape(suffix)}", name)
    return int(match["step"]) if match else None


def by_step(folder: Path, suffix: str) -> dict[int, Path]:
    """The files of steps in a folder, by step, rising; empty where there is no folder."""
    found = {step: path for path in folder.glob(f"step-*{suffix}") if (step := step_in(path.name, suffix)) is not None}
    return {step: found[step] for step in sorted(found) if found[step].is_file()}
