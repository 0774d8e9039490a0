"""Which models there are: those that ship, those published here, and every run with a checkpoint. Loads no torch.

A published model is a folder ``checkpoints/<name>/``:

    config.json                the configuration, the class names and, where there is more to say, the data set's spec
    generator.safetensors      the weights that draw samples (the moving average, where the run kept one)
    discriminator.safetensors  where D was trained
    backward.safetensors       of a method that has it, the network from a picture to its condition
    card.json                  how it was made, from which data under which licence, its measured quality, and the
                               SHA-256 of each file of weights
    preview.png                its fixed grid of samples
    readings.safetensors       what a classifier sees on its first samples, where one ships for the data
    redraws.safetensors        which of them are drawn anew, where steep z are left out
    conditions.safetensors     what it can be told, where that is no class: examples of the data set's conditions
    steering.safetensors       directions that give one attribute and hold the others, where they were learnt

A model is named by ``name``, by a run's id, or by ``run@checkpoint``: ``best``, ``last`` or a step.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pipelines import paths
from pipelines.config import migrating
from pipelines.config.migrating import Schema
from pipelines.config.presets import title_of
from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.errors import GanError, ModelError
from pipelines.registries import method_traits, network_traits
from pipelines.runs import jobs
from pipelines.runs.folder import RunFolder
from pipelines.runs.names import RUN_ID
from pipelines.schema import Meta, Names, Scalar, Values, read

MODEL_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
REFERENCE = re.compile(rf"(?P<name>{RUN_ID.pattern})(@(?P<checkpoint>best|last|[0-9]{{1,12}}))?")
STEERING = "steering.safetensors"
MARKS = ("generator.safetensors", "config.json", "card.json")  # of a folder that is, or was meant to be, a model
LETTERS = 200  # of a title at most


@dataclass(frozen=True)
class StoredModel:
    """A published model's ``config.json`` as it is read: its settings by the types and ranges of ``TrainConfig``."""

    config: Annotated[dict[str, Scalar], Meta(max_length=1_000)]
    class_names: Names
    spec: Values = field(default_factory=dict)  # of the data set, where it is more than classes
    schema: Schema = 1


@dataclass(frozen=True)
class Entry:
    """One model, as much as can be known without its weights."""

    id: str
    folder: Path
    config: TrainConfig
    class_names: tuple[str, ...]
    title: str
    run: RunFolder | None = None  # None: published
    card: dict[str, Any] = field(default_factory=dict)
    checkpoint: str = "best"  # of a run: best, last, or a step
    spec: Spec = Spec()  # of the data set, as the networks are told of it
    fingerprint: str = ""  # of the pictures that it learnt from, as far as that is known

    @property
    def ships(self) -> bool:
        """Whether it came with the project, and so is not for a person to rename or delete."""
        return bool(self.card.get("ships"))

    @property
    def truncation(self) -> float:
        """How wide its z are drawn beside the prior that it was trained with, in (0, 1].

        Narrower is clearer and less varied (Brock et al., BigGAN, 2019). A published model says so in its card.
        """
        found = self.card.get("truncation", 1.0)
        return float(found) if isinstance(found, int | float) and 0 < found <= 1 else 1.0

    @property
    def rejected(self) -> tuple[int, ...]:
        """The centres of its mixture prior that are not drawn from, in order; a published model says so in its card."""
        found = self.card.get("rejected")
        found = {each for each in found if type(each) is int} if isinstance(found, list) else set()
        found &= set(range(self.config.centres))
        return tuple(sorted(found)) if len(found) < self.config.centres else ()

    @property
    def steepest(self) -> float | None:
        """How steep G may be around a z that is drawn (steepness.py), or None for no limit; only without classes."""
        found = self.card.get("steepest")
        fits = type(found) is float and 0 < found < math.inf and not self.config.conditional
        return found if fits else None

    @property
    def steers(self) -> bool:
        """Whether directions that hold other attributes were learnt for it (steering.py)."""
        return self.run is None and (self.folder / STEERING).is_file()

    @property
    def translates(self) -> bool:
        """Whether it reads a picture, or a map of labels, and draws another picture."""
        reads = len(self.spec.condition_shape) == 3 and self.spec.modality == "image"
        return reads and network_traits(self.config.network).translates

    @property
    def generator_path(self) -> Path:
        """The file that holds the generator's weights.

        Raises:
            ModelError: the run has no such checkpoint.
        """
        if self.run is None:
            return self.folder / "generator.safetensors"
        return checkpoint_path(self.run, self.checkpoint)

    @property
    def preview_path(self) -> Path | None:
        """A grid of samples, or None while there is none."""
        if self.run is None:
            path = self.folder / "preview.png"
            return path if path.is_file() else None
        grids, _ = self.run.samples()
        return self.run.sample_path(grids[-1]["file"]) if grids else None

    @property
    def size_bytes(self) -> int:
        """Of both networks' weights; of a run, its whole checkpoint."""
        if self.run is None:
            return sum(path.stat().st_size for path in self.folder.glob("*.safetensors"))
        return self.generator_path.stat().st_size


def published() -> list[str]:
    """The names of the published models, in alphabetical order."""
    found = (path.parent.name for path in paths.models_home().glob("*/generator.safetensors"))
    return sorted(name for name in found if MODEL_NAME.fullmatch(name))  # not one that is being written


def trained_runs() -> list[str]:
    """The ids of the runs that have a checkpoint, the newest first."""
    return [run.id for run in jobs.runs() if run.has_checkpoint]


def find(reference: str | Path, *, anywhere: bool = True) -> Entry:
    """A model by its name, its run's id (with ``@checkpoint``, if not the best), or the folder of either.

    Args:
        anywhere: whether the reference may be a folder, which nothing that comes from an address may.

    Raises:
        ModelError: there is none, or its configuration is missing or damaged.
        NewerFile: a newer version of the program has written it.
        RunError: the run's configuration cannot be read.
    """
    text = str(reference)
    if match := REFERENCE.fullmatch(text):
        name, checkpoint = match["name"], match["checkpoint"] or "best"
        if not match["checkpoint"] and (entry := _published(paths.models_home() / name)):
            return entry
        if entry := of_run(RunFolder(paths.runs_home() / name), checkpoint):
            return entry
    if anywhere and (entry := _published(Path(text)) or of_run(RunFolder(text))):
        return entry
    raise ModelError(
        f"There is no model and no run {text!r}; published models: {', '.join(published()) or 'none yet'}."
    )


def checkpoint_path(run: RunFolder, checkpoint: str = "best") -> Path:
    """The file of a run's checkpoint: ``best`` (the last one, where none was measured), ``last`` or a step.

    Raises:
        ModelError: there is none.
    """
    kept = run.checkpoints()
    if not re.fullmatch(r"best|last|[0-9]{1,12}", checkpoint):
        raise ModelError(f"The run {run.id} has no checkpoint {checkpoint[:40]!r}; say best, last or a step.")
    if checkpoint.isdigit():
        wanted = [run.checkpoint_path(int(checkpoint))]
    else:
        wanted = [*([run.best_path] if checkpoint == "best" else []), *reversed(kept)]
    found = [path for path in wanted if path.is_file()]
    if found:
        return found[0]
    if checkpoint.isdigit() and kept:
        steps = ", ".join(str(step_of(path)) for path in kept)
        raise ModelError(f"The run {run.id} keeps no checkpoint of step {checkpoint}; it keeps those of {steps}.")
    raise ModelError(f"The run {run.id} has no checkpoint yet; wait for its first epoch, or stop it.")


def check_hash(path: Path, entry: Entry) -> None:
    """Make sure that a file of weights is the one that was published.

    Raises:
        ModelError: it is another, or it cannot be read.
    """
    wanted = entry.card.get("sha256", {})
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"The file {path} cannot be read ({error.strerror}).") from None
    if not isinstance(wanted, dict) or wanted.get(path.name) != found:
        raise ModelError(f"The file {path} is not the one that was published as {entry.id}: its SHA-256 differs.")


def step_of(path: Path) -> int:
    """The step of a run's checkpoint file."""
    return int(path.stem.removeprefix("step-"))


def of_run(run: RunFolder, checkpoint: str = "best") -> Entry | None:
    """A run as a model, or None where there is no such run; raises ``RunError`` where it cannot be read."""
    if not run.exists():
        return None
    record = run.record()
    names = tuple(record.data.get("class_names", ()))
    try:
        spec = _spec(record.data.get("spec"), record.config, names)
    except GanError as error:
        raise ModelError(f"The run {run.id}: {error}") from None
    title = run.notes().name or title_of(record.preset)
    id_ = run.id if checkpoint == "best" else f"{run.id}@{checkpoint}"
    seen = str(record.data.get("fingerprint", ""))
    return Entry(id_, run.path, record.config, names, title, run, checkpoint=checkpoint, spec=spec, fingerprint=seen)


def _published(folder: Path) -> Entry | None:
    if not (folder / "generator.safetensors").is_file():
        return None
    what = f"{folder.name}/config.json"
    stored = migrating.read(folder / "config.json", StoredModel, error=ModelError)
    if stored is None:
        raise ModelError(f"{what} is missing; publish the model anew, or delete it.")
    try:
        config = migrating.from_file(stored.config, stored.schema, what)
        spec = _spec(stored.spec, config, stored.class_names)
    except GanError as error:
        raise ModelError(f"{what}: {error}") from None
    if config.conditional and not stored.class_names:
        raise ModelError(f"{what}: class_names is empty, and the model is conditional.")
    card = card_of(folder)
    title = card.get("title")
    title = title[:LETTERS] if isinstance(title, str) and title else folder.name
    data = card.get("data")
    seen = data.get("fingerprint") if isinstance(data, dict) else None
    seen = seen if isinstance(seen, str) else ""
    names = tuple(stored.class_names)
    return Entry(folder.name, folder, config, names, title, card=card, spec=spec, fingerprint=seen)


def _spec(stored: Any, config: TrainConfig, class_names: Sequence[str]) -> Spec:
    """What a model's networks are told of its data set; a file says so only where it is more than classes.

    Raises:
        ConfigError: there is no such method.
        DataError: what the file says is no spec.
    """
    spec = Spec.from_dict(stored) if isinstance(stored, dict) and stored else Spec(len(class_names))
    return spec.told(config.conditional, method_traits(config.method).pairs)


def card_of(folder: Path) -> dict[str, Any]:
    """The card of a published model's folder; raises ``ModelError`` where it is missing or damaged."""
    card = read(folder / "card.json", Values, error=ModelError)
    if card is None:
        raise ModelError(f"{folder.name}/card.json is missing; publish the model anew, or delete it.")
    return card
