"""One failure: the settings that fail, the cure, and what to look at."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from pipelines.config.train_config import TrainConfig, label_of
from pipelines.errors import GanError
from pipelines.playground.settings import PlaneConfig
from pipelines.playground.settings import label_of as plane_label

SICK, CURED = "sick", "cured"
TWINS = (SICK, CURED)
CURVES = ("losses", "outputs", "gradient", "distance", "kinds")  # what a replay can draw; explorer/web/failures
MOST_SECONDS = 120.0  # of a twin's training, on two CPU cores

Settings = TrainConfig | PlaneConfig


@dataclass(frozen=True)
class Entry:
    """One failure, beside the same run cured.

    Both twins have the same seed (but where the seed itself is the cure) and the same length, and differ in nothing
    but ``cure``. A run in the plane is a game of the playground.
    """

    place: int  # in the order in which failures are shown, from 1
    sentence: str  # one, for somebody who has ten seconds
    look: tuple[str, ...]  # two or three, on what to see in pictures and curves
    sick: Settings
    cure: dict[str, Any]  # the settings that are changed
    cause: str  # the cause in a few words, under the sick twin
    remedy: str  # the remedy in a few words, under the cured one
    curves: tuple[str, ...]  # two of CURVES, the one that shows it best first
    source: str  # the lecture note and the paper
    ailment: str = ""  # of pipelines/doctor, which the doctor names in the sick twin; empty: none
    steps: int = 0  # of a game in the plane; a run in pictures has its length in its settings
    seeds: str = ""  # what was seen on which seeds
    badges: tuple[str, str] = ("Sick", "Cured")  # what the twins are called
    cured: Settings = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cured", dataclasses.replace(self.sick, **self.cure))

    @property
    def in_plane(self) -> bool:
        """Whether it is a game of the playground and not a run."""
        return isinstance(self.sick, PlaneConfig)

    def settings(self, twin: str) -> Settings:
        """Of one of the twins.

        Raises:
            GanError: there is no such twin.
        """
        if twin not in TWINS:
            raise GanError(f"There is no twin named {str(twin)[:60]!r}; choose one of: {', '.join(TWINS)}.")
        return self.sick if twin == SICK else self.cured

    def changes(self) -> list[dict[str, Any]]:
        """What the cure changes: ``name``, ``label``, and the value of each twin."""
        label = plane_label if self.in_plane else label_of
        return [
            {"name": name, "label": label(name), SICK: getattr(self.sick, name), CURED: value}
            for name, value in self.cure.items()
        ]
