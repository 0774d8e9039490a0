"""Answers of the playground's routes. Only ``playground_routes.py`` calls these, in a thread; this loads torch."""

from __future__ import annotations

import os
import secrets
import threading
from collections import Counter, OrderedDict
from typing import Any, NamedTuple

import torch
from starlette.responses import Response

from explorer.model import library  # noqa: F401 (it tells torch to take one thread in the server)
from explorer.server.ascii_json import AsciiJSON
from explorer.server.asked import Advance, Change, Nothing, Start
from explorer.server.turns import FairSemaphore
from pipelines.errors import GanError, TrainingError
from pipelines.playground import frame as drawn
from pipelines.playground import saved as keeping
from pipelines.playground.distributions import distribution
from pipelines.playground.game import Game
from pipelines.playground.settings import DATA, from_dict
from pipelines.playground.watch import Watch

MOST_GAMES = 90  # in memory: two each for a class of thirty, and as many again that were just left
UPDATES_A_TURN = 24  # of weights: then somebody else's turn comes
THUMBNAIL = 160  # points
HEADERS = {"cache-control": "no-store", "content-encoding": "identity"}  # packing holds up all others, for little


class UnknownGame(GanError):
    """There is no such game in memory."""


class Session(NamedTuple):
    """A game, the lock by which its actions come one after the other, the doctor that looks on, and its visitor."""

    game: Game
    lock: threading.Lock
    watch: Watch
    visitor: str


class Games:
    """Games by name. When there are too many, whoever has most loses the one that they used least recently."""

    def __init__(self, most: int = MOST_GAMES) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._games: OrderedDict[str, Session] = OrderedDict()

    def add(self, game: Game, visitor: str = "") -> tuple[str, Session]:
        """Keep a game; returns its name, which cannot be guessed, and its session.

        Args:
            visitor: whose it is, by ``guard.visitor_of``.
        """
        name, session = secrets.token_urlsafe(12), Session(game, threading.Lock(), Watch(), visitor)
        with self._lock:
            self._games[name] = session
            while len(self._games) > self._most:
                had = Counter(each.visitor for each in self._games.values())
                most = max(had.values())
                del self._games[next(old for old, each in self._games.items() if had[each.visitor] == most)]
            return name, session

    def get(self, name: str) -> Session:
        """A game's session.

        Raises:
            UnknownGame: there is none of that name, any more or at all.
        """
        with self._lock:
            if name not in self._games:
                raise UnknownGame("The server no longer holds this game: start it again, or open a saved one.")
            self._games.move_to_end(name)
            return self._games[name]

    def __len__(self) -> int:
        return len(self._games)


GAMES = Games()
TURNS = FairSemaphore(min(4, os.cpu_count() or 2))


def shapes(asked: Nothing) -> Response:
    """Points of each distribution that needs no drawing, for its thumbnail."""
    found = {}
    for name in DATA:
        if name != "drawing":
            points = distribution(from_dict({"data": name})).draw(THUMBNAIL, torch.Generator().manual_seed(0))
            found[name] = [[round(x, 3), round(y, 3)] for x, y in points.tolist()]
    return AsciiJSON(found, headers={"cache-control": "public, max-age=3600"})


def start(asked: Start, visitor: str) -> Response:
    """A new game, by ``config``; or one that goes on, by the text of a ``saved`` one. Answers with its whole frame."""
    with TURNS.turn():
        game = Game(from_dict(asked.config)) if asked.saved is None else keeping.load(asked.saved)
        name, session = GAMES.add(game, visitor)
        return _frame(session, whole=True, id=name)


def advance(asked: Advance, id: str) -> Response:
    """Some ``steps`` more (0: only look) of D, of G or of ``both``; ``whole`` frames tell what stays the same too.

    Numbers that run away are no error of the request: the frame has the sentence as ``trouble``.
    """
    steps, action = asked.steps, asked.action
    session = game, lock, *_ = GAMES.get(id)
    trouble = None
    with lock:
        updates = 1 + game.config.d_steps if action == "both" else 1
        while steps and not trouble:
            part = min(steps, UPDATES_A_TURN // updates)
            with TURNS.turn():
                try:
                    game.advance(part, action)
                except TrainingError as error:
                    trouble = str(error)
            steps -= part
        with TURNS.turn():
            return _frame(session, whole=asked.whole, trouble=trouble)


def change(asked: Change, id: str) -> Response:
    """Change ``settings`` of a game; the frame names in ``anew`` the networks that were made anew."""
    session = game, lock, *_ = GAMES.get(id)
    with lock, TURNS.turn():
        return _frame(session, whole=True, anew=game.change(**asked.settings))


def saved(asked: Nothing, id: str) -> Response:
    """The game as a file to keep."""
    game, lock, *_ = GAMES.get(id)
    with lock, TURNS.turn():
        text, name = keeping.save(game), f"{game.config.data}-{game.config.seed}-step-{game.step}.json"
    headers = {**HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="application/json", headers=headers)


def _frame(session: Session, *, whole: bool, **more: Any) -> Response:
    """A frame; ``doctor`` is in it where what he says became another, and in whole ones."""
    game, watch = session.game, session.watch
    if watch.look(game) or whole:
        more["doctor"] = watch.findings
    packed = drawn.pack(drawn.frame(game, whole=whole), **more)
    return Response(packed, media_type="application/octet-stream", headers=HEADERS)
