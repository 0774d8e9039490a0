"""A trained GAN as one object: what every page uses, and what works in a notebook as well.

Example:
    >>> import numpy as np
    >>> from explorer.model import load, slerp
    >>> gan = load("digits-by-class")
    >>> gan.sample(10, seed=1, y=7).shape            # ten images of a 7
    (10, 28, 28, 1)
    >>> start, end = gan.z(2, seed=1)
    >>> walk = gan.decode(slerp(start, end, np.linspace(0, 1, 9)), y=7)
    >>> walk.shape
    (9, 28, 28, 1)

It is frozen and safe to share between threads; whatever is computed once (directions, readings) is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pipelines.errors import ModelError
from pipelines.latent import conditions, directions, in_w, judging
from pipelines.latent.bank import Bank
from pipelines.latent.conditions import Classes
from pipelines.latent.directions import Direction
from pipelines.latent.named import Named
from pipelines.latent.once import once
from pipelines.latent.placing import Placing
from pipelines.latent.point import Point
from pipelines.latent.tradeoff import Tradeoff
from pipelines.metrics.reader import Reader
from pipelines.models import readings, registry, steering
from pipelines.models.batches import BATCH
from pipelines.models.readings import Readings
from pipelines.models.trained import Trained, load_entry
from pipelines.registries import loss_traits, network_traits


class Model:
    """One trained GAN. See the module for an example; ``load`` makes one."""

    def __init__(self, trained: Trained) -> None:
        """Raises ModelError where a file beside the weights is damaged, or was made for another model."""
        self.trained = trained
        self._named = Named(self)
        self._placing = Placing(self)
        self.steering = steering.of(trained)  # directions that were learnt to hold other attributes, or None

    # What it is

    @property
    def id(self) -> str:
        return self.trained.name

    @property
    def latent_size(self) -> int:
        return self.trained.config.latent_size

    @property
    def layers(self) -> int:
        """How many styles its generator takes, one a layer; 0 of one without a mapping network."""
        return self.trained.generator.layers if network_traits(self.trained.config.network).mapping else 0

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes it can be asked for; () for an unconditional model."""
        return self.trained.class_names

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of its pictures."""
        config = self.trained.config
        return config.size, config.size, config.channels

    @once
    def reader(self) -> Reader | None:
        """What tells the attributes or classes of its pictures, or None where there is no classifier for its data."""
        return self.trained.reader

    # Drawing

    def z(self, count: int, seed: int = 0, start: int = 0) -> np.ndarray:
        """Latent vectors, float32 [count, latent_size]: those of the samples ``start`` and on of a seed."""
        return self.trained.draw((seed, index) for index in range(start, start + count))[0].numpy()

    def sample(self, count: int, seed: int = 0, y: Classes = None, psi: float = 1.0) -> np.ndarray:
        """Pictures uint8 [count, H, W, C]; the same seed gives the same pixels, however many are asked for.

        Args:
            y: as in ``decode``; None draws a class for each, from the same seed.
            psi: truncation, in [0, 1] usually: z is drawn by it to the middle of the prior, so that 0 is the mean
                picture (in a mixture, to its nearest centre, so that 0 is a centre's picture). Of a model with a
                mapping network, the styles are drawn to their mean.

        Raises:
            ModelError: the model has no such class.
        """
        z, drawn = self.trained.draw((seed, index) for index in range(count))
        labels = self.classes(y, count) if y is not None else drawn
        return _pictures(self.drawn(z, labels, psi))

    def drawn(self, z: Tensor, y: Tensor | None, psi: float, batch: int = BATCH) -> Tensor:
        """Pictures uint8 [B, C, H, W] of z [B, latent_size] and y, as ``Trained.draw`` gives them, truncated by psi."""
        styled = self._placing.narrower(len(z), psi)
        return self.trained.decode(torch.from_numpy(self._placing.truncated(z.numpy(), psi)), y, batch, styled)

    def decode(self, z: np.ndarray | Tensor, y: Classes = None, styled: Tensor | None = None) -> np.ndarray:
        """Pictures uint8 [B, H, W, C] of latent vectors [B, latent_size], or one [latent_size].

        Args:
            y: one class for all, classes [B], weights of all classes [classes] or [B, classes] (a mixture), or, of a
                model that is told of attributes, these as 0 and 1, [A] or [B, A]; None for an unconditional model.
            styled: what is done to the styles of a model with a mapping network, as ``styled`` gives it.

        Raises:
            ModelError: z or y does not fit the model.
        """
        try:
            z = torch.atleast_2d(torch.as_tensor(z, dtype=torch.float32))
        except (TypeError, ValueError, RuntimeError):
            raise ModelError(f"z is no array of numbers; this model wants [B, {self.latent_size}].") from None
        if z.ndim != 2 or z.shape[1] != self.latent_size:
            raise ModelError(f"z has the shape {list(z.shape)}; this model wants [B, {self.latent_size}].")
        if not torch.isfinite(z).all():
            raise ModelError("z holds numbers that are not finite.")
        return _pictures(self.trained.decode(z, self.classes(y, len(z)), styled=styled))

    def score(self, images: np.ndarray, y: Classes = None) -> np.ndarray:
        """D's output [B] for pictures uint8 [B, H, W, C] and y as in ``decode``; see ``judging.score``."""
        return judging.score(self, images, y)

    @property
    def judges_pictures(self) -> bool:
        """Whether ``score`` can tell D's opinion."""
        return self.trained.discriminator is not None and self.trained.draws_pictures

    # Points, as pages name them

    def resolve(self, points: Sequence[Point]) -> tuple[np.ndarray, Tensor | None]:
        """The latent vectors, float32 [B, latent_size], and the classes (weights [B, classes] or None) of points.

        Raises:
            ModelError: a point names a direction or a class that the model does not have.
        """
        return self._placing.of(points)

    def styled(self, points: Sequence[Point]) -> Tensor | None:
        """What points do to styles, as ``Trained.raw`` takes it; None where nothing. Raises as ``resolve``."""
        return self._placing.styled(points)

    def pictures(self, points: Sequence[Point]) -> np.ndarray:
        """Pictures uint8 [B, H, W, C] of points; raises as ``resolve``."""
        z, y = self.resolve(points)
        return _pictures(self.trained.decode(torch.from_numpy(z), y, styled=self.styled(points)))

    def seen(self, z: np.ndarray, y: Tensor | None = None, styled: Tensor | None = None) -> np.ndarray:
        """What the reader tells of pictures of z [B, latent_size], y and styles, as points have them: [B, names].

        Kept for the last few thousand pictures; only where there is a reader for the model's data.
        """
        return self._placing.seen(z, y, styled)

    # What it has learnt

    @once
    def tradeoff(self) -> Tradeoff:
        """Precision and recall at several truncations, to be measured part by part."""
        return Tradeoff(self)

    @once
    def readings(self) -> Readings | None:
        """What the classifier sees on the samples of seed 0, or None where there is none for the data."""
        return readings.of(self.trained)

    @once
    def bank(self) -> Bank:
        """Samples with what is to be seen on them, for directions that nobody has labelled."""
        return Bank(self.trained)

    @once
    def labelled(self) -> Mapping[str, Direction]:
        """The directions to something that the classifier tells; at once where the readings were published.

        There are none where pictures do not follow z little by little, and no others either.
        """
        if not self.follows_z:
            return {}
        return {direction.id: direction for direction in directions.labelled(self)}

    @once
    def directions(self) -> Mapping[str, Direction]:
        """Every direction that is found without a person: labelled ones first, then components, then closed form.

        Takes seconds: components are found on the samples of the bank.
        """
        if not self.follows_z:
            return {}
        found = [*self.labelled.values(), *directions.components(self), *directions.closed_form(self)]
        return {direction.id: direction for direction in (*found, *in_w.directions(self))}

    @once
    def styles(self) -> np.ndarray:
        """Styles of samples, float64 [N, W], of a model with a mapping network: see ``in_w.styles``."""
        return in_w.styles(self)

    @property
    def follows_z(self) -> bool:
        """Whether its pictures change little by little with z."""
        return network_traits(self.trained.config.network).smooth_z

    def require_z(self, why: str) -> None:
        """Raises ModelError where its pictures do not follow z, with what follows from that in words."""
        if not self.follows_z:
            raise ModelError(
                f"{self.id} draws its pictures of others, and z changes them in leaps or not at all, so that {why}; "
                "choose a model that draws from z."
            )

    def steered(self, name: str) -> tuple[str, list[str] | None] | None:
        """The attribute and the names held (None for all) of a direction that was learnt; None for any other name."""
        return self._named.steered(name)

    def ways(self, name: str, z: np.ndarray, y: Classes = None, up: bool = True) -> np.ndarray:
        """A direction by its name at each of z [B, latent_size], float32 [B, latent_size].

        Most are the same everywhere and of length 1. One that holds others, as ``smile~all``, may have been learnt:
        then it depends on what is to be seen, and is the shorter the surer the picture is so already.

        Args:
            y: as in ``decode``.
            up: whether one means to move to its positive side, and so to give the attribute, or to take it.

        Raises:
            ModelError: there is none of that name, or nothing is left of it when others are held; or y does not fit.
        """
        return np.broadcast_to(
            self._placing.ways(name, z, conditions.weights(self.classes(y, len(z)), len(self.class_names)), up), z.shape
        )

    def knows(self, name: str) -> bool:
        """Whether a direction is found already, so that it can be had at once."""
        return self._named.known(name) is not None or self.steered(name) is not None

    def direction(self, name: str) -> Direction:
        """A direction by its name, as directions.py lists them, that is the same for all pictures.

        Raises:
            ModelError: there is none of that name, or nothing is left of it when others are held; or it depends on the
                picture (``ways``).
        """
        return self._named.get(name)

    # Inside

    def classes(self, y: Classes, count: int) -> Tensor | None:
        """What G is told of ``count`` pictures, as ``conditions.classes`` says; raises as it does."""
        return conditions.classes(y, count, len(self.class_names), self.id, self.trained.attributes)


def load(reference: str | Path) -> Model:
    """A model that ships or was published, by its name; or any run, by its id, ``id@last`` or ``id@step``.

    Raises:
        ModelError: there is none, or its files are damaged; nothing in them is ever executed.
    """
    return Model(load_entry(registry.find(reference)))


def _pictures(images: Tensor) -> np.ndarray:
    return images.permute(0, 2, 3, 1).contiguous().numpy()


def describe(model: Model) -> dict[str, Any]:
    """What a page needs to know of a model, as plain values."""
    config = model.trained.config
    return {
        "id": model.id,
        "title": model.trained.entry.title,
        "size": config.size,
        "channels": config.channels,
        "latent": config.latent_size,
        "prior": config.prior,
        "layers": model.layers,
        "classes": list(model.class_names),
        "data": config.data,
        "attributes": list(model.reader.names) if model.reader else [],
        "exclusive": bool(model.reader and model.reader.exclusive),
        "opinion": model.judges_pictures,
        "probability": loss_traits(config.loss).says_probability,
    }
