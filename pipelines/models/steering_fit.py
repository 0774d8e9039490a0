"""Learn the directions of ``steering.py`` through G and the classifier.

In two steps for each attribute: the least-squares slope of the attribute over z and over z where each state is seen
(which finds the way around other parts), then gradient descent through G and the classifier towards what is wanted at
``LENGTH``, with everything else held there and on the way (Jahanian et al., On the "steerability" of generative
adversarial networks, 2020; Zhuang et al., Enjoy your editing: controllable GANs for image editing via latent space
navigation, 2021).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import relu

from pipelines import optimisers
from pipelines.errors import ModelError
from pipelines.metrics.parts import memberships, part_of, parts_of
from pipelines.metrics.reader import Reader
from pipelines.models.batches import MANY
from pipelines.models.steering import LENGTH, Steering, summed, terms_of
from pipelines.models.trained import Trained
from pipelines.training.machine import computes_bf16

FIRST = 3.0  # of a move before the descent
SEED, COUNT = 2, 20_000  # samples that are learnt from; not those of any measure
ATTEMPTS, ENOUGH = 3, 0.07  # with the samples in another order, while more moves than that share miss
JUDGED = 1000  # samples that an attempt is judged on
STEPS, BATCH, RATE = 1500, 64, 0.02  # of the descent, for each attribute
AIM, KEEP = 2.0, 2.0  # logits that are aimed at: of what is wanted, and at most of what is held
WANT, HOLD = 2.0, 2.0  # what one logit that is missing counts
ON_THE_WAY = 0.3  # share of a batch that is looked at before the end of the move, for what is held
RIDGE, MOST_TERMS = 0.15, 6000  # of the slopes; the first for each sample
FEWEST = 50  # samples that a direction from one state is learnt from


def fit(
    gan: Trained,
    *,
    names: Sequence[str] | None = None,
    count: int = COUNT,
    steps: int = STEPS,
    progress: Callable[[float, str], None] = lambda share, message: None,
) -> Steering:
    """Learn the directions to a model's attributes: about a minute each on a processor.

    Args:
        names: of the reader, which to learn; None for all. The others' directions are 0.
        count: samples to learn from.
        steps: of the descent, for each attribute; 0 leaves the slopes as they are.
        progress: told the share done and what is being done.

    Raises:
        ModelError: there is no classifier of attributes for the model's data.
    """
    reader = gan.reader
    if reader is None or reader.exclusive:
        raise ModelError(
            f"There is no classifier of attributes for the pictures of {gan.name}, so none can be steered; train a "
            "reader of your labelled pictures: python -m pipelines reader."
        )
    wanted = reader.names if names is None else tuple(names)
    sampled = _Sampled.of(gan, reader, count, lambda share: progress(0.1 * share, "Reading samples"))
    widest = max(1 + len(part.columns) for part in parts_of(reader))
    own = np.zeros((len(reader.names), widest, gan.config.latent_size), np.float32)
    beside = np.zeros((*own.shape[:2], sampled.terms.shape[1], own.shape[2]), np.float32)
    for number, name in enumerate(wanted):
        progress(0.1 + 0.9 * number / len(wanted), f"Learning {name}")
        at = reader.names.index(name)
        found = _Task(gan, sampled, name).learnt(steps)
        own[at, : len(found[0])], beside[at, : len(found[1])] = found
    progress(1.0, "Learnt")
    return Steering(reader.names, sampled.labels, sampled.terms.mean(0), own, beside)


@dataclass(frozen=True)
class _Sampled:
    """Samples of a model, and what is to be seen on them."""

    reader: Reader
    z: Tensor  # float32 [N, latent_size]
    y: Tensor | None
    logits: Tensor  # float32 [N, names]
    labels: np.ndarray  # float32 [names, latent_size]
    terms: np.ndarray  # float32 [N, terms]
    said: np.ndarray  # uint8 [N, names]

    @classmethod
    def of(cls, gan: Trained, reader: Reader, count: int, progress: Callable[[float], None]) -> _Sampled:
        z, y = gan.draw((SEED, index) for index in range(count))
        parts = []
        for start in range(0, count, MANY):
            rows = slice(start, start + MANY)
            pictures = gan.decode(z[rows], None if y is None else y[rows], MANY)
            parts.append(torch.from_numpy(reader.read(pictures.permute(0, 2, 3, 1))))
            progress(start / count)
        seen = torch.cat(parts)
        found, columns = seen.numpy(), np.concatenate([np.ones((count, 1), np.float32), z.numpy()], 1)
        labels = _unit(np.linalg.lstsq(columns, found, rcond=None)[0][1:].T)
        terms = np.concatenate([memberships(reader, found), z.numpy() @ labels.T], 1)
        return cls(reader, z, y, seen.logit(1e-4), labels, terms, reader.says(found))


class _Task:
    """One attribute: its directions from each state of its own part, by what else is seen."""

    def __init__(self, gan: Trained, sampled: _Sampled, name: str) -> None:
        self.gan, self.sampled, reader = gan, sampled, sampled.reader
        self.column, part = reader.names.index(name), part_of(reader, name)
        self.others = [column for column in range(len(reader.names)) if column not in part.columns]
        own = terms_of(reader, part)
        self.mine = sampled.terms[:, own[: 1 + len(part.columns)]]  # [N, own states]
        self.beside = sampled.terms.copy()
        self.beside[:, own[: 1 + len(part.columns)]] = 0  # [N, terms]
        self.states = self.beside.shape[1] - len(reader.names)
        self.has = sampled.said[:, self.column] == 1

    def learnt(self, steps: int) -> tuple[np.ndarray, np.ndarray]:
        """The best of a few attempts: descent may end where one thing is held at the cost of another."""
        slopes = best = self.slopes()
        least = np.inf
        for attempt in range(ATTEMPTS):
            found = self.descended(*slopes, steps, attempt)
            misses = self.misses(*found)
            if misses < least:
                best, least = found, misses
            if least < ENOUGH or not steps:
                break
        return best

    def slopes(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the attribute grows, from each own state: [own states, latent_size], [own states, terms, latent_size].

        From another state: towards the samples that have the attribute, told from those in that state. From the state
        of having it: away from all others. How far z lies along labels adds nothing yet.
        """
        z, states = self.sampled.z.numpy(), self.states
        interacts = states * z.shape[1] <= MOST_TERMS
        plain = np.zeros((self.mine.shape[1], z.shape[1]), np.float32)
        added = np.zeros((self.mine.shape[1], self.beside.shape[1], z.shape[1]), np.float32)
        in_state = self.mine.argmax(1)
        for state in range(self.mine.shape[1]):
            rows = self.has | (in_state == state)
            if (in_state[rows] == state).all() or (in_state == state).sum() < FEWEST:
                rows = np.ones_like(self.has)
            seen = self.beside[rows, :states]
            terms = np.concatenate([np.ones((len(seen), 1), np.float32), seen, z[rows]], 1)
            few = terms.shape[1]
            if interacts:
                crossed = (seen[:, :, None] * z[rows][:, None, :]).reshape(len(terms), -1)
                terms = np.concatenate([terms, crossed], 1)
            penalty = np.full(terms.shape[1], RIDGE * len(z))
            penalty[:few] = 1e-2
            wanted = 2 * self.has[rows].astype(np.float32) - 1
            normal = (terms.T @ terms).astype(np.float64) + np.diag(penalty)
            found = np.linalg.solve(normal, terms.T @ wanted)
            plain[state] = found[few - z.shape[1] : few]
            if interacts:
                added[state, :states] = found[few:].reshape(states, -1)
        for state in range(len(plain)):  # about as long as a move, so that one rate of learning fits all
            usual = np.linalg.norm(plain[state] + self.beside[:500] @ added[state], axis=1).mean()
            plain[state] *= FIRST / max(float(usual), 1e-9)
            added[state] *= FIRST / max(float(usual), 1e-9)
        return plain, added

    def descended(self, plain: np.ndarray, added: np.ndarray, steps: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Both as good as gradient descent through G and the classifier makes them."""
        own, beside = (torch.from_numpy(part.copy()).requires_grad_() for part in (plain, added))
        mine, others = torch.from_numpy(self.mine), torch.from_numpy(self.beside)
        sign = torch.from_numpy(np.where(self.has, -1, 1).astype(np.float32))  # give it, or where it is there, take it
        keep = self.sampled.logits[:, self.others]
        side, keep = keep.sign(), keep.abs().clamp(max=KEEP)
        optimizer = optimisers.Adam([own, beside], lr=RATE, betas=(0.9, 0.99))
        chance = torch.Generator().manual_seed(seed)
        in_state = self.mine.argmax(1)
        often = np.bincount(in_state, minlength=len(plain))
        rarity = np.where(often < FEWEST, 0, 1 / np.maximum(often, 1))  # so that each state is drawn as often
        weights = torch.from_numpy(rarity[in_state])
        if not weights.any():
            weights = torch.ones(len(in_state))
        for step in range(steps):
            for group in optimizer.param_groups:
                group["lr"] = RATE * min(1.0, 1.5 * (1 - step / steps))
            rows = torch.multinomial(weights, BATCH, replacement=True, generator=chance)
            along = torch.einsum("bs,fsd->bfd", others[rows], beside) + own
            along = torch.einsum("bf,bfd->bd", mine[rows], along)  # as in summed
            move = LENGTH * sign[rows, None] * along / along.norm(dim=1, keepdim=True).clamp(min=LENGTH)
            partly = torch.rand(BATCH, generator=chance) < ON_THE_WAY
            far = torch.where(partly, torch.rand(BATCH, generator=chance), 1.0)
            logits = self._logits(rows, far[:, None] * move)
            lacking = relu(AIM - sign[rows] * logits[:, self.column]) * ~partly
            loose = relu(keep[rows] - side[rows] * logits[:, self.others]).sum(1)
            optimizer.zero_grad()
            (WANT * lacking + HOLD * loose).mean().backward()
            optimizer.step()
        return own.detach().numpy(), beside.detach().numpy()

    @torch.no_grad()
    def misses(self, own: np.ndarray, beside: np.ndarray) -> float:
        """The share of moves that do not give, or take, the attribute, and of those that change the worst other."""
        rows = torch.arange(min(JUDGED, len(self.mine)))
        sign = np.where(self.has, -1, 1)[: len(rows), None]
        move = sign * summed(self.mine[: len(rows)], self.beside[: len(rows)], own, beside)
        move *= LENGTH / np.maximum(np.linalg.norm(move, axis=1, keepdims=True), LENGTH)
        logits = [self._logits(part, torch.from_numpy(move)[part].float()) for part in rows.split(BATCH)]
        said = self.sampled.reader.says(torch.cat(logits).sigmoid().numpy())
        turned = (said != self.sampled.said[: len(rows)]).mean(0)
        return float(1 - turned[self.column] + turned[self.others].max())

    def _logits(self, rows: Tensor, moves: Tensor) -> Tensor:
        """What the classifier says of moved samples, float32 [B, names]."""
        network, y = self.sampled.reader.network, self.sampled.y
        native = computes_bf16("cpu")
        with torch.autocast("cpu", torch.bfloat16) if native else contextlib.nullcontext():
            pictures = self.gan.raw(self.sampled.z[rows] + moves, None if y is None else y[rows])
            return network(network.prepared(pictures)).float()


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Each of length 1; of length 0 stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
