"""From points, as pages name them, to z: a weighted sum of samples, moved along directions in turn.

Most directions are the same for all pictures. Those that were learnt to hold other attributes (pipelines/models/
steering.py) depend on what is to be seen: each picture is read as the moves before have left it. What was read is kept,
since a person who drags one slider asks for the same picture before the move sixty times a second.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from pipelines.errors import ModelError
from pipelines.latent import conditions, directions, geometry, point
from pipelines.latent.point import Point
from pipelines.models.batches import in_batches
from pipelines.networks._conditioning import centres, nearest_centre

if TYPE_CHECKING:
    from pipelines.latent.model import Model

MOST_KEPT = 4096  # pictures read, and directions found for pictures


class Placing:
    """Places the points of one model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._kept = _Kept()

    def of(self, points: Sequence[Point]) -> tuple[np.ndarray, Tensor | None]:
        """Latent vectors, float32 [B, latent_size], and weights of classes [B, classes] or None.

        Raises:
            ModelError: a point names a direction or a class that the model does not have, or a vector that
                does not fit.
        """
        y = torch.stack([self._own_class(at) for at in points]) if self._model.class_names else None
        z = np.stack([self._start(at) for at in points])
        turns = [[(name, amount) for name, amount in at.moves.items() if amount and not self._in_w(name)]
                 for at in points]  # fmt: skip
        for turn in range(max(map(len, turns))):
            movers: dict[str, list[int]] = {}
            for row, moves in enumerate(turns):
                if turn < len(moves):
                    movers.setdefault(moves[turn][0], []).append(row)
            for name, rows in movers.items():
                self._move(z, y, name, rows, np.array([turns[row][turn][1] for row in rows], np.float32))
        config = self._model.trained.config
        for row, at in enumerate(points):
            if at.shell:
                z[row] = geometry.on_shell(z[row], config.prior, self._model.trained.entry.truncation)
        leading = [row for row, at in enumerate(points) if at.to is not None]
        if leading:
            ends, end_classes = self.of([points[row].to for row in leading])
            for number, row in enumerate(leading):
                path, t = geometry.slerp if points[row].path == "slerp" else geometry.lerp, points[row].t
                z[row] = path(z[row], ends[number], t)
                if y is not None:
                    y[row] = (1 - t) * y[row] + t * end_classes[number]
        return z, y

    def styled(self, points: Sequence[Point]) -> Tensor | None:
        """What points do to styles, float32 [B, 1 + W], as ``Trained.raw`` takes it; None where none does anything.

        Raises:
            ModelError: a point names a direction that the model does not have.
        """
        ends = [at.to or at for at in points]
        if not self._model.layers or all(at.psi == 1 and not any(map(self._in_w, at.moves)) for at in (*points, *ends)):
            return None
        t = torch.tensor([[at.t if at.to else 0.0] for at in points])
        return torch.lerp(*(torch.stack([self._style(at) for at in some]) for some in (points, ends)), t)

    def _style(self, at: Point) -> Tensor:
        """What a point without the path that leads on from it does to its styles, float32 [1 + W]."""
        found = self.narrower(1, at.psi, always=True)[0]
        for name, amount in at.moves.items():
            if amount and self._in_w(name):
                found[1:] += amount * torch.from_numpy(self._model.direction(name).vector)
        return found

    def narrower(self, count: int, psi: float, always: bool = False) -> Tensor | None:
        """Truncation of styles alone, as ``styled`` gives it, for so many pictures."""
        if not self._model.layers or (psi == 1 and not always):
            return None
        size = len(self._model.trained.generator.w_mean)
        return torch.cat([torch.full((count, 1), psi), torch.zeros(count, size)], 1)

    def _in_w(self, name: str) -> bool:
        return directions.is_in_w(self._model, name)

    def _move(self, z: np.ndarray, y: Tensor | None, name: str, rows: list[int], amounts: np.ndarray) -> None:
        """Move some of z [B, latent_size] along a direction, in place."""
        for up in (True, False):
            some = np.array(rows)[(amounts > 0) == up]
            if len(some):
                ways = self.ways(name, z[some], None if y is None else y[some], up)
                z[some] += amounts[(amounts > 0) == up, None] * ways

    def ways(self, name: str, z: np.ndarray, y: Tensor | None, up: bool) -> np.ndarray:
        """A direction by its name, at each of the pictures of z [B, latent_size]: float32 [B or 1, latent_size].

        Args:
            up: whether the move is to the positive side; matters to a direction that was learnt.

        Raises:
            ModelError: there is none of that name.
        """
        steered = self._model.steered(name)
        if steered is None:
            found = self._model.direction(name)
            if found.space != "z":
                raise ModelError(f"The direction {name[:60]!r} lies in W: it moves styles, and no z.")
            return found.vector[None]
        attribute, held = steered
        reader, steering = self._model.reader, self._model.steering

        def compute(rows: list[int]) -> list[np.ndarray]:
            seen = self.seen(z[rows], None if y is None else y[rows])
            each = zip(rows, seen, strict=True)  # one by one: company changes no rounding
            return [steering.directions(reader, attribute, z[[row]], one[None], held, up)[0] for row, one in each]

        return self._kept.get([(name, up, key) for key in _keys(z, y)], compute)

    def seen(self, z: np.ndarray, y: Tensor | None, styled: Tensor | None = None) -> np.ndarray:
        """What the reader tells of the pictures of z [B, latent_size]: probabilities, float32 [B, names]."""
        model = self._model

        def compute(rows: list[int]) -> Iterator[np.ndarray]:
            told = [None if each is None else each[rows] for each in (y, styled)]
            images = model.trained.decode(torch.from_numpy(z[rows]), told[0], styled=told[1])
            for read in in_batches(lambda some: model.reader.read(some.permute(0, 2, 3, 1)), images):
                yield from read

        return self._kept.get(_keys(z, y, styled), compute)

    def truncated(self, z: np.ndarray, psi: float) -> np.ndarray:
        """z [B, d] drawn to the middle of the prior or, in a mixture, to the centre it lies nearest to.

        Of a model with a mapping network z stays as it is: its styles are truncated.
        """
        config, middle = self._model.trained.config, 0.0
        if psi == 1 or self._model.layers:
            return z
        if config.prior == "mixture":
            nearest = nearest_centre(torch.from_numpy(z), config.centres)
            middle = centres(config.centres, config.latent_size)[nearest].numpy()
        return geometry.truncated(z, psi, middle)

    def _start(self, at: Point) -> np.ndarray:
        """Where a point lies before it is moved [latent_size]."""
        z = np.zeros(self._model.latent_size, np.float32)
        for source, weight in at.z:
            z += np.float32(weight) * self._source(source)
        return self.truncated(z[None], at.psi)[0]

    def _own_class(self, at: Point) -> Tensor:
        """Weights of all classes, float32 [classes], of a point without the path that leads on from it."""
        y = at.y
        if y is None:
            sample = at.first_sample
            y = int(self._model.trained.draw([sample])[1][0]) if sample else 0
        return conditions.weights(self._model.classes(y, 1), len(self._model.class_names))[0]

    def _source(self, source: str) -> np.ndarray:
        size = self._model.latent_size
        if (sample := point.sample_of(source)) is not None:
            return self._model.trained.draw([sample])[0][0].numpy()
        if (noise := point.noise_of(source)) is not None:
            chance = np.random.Generator(np.random.Philox(key=list(noise)))
            return chance.uniform(-1, 1, size).astype(np.float32)
        return point.unpack(source, size)


class _Kept:
    """Rows that were computed, each under a key of its own; the least recently used are dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: OrderedDict[Hashable, np.ndarray] = OrderedDict()

    def get(self, keys: Sequence[Hashable], compute: Callable[[list[int]], Iterable[np.ndarray]]) -> np.ndarray:
        """The rows of some keys, [B, ...]; ``compute`` is asked for those, by their places, that are not there."""
        with self._lock:
            found = {key: self._rows[key] for key in keys if key in self._rows}
        new = [at for at, key in enumerate(keys) if key not in found]
        if new:
            found.update((keys[at], row) for at, row in zip(new, compute(new), strict=True))
        with self._lock:
            for key in keys:
                self._rows[key] = found[key]
                self._rows.move_to_end(key)
            while len(self._rows) > MOST_KEPT:
                self._rows.popitem(last=False)
        return np.stack([found[key] for key in keys])


def _keys(z: np.ndarray, *more: Tensor | None) -> list[bytes]:
    """One for each picture."""
    parts = [z, *(each.numpy() for each in more if each is not None)]
    return [b"".join(part[row].tobytes() for part in parts) for row in range(len(z))]
