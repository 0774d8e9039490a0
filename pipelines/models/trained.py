"""A trained GAN ready to draw: loaded from a published folder or a run, on the CPU, frozen.

Samples have an address: sample ``index`` of ``seed`` is the same z (addresses.py), and the same pixels on the same
machine (batches.py), however many others are drawn with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.errors import ModelError
from pipelines.metrics.reader import Reader
from pipelines.modalities._conditions import encode, mixed
from pipelines.models import steepness
from pipelines.models.addresses import draw
from pipelines.models.batches import BATCH, MANY, in_batches
from pipelines.models.kept import prefixes, published
from pipelines.models.registry import Entry, check_hash, find
from pipelines.models.weights import fill, further_networks, networks, under
from pipelines.networks import _standing
from pipelines.registries import MODALITIES
from pipelines.runs import conditions
from pipelines.runs.names import CONDITIONS
from pipelines.training import checkpoint


@dataclass(frozen=True)
class Trained:
    """Both networks of a trained GAN, with what is known of it."""

    entry: Entry
    generator: nn.Module  # in eval mode, without gradients, on the CPU
    discriminator: nn.Module | None  # None where its weights are not there
    step: int | None = None  # of a run's checkpoint: how far it was trained
    conditions: Tensor | None = None  # what it can be told where that is no class, as it is stored, [K, ...]
    truth: Tensor | None = None  # the pictures that belong to these, uint8 [K, C, S, S], where they are known
    redrawn: dict[tuple[int, int], int] = field(default_factory=dict, compare=False, repr=False)  # by (seed, index)
    further: Mapping[str, nn.Module] = field(default_factory=dict)  # by name: ``building.further``

    @property
    def name(self) -> str:
        return self.entry.id

    @property
    def config(self) -> TrainConfig:
        return self.entry.config

    @property
    def reader(self) -> Reader | None:
        """What tells the attributes or classes of its pictures, or None; raises ``ModelError`` as ``Reader.of``."""
        return Reader.of(self.config.data, self.entry.fingerprint)

    @property
    def class_names(self) -> tuple[str, ...]:
        """What it can be told: classes, or the names of its example conditions; () of an unconditional model."""
        if self.conditions is None or len(self.conditions) == len(self.entry.class_names):
            return self.entry.class_names if self.config.conditional else ()
        return conditions.names(self.conditions)

    @property
    def attributes(self) -> Tensor | None:
        """Of a model that is told of attributes those of its examples, float32 [K, A], 0 or 1; None of every other."""
        return self.conditions if self.entry.spec.names else None

    @property
    def draws_pictures(self) -> bool:
        """Whether what G draws is a picture, and not something of which people see a tile."""
        return self.entry.spec.modality == "image"

    def told(self, y: Tensor | None) -> Tensor | None:
        """What networks are given for y: numbers of classes or examples [B], or weights of them [B, classes]; None.

        Of a model that is told of attributes, numbers of examples [B], or attributes [B, A].
        """
        if self.conditions is None or y is None or (y.ndim == 2 and self.attributes is not None):
            return y
        if y.ndim == 1:
            return encode(self.conditions[y])
        return mixed(self.conditions, y)

    def raw(self, z: Tensor, y: Tensor | None = None, styled: Tensor | None = None) -> Tensor:
        """What G gives for z [B, latent_size] and y as in ``decode``, float32 [B, ...], with gradients for z.

        Args:
            styled: of a G with a mapping network what is done to its styles, [B, 1 + W]: their truncation, and what is
                then added to the style of each layer; None: nothing.
        """
        if styled is None:
            return self.generator(z, self.told(y))
        return self.generator.synthesis(self.styles(z, y, styled))

    def styles(self, z: Tensor, y: Tensor | None = None, styled: Tensor | None = None) -> Tensor:
        """The styles of a G with a mapping network, [B, layers, W]; arguments as of ``raw``."""
        w = self.generator.mapping(z, self.told(y))
        return w if styled is None else self.generator.truncated(w, styled[:, :1, None]) + styled[:, None, 1:]

    def logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """D's logits [B] for encoded examples x [B, ...], told y as in ``decode``; the mean where it gives several."""
        found = self.discriminator(x, self.told(y) if self.entry.spec.paired else None)
        return found if found.ndim == 1 else found.flatten(1).mean(1)

    def labels(self, wanted: str | None, count: int) -> Tensor | None:
        """Class numbers [count] for a wish: a number, ``cycle`` for 0, 1, 2, ..., or None (then drawn at random).

        A model that is told of attributes can be asked by their names, with commas between: then these, [count, A].

        Raises:
            ModelError: the model has no classes, or not that one.
        """
        if not self.config.conditional:
            if wanted is not None:
                raise ModelError(f"{self.name} is not conditional, so it has no labels to choose; leave out --labels.")
            return None
        classes = len(self.class_names)
        if wanted is None:
            return None
        if wanted == "cycle":
            return torch.arange(count) % classes
        if wanted.isascii() and wanted.isdigit() and int(wanted) < classes:
            return torch.full((count,), int(wanted))
        names, asked = self.entry.spec.names, {name.strip() for name in wanted.split(",")}
        if names and asked <= set(names):
            return torch.tensor([float(name in asked) for name in names]).expand(count, -1)
        more = f", or attributes with commas between, of: {', '.join(names)}" if names else ""
        raise ModelError(f"--labels is {wanted!r}; {self.name} has the classes 0 to {classes - 1}, or 'cycle'{more}.")

    def draw(self, addresses: Iterable[tuple[int, int]]) -> tuple[Tensor, Tensor | None]:
        """The latent vectors, float32 [B, latent_size], and random classes, int64 [B], of samples by (seed, index).

        The classes are None for an unconditional model.

        Raises:
            ModelError: a seed or an index is negative or beyond 64 bits.
        """
        z, y = draw(addresses, self.entry, len(self.class_names), self.redrawn, self.steepness)
        return z, y if self.config.conditional else None

    def steepness(self, z: Tensor) -> np.ndarray:
        """How steep G is around each z [B, latent_size] of a model without classes, float32 [B]: see steepness.py."""
        return steepness.steepness(lambda part: torch.cat(list(self._pictures(part))), z)

    @torch.inference_mode()
    def decode(self, z: Tensor, y: Tensor | None = None, batch: int = BATCH, styled: Tensor | None = None) -> Tensor:
        """Pictures uint8 [B, C, H, W] for z [B, latent_size] and y: classes [B] or weights of them [B, classes].

        Args:
            styled: as in ``raw``.

        Raises:
            ModelError: a picture holds a number that is not finite.
        """
        config, modality = self.config, MODALITIES.get(self.entry.spec.modality)
        tiles = [torch.empty(0, config.channels, config.size, config.size, dtype=torch.uint8)]
        tiles += [modality.tile(part, config.size, config.channels) for part in self._stored(z, y, batch, styled)]
        return torch.cat(tiles)

    def _stored(self, z: Tensor, y: Tensor | None, batch: int, styled: Tensor | None = None) -> Iterator[Tensor]:
        """Examples as the data set's modality stores them, at most ``batch`` at once; raises as ``decode``."""
        modality = MODALITIES.get(self.entry.spec.modality)
        for pictures in self._pictures(z, y, batch, styled):
            if not torch.isfinite(pictures).all():  # as bytes nobody could tell
                raise ModelError(
                    f"{self.name} draws a picture with numbers that are not finite here: its weights are too large, or "
                    "z is. Choose another point, or an earlier checkpoint of the run."
                )
            yield modality.decode(pictures)

    def _pictures(
        self, z: Tensor, y: Tensor | None = None, batch: int = BATCH, styled: Tensor | None = None
    ) -> Iterator[Tensor]:
        """Pictures float32 [at most batch, C, H, W] in [-1, 1], always as many decoded at once."""
        return in_batches(self.raw, z, y, styled, batch=batch)

    def sample(
        self, count: int, labels: Tensor | None = None, seed: int = 0, batch: int = BATCH
    ) -> tuple[np.ndarray, np.ndarray]:
        """Pictures uint8 [count, H, W, C] and their labels int64 [count]: -1 where what they are told is no number."""
        z, y = self.draw((seed, index) for index in range(count))
        if self.config.conditional and labels is not None:
            y = labels
        images = self.decode(z, y, batch).permute(0, 2, 3, 1).contiguous().numpy()
        return images, (y if y is not None and y.ndim == 1 else torch.full((count,), -1)).numpy()

    def sample_many(self, count: int, labels: Tensor | None = None, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """As ``sample``, for measuring: quicker, and a pixel may be rounded otherwise than at its address.

        A model that is told of another condition than classes can be given any in ``labels``, as they are stored,
        [count, ...], and not only its own examples by their numbers. What is no picture is given as its modality stores
        it, [count, ...].
        """
        if labels is not None and labels.ndim > 1:
            return replace(self, conditions=labels).sample_many(count, torch.arange(count), seed)
        if self.draws_pictures:
            return self.sample(count, labels, seed, MANY)
        z, y = self.draw((seed, index) for index in range(count))
        y = y if labels is None or y is None else labels
        with torch.inference_mode():
            stored = torch.cat(list(self._stored(z, y, MANY))).numpy()
        return stored, (y if y is not None else torch.full((count,), -1)).numpy()


def load(reference: str | Path) -> Trained:
    """A model by its name, its run's id (with ``@checkpoint``), or the folder of either.

    Raises:
        ModelError: there is none, or its files are damaged, changed since they were published, or do not fit together.
        RunError: the run's configuration cannot be read.
    """
    return load_entry(find(reference))


def load_entry(entry: Entry) -> Trained:
    """The networks of a model that was found; raises as ``load``."""
    if entry.run is not None:
        source = entry.generator_path
        tensors, plain = checkpoint.read(source, tuple(prefixes(entry.config).values()))
        return replace(of_checkpoint(entry, tensors, source), step=plain.get("step"))
    generator, discriminator = networks(entry)
    found = {"generator": generator, "discriminator": discriminator, **further_networks(entry)}
    for name, network in found.items():
        path = entry.folder / f"{name}.safetensors"
        if network is None or network is not generator and not path.is_file():
            found[name] = None
            continue
        check_hash(path, entry)
        fill(network, checkpoint.read(path)[0], path)
    redrawn = {}
    if entry.steepest is not None and (path := entry.folder / steepness.FILE).is_file():
        check_hash(path, entry)
        redrawn = steepness.load(path)
    told, true = _conditions(entry)
    more = {name: found[name] for name in published(entry.config) if found[name] is not None}
    known = {"redrawn": redrawn, "conditions": told, "truth": true, "further": more}
    return Trained(entry, generator, found["discriminator"], **known)


def of_checkpoint(entry: Entry, tensors: dict[str, Tensor], source: Path) -> Trained:
    """The networks from what a model keeps of a run's checkpoint, read from the file ``source``; raises as ``load``."""
    kept, (generator, discriminator), more = prefixes(entry.config), networks(entry), further_networks(entry)
    fill(generator, under(tensors, kept["generator"]), source)
    if "discriminator" in kept:
        fill(discriminator, under(tensors, kept["discriminator"]), source)
    else:
        discriminator = None
    for name, network in more.items():
        fill(network, under(tensors, kept[name]), source)
    told, true = _conditions(entry)
    if _standing.wanted(entry.config):  # published models have them in their weights
        classes = torch.arange(entry.spec.classes) if entry.spec.classes else None
        _standing.standing_statistics(generator, entry.config, classes if told is None else encode(told))
    return Trained(entry, generator, discriminator, conditions=told, truth=true, further=more)


def _conditions(entry: Entry) -> tuple[Tensor | None, Tensor | None]:
    if not entry.spec.condition:
        return None, None
    if entry.run is None:
        check_hash(entry.folder / CONDITIONS, entry)
    return conditions.load(entry.folder, entry.spec)
