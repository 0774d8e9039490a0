"""Directions of a model by their names: found once and kept, also when several threads ask at the same time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from pipelines.latent import directions, point
from pipelines.latent.directions import Direction

if TYPE_CHECKING:
    from pipelines.latent.model import Model

MOST_NAMED = 256  # directions made from marks or held apart that are kept


class Named:
    """The directions of one model. Its own lock is taken before those of the model's ``directions``, ``labelled``,
    ``readings`` and ``bank``, which are taken in this order, so that no two threads wait for each other.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._lock = threading.RLock()
        self._kept: dict[str, Direction] = {}

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._kept)

    def known(self, name: str) -> Direction | None:
        """A direction that is found already; None of any other. Takes no lock."""
        at = point.coordinate_of(name)
        if at is not None and at < self._model.latent_size:
            return directions.coordinate(at, self._model.latent_size)
        return self._kept.get(name) or vars(self._model).get("labelled", {}).get(name)

    def get(self, name: str) -> Direction:
        """As ``Model.direction``; raises as it does."""
        known = self.known(name)
        if known is None:
            with self._lock:
                known = self._kept.get(name) or directions.named(self._model, name)
                while len(self._kept) >= MOST_NAMED:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[name] = known
        return known

    def steered(self, name: str) -> tuple[str, list[str] | None] | None:
        """As ``Model.steered``."""
        base, _, held = name.partition(directions.HELD)
        if not held or self._model.reader is None or self._model.steering is None:
            return None
        known = {directions.slug(each): each for each in self._model.steering.learnt}
        others = held.split(",")
        if base not in known or (others != [directions.ALL] and not set(others) <= set(known)):
            return None
        return known[base], None if others == [directions.ALL] else [known[other] for other in others]
