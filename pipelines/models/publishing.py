"""Publish a run as a model: weights, card, preview; and write samples to a file."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import math
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from pipelines import data
from pipelines.config.migrating import SCHEMA
from pipelines.config.presets import PRESETS
from pipelines.config.settings import Role, as_option
from pipelines.config.train_config import TrainConfig, of_role
from pipelines.data._image_set import within
from pipelines.errors import GanError, ModelError
from pipelines.files import publish_folder, sync, whole
from pipelines.metrics.evaluate import evaluate
from pipelines.models import readings, steepness, steering, steering_fit
from pipelines.models.kept import prefixes
from pipelines.models.managing import free_place
from pipelines.models.path_lengths import path_lengths
from pipelines.models.registry import STEERING, checkpoint_path, find, of_run
from pipelines.models.rejection import least_believed
from pipelines.models.trained import Trained, load_entry, of_checkpoint
from pipelines.models.weights import FOR_TRAINING, under
from pipelines.runs import conditions
from pipelines.runs.files import publish_json
from pipelines.runs.folder import Record, RunFolder
from pipelines.tensor_files import whole_tensors
from pipelines.training import checkpoint
from pipelines.training.machine import Machine, computes_bf16
from pipelines.training.view import FixedView

MOST_STEEP = 0.9  # share of z that may be left out
MEASURED_STEEP = 4000  # samples that tell where the limit lies


def publish(
    folder: RunFolder,
    name: str,
    *,
    checkpoint_name: str = "best",
    title: str = "",
    about: str = "",
    ships: bool = False,
    samples: int = 10_000,
    truncation: float = 1.0,
    reject: int = 0,
    steep: float = 0.0,
    progress: Callable[[float, str], None] | None = None,
) -> Path:
    """Publish a run's checkpoint as ``checkpoints/<name>/``, measured.

    Args:
        checkpoint_name: ``best``, ``last`` or a step.
        title, about: what the card calls it, and one sentence on it.
        ships: that it belongs to the project, and not to the person.
        samples: how many pictures its quality is measured on; 0 leaves the measure out.
        truncation: how wide its z are to be drawn beside the prior it was trained with, in (0, 1]: the narrower, the
            clearer and the less varied are all samples that are drawn of it from now on, the measured ones included.
        reject: with a mixture prior, so many of its centres are not drawn from: those D believes least (rejection.py).
        steep: of a model without classes, so large a share of the z is not drawn: where G changes fastest
            (steepness.py).
        progress: told the share done and what is being done.

    Returns:
        The new folder.

    Raises:
        ModelError: the name is taken or not allowed, the run has no such checkpoint, or the truncation is out of range;
            or centres are to be rejected that it does not have; or ``steep`` is none, or the model has classes.
    """
    if not 0 < truncation <= 1:
        raise ModelError(f"truncation is {truncation:g}; it must be above 0 and at most 1.")
    if not 0 <= steep <= MOST_STEEP:
        raise ModelError(f"steep is {steep:g}; it must be from 0 to {MOST_STEEP:g}.")
    target, report = free_place(name), progress or (lambda share, message: None)
    source = checkpoint_path(folder, checkpoint_name)
    entry = of_run(folder, checkpoint_name)
    if entry is None:
        raise ModelError(f"There is no run in {folder.path}; it may have been deleted.")
    kept = prefixes(entry.config)
    tensors, plain = checkpoint.read(source, tuple(kept.values()))  # once: a run that trains on replaces it
    entry = replace(entry, card={"truncation": truncation})
    trained = of_checkpoint(entry, tensors, source)
    if reject:
        entry = replace(entry, card={**entry.card, "rejected": least_believed(trained, reject)})
        trained = replace(trained, entry=entry)
    if steep:
        entry = replace(entry, card={**entry.card, "steep": steep, "steepest": _steepest(trained, steep)})
        trained = replace(trained, entry=entry, redrawn={})
    try:
        history = _card(folder, folder.record(), plain)
    except (KeyError, TypeError):
        raise ModelError(f"The checkpoint {source} does not say how far it was trained.") from None
    draft = target.with_name(f".{name}.{os.getpid()}.tmp")
    try:
        draft.mkdir(parents=True)
        for file, prefix in kept.items():
            weights = _lean(under(tensors, prefix))
            if file == "generator":  # statistics computed anew are its own
                weights = {key: value.contiguous() for key, value in trained.generator.state_dict().items()}
            with whole_tensors(draft / f"{file}.safetensors") as part:
                save_file(weights, part)
        if steep:
            first = [(readings.SEED, index) for index in range(readings.COUNT)]
            trained.draw(first)
            steepness.save(np.array([trained.redrawn[address] for address in first]), draft)
        if trained.conditions is not None:
            conditions.save(trained.conditions, trained.truth, draft)
        config = {"schema": SCHEMA, "config": _portable(entry.config).to_dict(), "class_names": list(entry.class_names)}
        if not entry.spec.is_plain:
            config["spec"] = entry.spec.to_dict()
        (draft / "config.json").write_text(json.dumps(config, indent=1), "utf-8")
        card = {
            "title": title or entry.title,
            "about": about,
            "ships": ships,
            **entry.card,
            **history,
            "quality": _quality(trained, samples, within(report, 0.0, 0.7)) if samples else None,
            "sha256": {
                path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in draft.glob("*.safetensors")
            },
        }
        (draft / "card.json").write_text(json.dumps(card, indent=1), "utf-8")
        (draft / "preview.png").write_bytes(_preview(trained))
        if seen := readings.make(trained, readings.COUNT, within(report, 0.7 if samples else 0.0, 1.0)):
            readings.save(seen, draft)
        publish_folder(draft, target)
    except OSError as error:
        problem = getattr(error, "strerror", None) or error
        raise ModelError(f"The model could not be written to {target} ({problem}).") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def steer(name: str, *, progress: Callable[[float, str], None] | None = None) -> Path:
    """Learn the directions that hold other attributes for a published model, and keep them beside its weights.

    Args:
        progress: told the share done and what is being done.

    Returns:
        The file.

    Raises:
        ModelError: there is no such model, or none that is published, or no classifier of attributes ships for its
            data; or the file cannot be written.
    """
    entry = find(name, anywhere=False)
    if entry.run is not None:
        raise ModelError(f"{entry.id} is a run; publish it first, and steer the model.")
    start = time.monotonic()
    found = steering_fit.fit(load_entry(entry), progress=progress or (lambda share, message: None))
    machine = Machine("cpu", "bf16" if computes_bf16("cpu") else "fp32", torch.get_num_threads())
    seconds = round(time.monotonic() - start, 1)
    learnt = {"samples": steering_fit.COUNT, "steps": steering_fit.STEPS, "seconds": seconds, "machine": machine.words}
    path = entry.folder / STEERING
    draft = entry.folder.with_name(f".{entry.id}.{os.getpid()}.tmp")
    try:
        draft.mkdir()
        steering.save(found, draft)
        content = (draft / STEERING).read_bytes()
        hashes = {**entry.card.get("sha256", {}), STEERING: hashlib.sha256(content).hexdigest()}
        publish_json(entry.folder / "card.json", {**entry.card, "steering": learnt, "sha256": hashes})
        (draft / STEERING).replace(path)
        sync(path.parent)
    except OSError as error:
        problem = getattr(error, "strerror", None) or error
        raise ModelError(f"The directions could not be written to {path} ({problem}).") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return path


def write_npz(path: Path, images: np.ndarray, labels: np.ndarray) -> None:
    """Write samples as ``images`` and ``labels``.

    Raises:
        ModelError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path) as draft, draft.open("wb") as file:
            np.savez_compressed(file, images=images, labels=labels)
    except OSError as error:
        raise ModelError(f"{path} cannot be written ({error.strerror or error}); choose another --out.") from None


def _steepest(trained: Trained, share: float) -> float:
    """The steepness beyond which that share of z lies."""
    if trained.config.conditional:
        raise ModelError(f"{trained.name} has classes; z can be left out by steepness of a model without classes only.")
    z, _ = trained.draw((readings.SEED, index) for index in range(MEASURED_STEEP))
    found = float(np.quantile(trained.steepness(z), 1 - share))
    if not 0 < found < math.inf:
        raise ModelError(f"{trained.name} draws the same picture everywhere: no z is steeper than another.")
    return found


def _lean(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """A network's weights without those that only training uses."""
    return {name: weight for name, weight in weights.items() if name not in FOR_TRAINING}


def _portable(config: TrainConfig) -> TrainConfig:
    """A configuration without what concerns the computer that it was trained on."""
    return config.changed(**{name: getattr(TrainConfig(), name) for name in of_role(Role.MACHINE)})


def _quality(trained: Trained, samples: int, progress: Callable[[float, str], None] | None) -> dict[str, Any] | None:
    try:
        names = trained.entry.class_names
        paths = functools.partial(path_lengths, trained)
        return evaluate(trained.sample_many, trained.config, names, samples, paths=paths, progress=progress).to_dict()
    except GanError as error:  # a small folder has too few pictures to compare with; it can be published all the same
        return {"problem": str(error)}


def _card(folder: RunFolder, record: Record, plain: dict[str, Any]) -> dict[str, Any]:
    entry = data.DATA_SETS.get(record.config.data)
    status = folder.status()
    rows, _ = folder.metrics()
    changes = [row for row in rows if row.get("event") in ("rates", "branched") and row["step"] <= plain["step"]]
    return {
        "run": folder.id,
        "command": _command(record),
        "changed_on_the_way": [f"step {row['step']}: {row['message']}" for row in changes],
        "preset": record.preset,
        "seed": record.config.seed,
        "step": plain["step"],
        "images_seen": plain["d_batches"] * _batch(record),
        "training_seconds": round(plain["seconds"], 1),
        "machine": status.device,
        "versions": record.versions,
        "trained": date.fromtimestamp(record.created_at).isoformat(),
        "data": {
            "name": record.config.data,
            "count": record.data.get("count"),
            "fingerprint": record.data.get("fingerprint"),
            "source": record.data.get("source"),
            "licence": entry.LICENCE,
            "citation": entry.CITATION,
        },
    }


def _batch(record: Record) -> int:
    """Real pictures in each of a run's batches."""
    count = record.data.get("count")
    return record.config.batch_of(count) if count else record.config.batch_size


def _command(record: Record) -> str:
    """The command that makes the run again."""
    config, preset = record.config, record.preset
    base = PRESETS[preset].config if preset in PRESETS else TrainConfig()
    words = [f"python -m pipelines train {preset or 'dcgan-digits'}"]
    for f in dataclasses.fields(TrainConfig):
        value = getattr(config, f.name)
        if value is None or value == getattr(base, f.name):
            continue
        words.append(as_option(f.name, value))
    return " ".join(words)


def _preview(trained: Trained) -> bytes:
    tiled = trained.attributes is None
    view = FixedView(
        trained.config, trained.entry.class_names, trained.conditions, trained.truth, indexed=True, tiled=tiled
    )
    z, _ = trained.draw((0, index) for index in range(len(view.z)))
    return view.png(trained.decode(z, view.y))
