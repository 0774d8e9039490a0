"""Trained models: load one from a published folder or a run, draw samples, publish a run.

A published model is a folder ``checkpoints/<name>/``:

    config.json                the configuration and the class names
    generator.safetensors      the weights that draw samples (the moving average, where the run kept one)
    discriminator.safetensors
    card.json                  how it was made, from which data under which licence, and its measured quality
    preview.png                its fixed grid of samples
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from pipelines import data, paths
from pipelines.errors import GanError, ModelError
from pipelines.networks._conditioning import draw_latent
from pipelines.runs.folder import ID_PATTERN, Record, RunFolder
from pipelines.training import checkpoint
from pipelines.training.config import TrainConfig, check, from_dict
from pipelines.training.trainer import build, to_uint8
from pipelines.training.view import FixedView, grid_png

_BATCH = 250  # pictures decoded at once


@dataclass(frozen=True)
class Trained:
    """A generator ready to draw, with what is known of it."""

    name: str
    config: TrainConfig
    class_names: tuple[str, ...]
    generator: nn.Module  # in eval mode, without gradients, on the CPU

    def labels(self, wanted: str | None, count: int) -> Tensor | None:
        """Class numbers [count] for a wish: a number, ``cycle`` for 0, 1, 2, ..., or None (then drawn at random).

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
        if not wanted.isdigit() or int(wanted) >= classes:
            raise ModelError(f"--labels is {wanted!r}; {self.name} has the classes 0 to {classes - 1}, or 'cycle'.")
        return torch.full((count,), int(wanted))

    @torch.inference_mode()
    def sample(self, count: int, labels: Tensor | None = None, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Pictures uint8 [count, H, W, C] and their labels int64 [count] (-1 where the model has no classes)."""
        noise = torch.Generator().manual_seed(seed)
        z = draw_latent(count, self.config.latent_size, self.config.prior, noise)
        if self.config.conditional and labels is None:
            labels = torch.randint(len(self.class_names), (count,), generator=noise)
        parts = []
        for start in range(0, count, _BATCH):
            y = None if labels is None else labels[start : start + _BATCH]
            parts.append(to_uint8(self.generator(z[start : start + _BATCH], y)))
        images = torch.cat(parts).permute(0, 2, 3, 1).contiguous().numpy()
        return images, (labels if labels is not None else torch.full((count,), -1)).numpy()


def load(name: str | Path) -> Trained:
    """A model in ``checkpoints/``, a run, or the folder of either, ready to draw on the CPU.

    Raises:
        ModelError: there is none, or its files are damaged or do not fit together.
        RunError: the run's configuration cannot be read.
    """
    for folder in _places(str(name)):
        if (folder / "generator.safetensors").is_file():
            return _load_published(folder)
        if RunFolder(folder).exists():
            return _load_run(RunFolder(folder))
    raise ModelError(
        f"There is no model and no run {str(name)!r}; published models: {', '.join(names()) or 'none yet'}."
    )


def names() -> list[str]:
    """The published models, in alphabetical order."""
    return sorted(path.parent.name for path in paths.MODELS.glob("*/generator.safetensors"))


def publish(folder: RunFolder, name: str) -> Path:
    """Publish a run's best checkpoint as ``checkpoints/<name>/``.

    Returns:
        The new folder.

    Raises:
        ModelError: the name is taken or not allowed, or the run has no checkpoint.
    """
    target = paths.MODELS / name
    if not ID_PATTERN.fullmatch(name):
        raise ModelError(f"The model's name is {name!r}; use small letters, digits and hyphens.")
    if target.exists():
        raise ModelError(f"There is a model named {name!r} already; choose another name or delete {target}.")
    record, source = folder.record(), _best_checkpoint(folder)
    tensors, plain = checkpoint.read(source)
    trained = _load_run(folder)
    draft = target.with_name(f".{name}.{os.getpid()}.tmp")
    try:
        draft.mkdir(parents=True)
        save_file(_under(tensors, _sampler(record.config)), draft / "generator.safetensors")
        save_file(_under(tensors, "discriminator."), draft / "discriminator.safetensors")
        config = {"config": record.config.to_dict(), "class_names": list(trained.class_names)}
        (draft / "config.json").write_text(json.dumps(config, indent=1), "utf-8")
        (draft / "card.json").write_text(json.dumps(_card(folder, record, plain), indent=1), "utf-8")
        (draft / "preview.png").write_bytes(_preview(trained))
        draft.rename(target)
    except OSError as error:
        raise ModelError(f"The model could not be written to {target} ({error.strerror or error}).") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def write_npz(path: Path, images: np.ndarray, labels: np.ndarray) -> None:
    """Write samples as ``images`` and ``labels``.

    Raises:
        ModelError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, images=images, labels=labels)
    except OSError as error:
        raise ModelError(f"{path} cannot be written ({error.strerror or error}); choose another --out.") from None


def _places(name: str) -> list[Path]:
    places = [Path(name)]
    if ID_PATTERN.fullmatch(name):
        places = [paths.MODELS / name, paths.runs_home() / name, *places]
    return places


def _load_published(folder: Path) -> Trained:
    try:
        values = json.loads((folder / "config.json").read_bytes())
        config, class_names = check(from_dict(values["config"])), tuple(values["class_names"])
    except (OSError, ValueError, KeyError, TypeError, GanError) as error:
        raise ModelError(f"{folder / 'config.json'} is missing or not a model's configuration ({error}).") from None
    weights, _ = checkpoint.read(folder / "generator.safetensors")
    return _assemble(folder.name, config, class_names, weights, folder)


def _load_run(folder: RunFolder) -> Trained:
    record, source = folder.record(), _best_checkpoint(folder)
    part = _sampler(record.config)
    weights, _ = checkpoint.read(source, part)
    return _assemble(folder.id, record.config, tuple(record.data["class_names"]), _under(weights, part), source)


def _assemble(
    name: str, config: TrainConfig, class_names: tuple[str, ...], weights: dict[str, Tensor], source: Path
) -> Trained:
    generator, _ = build(config, len(class_names) if config.conditional else 0, only_generator=True)
    try:
        generator.load_state_dict(weights)
    except RuntimeError:
        raise ModelError(f"The weights in {source} do not fit the configuration beside them.") from None
    return Trained(name, config, class_names, generator.eval().requires_grad_(False))


def _best_checkpoint(folder: RunFolder) -> Path:
    found = [path for path in (folder.best_path, *reversed(folder.checkpoints())) if path.is_file()]
    if not found:
        raise ModelError(f"The run {folder.id} has no checkpoint yet; wait for its first epoch, or stop it.")
    return found[0]


def _sampler(config: TrainConfig) -> str:
    return "average." if config.ema else "generator."


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def _card(folder: RunFolder, record: Record, plain: dict[str, Any]) -> dict[str, Any]:
    rows, _ = folder.metrics()
    measured = [row for row in rows if row.get("frechet") is not None and row["step"] == plain["step"]]
    entry = data.DATA_SETS.get(record.config.data)
    changed = {
        f.name: getattr(record.config, f.name)
        for f in dataclasses.fields(TrainConfig)
        if getattr(record.config, f.name) != f.default
    }
    return {
        "run": folder.id,
        "preset": record.preset,
        "settings_changed_from_default": changed,
        "seed": record.config.seed,
        "step": plain["step"],
        "training_seconds": round(plain["seconds"], 1),
        "machine": folder.status().device,
        "published": date.today().isoformat(),
        "quality": measured[-1] if measured else None,
        "data": {"name": record.config.data, "source": record.data.get("source"), "licence": entry.LICENCE},
    }


def _preview(trained: Trained) -> bytes:
    view = FixedView(trained.config, trained.class_names)
    with torch.inference_mode():
        return grid_png(to_uint8(trained.generator(view.z, view.y)), view.columns)
