"""Giving one picture one attribute and holding everything else: the move is searched for this picture.

A direction is the same for all pictures, but what a classifier calls a beard is no flat boundary in z: along one and
the same move one face grows a beard and another only changes its skin. Here a move is searched for one picture:

1. Moves along the labelled direction are tried: plain, held apart from the others, and as it was learnt, if it was.
2. The most promising ones, and no move at all, are refined by gradient descent through G and the classifier: towards
   what is wanted, and once that is there, back to what should be held.
3. Where that is not enough, random moves are tried, then others around the best so far, and refined in the same way:
   where G switches, say, one mouth for another, gradients vanish.
4. Where even that is not enough, it goes towards samples that show what is wanted and agree in most of what is held.
5. The best one is shortened as far as it goes.

A move is the better the fewer held parts change their verdict, then the shorter; each is judged by the classifier on
pixels. What is found is a vector, and is applied as one: half of it is half of the way, and a page lets it be dragged.
Only at its full length has the classifier agreed.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import relu

from pipelines import optimisers
from pipelines.errors import ModelError
from pipelines.latent import geometry
from pipelines.latent.directions import ALL, HELD, slug
from pipelines.latent.model import Model
from pipelines.metrics.parts import Part, part_of, parts_of, verdicts
from pipelines.models.readings import SEED

AMOUNTS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)  # along a direction
ROUNDS = 3  # of random moves, where they are needed
REACHES, TRIES = (0.15, 0.25, 0.35), 24  # random moves: their lengths as shares of that of a sample, and how many each
EXEMPLARS, WAYS = 16, (0.35, 0.7, 1.0)  # samples to go towards, and how far
FIRST, REFINED = 2, 8  # of the most promising moves
STEPS, RATE = 60, 0.03  # of the descent
AIM, KEEP = 2.0, 1.0  # logits that are aimed at: of what is wanted, and at most of what is held
FAR, HOME = 0.1, 1.0  # what holding counts before the wanted is there, and after
SHRINKS = (0.9, 0.8, 0.7, 0.6, 0.5)  # is a shorter one enough?
SURE = 0.7  # probability of what is wanted; with less it is not taken for shown
CHANGED = 10  # what a part costs whose verdict changes; more than any length
FIRM = 0.4  # a part that is held may lose so much probability, if its verdict stays


@dataclass(frozen=True)
class Edit:
    """A move for one picture, and whether it does what it should."""

    vector: np.ndarray  # float32 [latent_size]
    shows: bool  # the classifier sees what is wanted
    kept: bool  # every part that is held keeps its verdict
    way: float  # its length, beside how far samples usually lie from the middle: at 1 it may lead to another picture


def edit(
    model: Model, z: np.ndarray, y: Tensor | None, name: str, wanted: bool = True, held: list[str] | None = None,
    styled: Tensor | None = None,
) -> Edit:  # fmt: skip
    """The best move found that gives, or takes, one attribute.

    Args:
        z: float32 [latent_size].
        y: weights of classes [1, classes], or None, as ``Model.resolve`` gives them.
        name: of the reader; wanted: give it or take it.
        held: names of the reader whose parts keep their verdict; None for all others.
        styled: what the point does to styles [1, 1 + W], or None, as ``Model.styled`` gives it.

    Raises:
        ModelError: the model's pictures cannot be read or do not follow z, or there is no such name.
    """
    reader = model.reader
    if reader is None or reader.exclusive:
        raise ModelError(f"There is no classifier of attributes for {model.id}, so nothing can be given.")
    model.require_z("no z gives an attribute")
    for each in (name, *(held or ())):
        if each not in reader.names:
            raise ModelError(f"There is no attribute {each[:40]!r}; there are: {', '.join(reader.names)}.")
    own = part_of(reader, name)
    others = [part for part in parts_of(reader) if part != own and (held is None or set(part.names) & set(held))]
    judge = _Judge(model, z, y, reader.names.index(name), wanted, others, styled)
    best = _Best(judge, np.zeros((1, len(z)), np.float32))
    nothing = np.zeros((1, len(z)), np.float32)
    best.take(_along(model, z, y, name, wanted, own))
    best.take(judge.descended(np.concatenate([nothing, best.of_all(FIRST)])))
    for number in range(ROUNDS):
        if best.is_perfect:
            break
        noise = _around(model, number)
        best.take(noise if number == 0 else best.move + 0.5 * noise)
        best.take(judge.descended(best.of_all(REFINED)))
    if not best.is_perfect:
        towards = _Best(judge, judge.towards())
        best.take(judge.descended(np.concatenate([best.of_all(2), towards.of_all(REFINED)])))
    for _ in range(2):
        best.take(best.move * np.array(SHRINKS, np.float32)[:, None])
    return judge.verdict(best.move)


def _along(model: Model, z: np.ndarray, y: Tensor | None, name: str, wanted: bool, own: Part) -> np.ndarray:
    """Moves along the labelled direction, as it is, held apart from all other parts' and as learnt [M, latent_size]."""
    labels = model.labelled
    vectors = []
    if slug(name) in labels:
        vectors.append(plain := labels[slug(name)].vector)
        with suppress(ValueError):  # too many labels for so small a z
            vectors.append(
                geometry.orthogonal_to(plain, [d.vector for d in labels.values() if d.name not in own.names])
            )
    if model.steered(learnt := f"{slug(name)}{HELD}{ALL}"):
        vectors.append(model.ways(learnt, z[None], y, wanted)[0])
    if not vectors:
        return np.zeros((0, model.latent_size), np.float32)
    amounts = np.array(AMOUNTS, np.float32)[:, None] * (1 if wanted else -1)
    return np.concatenate([amounts * vector for vector in vectors])


def _around(model: Model, number: int) -> np.ndarray:
    """Random moves [M, latent_size], the same for every picture."""
    length = _usual_length(model)
    noise = np.random.default_rng(number).standard_normal((len(REACHES), TRIES, model.latent_size)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=2, keepdims=True)
    return (noise * (length * np.array(REACHES, np.float32))[:, None, None]).reshape(-1, model.latent_size)


def _usual_length(model: Model) -> float:
    """How far samples lie from the middle of the prior, about."""
    return float(np.sqrt(model.latent_size / (3 if model.trained.config.prior == "uniform" else 1)))


class _Judge:
    """Reads pictures of moves and tells how far each is from what is asked."""

    def __init__(
        self, model: Model, z: np.ndarray, y: Tensor | None, column: int, wanted: bool, held: list[Part],
        styled: Tensor | None = None,
    ) -> None:  # fmt: skip
        self.model, self.reader, self.z, self.column, self.wanted = model, model.reader, z, column, wanted
        self.told = y, styled
        self.at = [parts_of(self.reader).index(part) for part in held]
        self.columns = [column for part in held for column in part.columns]
        self.before = self._read(np.zeros((1, len(z)), np.float32))

    def cost(self, moves: np.ndarray) -> np.ndarray:
        """[M]: 100 or more where the wanted is not shown, ``CHANGED`` for each part that changed, then the length."""
        seen = self._read(moves)
        p = seen[:, self.column] if self.wanted else 1 - seen[:, self.column]
        turned = verdicts(self.reader, seen)[:, self.at] != verdicts(self.reader, self.before)[:, self.at]
        moved = np.abs(seen - self.before)[:, self.columns]
        loose = np.maximum(0, moved - FIRM)
        short = np.where(p < SURE, 100 + 50 * (SURE - p), 0)
        return short + CHANGED * turned.sum(1) + 5 * loose.sum(1) + moved.sum(1) + 0.5 * np.linalg.norm(moves, axis=1)

    def descended(self, moves: np.ndarray) -> np.ndarray:
        """Each move [M, latent_size] as good as gradient descent makes it."""
        G, network = self.model.trained.raw, self.reader.network
        told = self._told(len(moves))
        sign = torch.from_numpy(np.where(self.before[0, self.columns] > 0.5, 1, -1).astype(np.float32))
        keep = torch.from_numpy(self.before[0, self.columns]).logit(1e-4).abs().clamp(max=KEEP)
        aim = 1 if self.wanted else -1
        with torch.inference_mode(False), torch.enable_grad():
            z, move = torch.from_numpy(self.z.copy()), torch.from_numpy(moves.copy()).requires_grad_()
            optimizer = optimisers.Adam([move], lr=RATE, betas=(0.9, 0.99))
            there = torch.zeros(len(moves), dtype=torch.bool)
            best, least = moves.copy(), torch.full((len(moves),), torch.inf)
            for _ in range(STEPS):
                logits = network(network.prepared(G(z + move, *told)))
                lacking = relu(AIM - aim * logits[:, self.column])
                loose = relu(keep - sign * logits[:, self.columns]).sum(1)
                with torch.no_grad():
                    there |= lacking < 0.2 * AIM
                    cost = 10 * (lacking - 0.5 * AIM).clamp(min=0) + loose + 0.05 * move.norm(dim=1)
                    better = cost < least
                    least = torch.where(better, cost, least)
                    best[better.numpy()] = move.detach()[better].numpy()
                    if bool((lacking + loose <= 0.5 * AIM).all()):
                        break  # all are there, and hold what they should
                loss = torch.where(there, 3.0, 1.0) * lacking + torch.where(there, HOME, FAR) * loose
                optimizer.zero_grad()
                loss.sum().backward()
                optimizer.step()
        return best

    def towards(self) -> np.ndarray:
        """Moves [M, latent_size] some way to samples that show what is wanted and agree most in what is held."""
        readings = self.model.readings
        if readings is None or readings.names != self.reader.names:
            return np.zeros((1, len(self.z)), np.float32)
        shown = np.flatnonzero(self.reader.says(readings.probabilities)[:, self.column] == self.wanted)
        said = verdicts(self.reader, readings.probabilities[shown])[:, self.at]
        unlike = (said != verdicts(self.reader, self.before)[:, self.at]).sum(1)
        nearest = shown[np.argsort(unlike, kind="stable")[:EXEMPLARS]]
        others = self.model.trained.draw((SEED, int(index)) for index in nearest)[0].numpy()
        ways = np.array(WAYS, np.float32)[:, None, None]
        return (ways * (others - self.z)).reshape(-1, len(self.z))

    def verdict(self, move: np.ndarray) -> Edit:
        seen = self._read(move[None])
        kept = (verdicts(self.reader, seen)[:, self.at] == verdicts(self.reader, self.before)[:, self.at]).all()
        shows = bool(self.reader.says(seen)[0, self.column] == self.wanted)
        return Edit(move, shows, bool(kept), float(np.linalg.norm(move)) / _usual_length(self.model))

    def _read(self, moves: np.ndarray) -> np.ndarray:
        return self.reader.read(self.model.decode(self.z + moves, *self._told(len(moves))))

    def _told(self, count: int) -> list[Tensor | None]:
        """Classes and what is done to styles, for so many pictures."""
        return [None if each is None else each.expand(count, -1) for each in self.told]


class _Best:
    """The best of all moves that were looked at."""

    def __init__(self, judge: _Judge, moves: np.ndarray) -> None:
        self._judge, self._moves, self._costs = judge, moves, judge.cost(moves)

    def take(self, moves: np.ndarray) -> None:
        """Look at further moves [M, latent_size]."""
        self._moves = np.concatenate([self._moves, moves.astype(np.float32)])
        self._costs = np.concatenate([self._costs, self._judge.cost(self._moves[len(self._costs) :])])

    def of_all(self, count: int) -> np.ndarray:
        """The best so many."""
        return self._moves[np.argsort(self._costs, kind="stable")[:count]]

    @property
    def move(self) -> np.ndarray:
        """The best."""
        return self.of_all(1)[0]

    @property
    def is_perfect(self) -> bool:
        """What is wanted is shown, and every held part keeps its verdict."""
        return bool(self._costs.min() < CHANGED)
