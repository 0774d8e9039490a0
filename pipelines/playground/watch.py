"""The doctor beside a game in the plane: what goes wrong, and what can be changed while it goes on; needs no torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.doctor import ALARM, Finding, History, examine
from pipelines.playground.history import history_of
from pipelines.playground.settings import PlaneConfig, label_of
from pipelines.registries import loss_traits

if TYPE_CHECKING:
    from pipelines.playground.game import Game

EVERY = 50  # steps between two looks of the doctor: one costs as much as five steps


class Cure(NamedTuple):
    """A cure for the plane, where networks and rates have other sizes than in pictures."""

    name: str
    why: str
    source: str
    goes_on: bool  # whether it also cures a game that is sick already; else only one that begins anew with it
    changes: Callable[[PlaneConfig], dict[str, Any]]


# Tried on the two failures in the plane and one with rates of 2e-2, three seeds each: all modes came back with the
# penalty, at once and from the start; with the rates only from the start. R1 of 0.1 did not help against cycling.
_RATES = Cure(
    "D twice as fast as G",
    "D then knows the new place of the fakes before G leaves it (two time scales).",
    "Heusel et al. 2017",
    False,
    lambda config: {"lr_g": 1e-3, "lr_d": 2e-3, "d_steps": 1, "optimizer": "adam"},
)
_PENALTY = Cure(
    "the Wasserstein loss with gradient penalty",
    "A critic of bounded slope never saturates, and its advice tells how far the real points are.",
    "Gulrajani et al. 2017",
    True,
    lambda config: {
        "loss": "wasserstein", "gradient_penalty": 0.1, "d_steps": 5, "r1": 0.0, "clip": 0.0, "smoothing": 0.0,
        "lr_g": 1e-3, "lr_d": 2e-3, "optimizer": "adam",
    },
)  # fmt: skip
_NON_SATURATING = Cure(
    "the non-saturating loss",
    "G then maximises log D(G(z)), which is steep exactly where D wins.",
    "Goodfellow et al. 2014, section 3",
    True,
    lambda config: {"loss": "non-saturating"} if loss_traits(config.loss).saturates else {},
)
_MOSTLY = (_PENALTY, _RATES)
CURES = {"vanishing-gradient": (_NON_SATURATING, _PENALTY)}  # by ailment, the best first


class Watch:
    """Looks at a game every few steps, from the moment on at which its settings became what they are."""

    def __init__(self) -> None:
        self.findings: list[dict[str, Any]] = []
        self._seen: tuple[int, int] | None = None  # since when the settings hold, and the step of the last look

    def look(self, game: Game) -> bool:
        """See whether something is wrong now; returns whether ``findings`` became others.

        A finding is a ``Finding`` in plain values, with the steps of the game and what helps in the plane. Each of its
        remedies has ``changes`` of the game's settings, and ``goes_on``: whether they help the game as it is, or only
        one that begins with them.
        """
        since, step = game.set_at, game.step
        if self._seen is not None and self._seen[0] == since and 0 <= step - self._seen[1] < EVERY:
            return False
        self._seen, before = (since, step), self.findings
        # Where G does not learn from D, D may well win: nothing is wrong with that.
        found = examine(_history(game)) if game.config.adversarial else []
        self.findings = [_of_game(one, game) for one in found if one.until is None]
        return self.findings != before


def _history(game: Game) -> History:
    since = game.set_at
    rows = [{**row._asdict(), "step": row.step - since} for row in game.rows if row.step > since]
    looks = [look._replace(step=look.step - since) for look in game.looks if look.step > since]
    return history_of(game.config.to_dict(), rows, looks)


def _of_game(found: Finding, game: Game) -> dict[str, Any]:
    told, since = found.to_dict(), game.set_at
    told["since"] += since
    told["named_at"] += since
    for line in told["evidence"]["lines"]:
        line["x"] = [x + since for x in line["x"]]
    told["remedies"] = []
    for cure in CURES.get(found.ailment, _MOSTLY) if found.kind == ALARM else ():
        changes = {name: to for name, to in cure.changes(game.config).items() if getattr(game.config, name) != to}
        if changes:
            words = [f"{label_of(name)}: {getattr(game.config, name)} → {to}" for name, to in changes.items()]
            told["remedies"].append({**cure._asdict(), "changes": changes, "settings": words})
    if told["remedies"]:
        told["helps"] = ", or ".join(remedy["name"] for remedy in told["remedies"]) + "."
    return told
