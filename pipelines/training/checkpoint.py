"""The full state of a training as one safetensors file: networks, optimisers, random numbers, position."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from pipelines.errors import ModelError
from pipelines.training.trainer import Trainer

POSITION = ("step", "d_batches", "seconds", "best", "rates")  # the trainer's plain numbers


def save(trainer: Trainer, path: Path) -> None:
    """Write the state, published by rename: a reader finds the old file or the new one whole.

    Raises:
        OSError: the disk is full or the folder cannot be written; the old file is untouched.
    """
    tensors, plain = _flatten(trainer)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        save_file(tensors, temporary, metadata={"state": json.dumps(plain)})
        os.replace(temporary, path)
    except SafetensorError as error:  # its writer reports a full disk in its own way
        raise OSError(None, str(error), str(path)) from None
    finally:
        temporary.unlink(missing_ok=True)


def load(trainer: Trainer, path: Path) -> None:
    """Set a trainer of the same configuration to a saved state, exactly.

    Raises:
        ModelError: the file is missing, damaged or of another configuration.
    """
    tensors, plain = read(path)
    try:
        for name, network in trainer.named_parts():
            network.load_state_dict(_under(tensors, f"{name}."))
        for name, optimizer in (("opt_g", trainer.opt_g), ("opt_d", trainer.opt_d)):
            # A run that began on another device keeps its settings, but not what only that device can do.
            able = {"capturable": optimizer.defaults["capturable"]} if "capturable" in optimizer.defaults else {}
            groups = [{**group, **able} for group in plain[name]]
            optimizer.load_state_dict(_optimizer_state(optimizer, _under(tensors, f"{name}."), groups))
    except (RuntimeError, KeyError, ValueError) as error:
        raise ModelError(f"The checkpoint {path} does not fit the run's configuration ({error}).") from None
    plain.setdefault("rates", trainer.rates_in_force)  # of before there was a decay
    for field in POSITION:
        setattr(trainer, field, plain[field])
    trainer.rates = tuple(trainer.rates)  # a list in the file
    trainer.state_replaced()
    torch.set_rng_state(tensors["rng.cpu"])
    if trainer.device.type == "cuda" and "rng.cuda" in tensors:
        torch.cuda.set_rng_state(tensors["rng.cuda"])
    if trainer.device.type == "mps" and "rng.mps" in tensors:
        torch.mps.set_rng_state(tensors["rng.mps"])


def read(path: Path, prefix: str | tuple[str, ...] = "") -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors whose names begin with a prefix, or any of several, and the plain values.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            plain = json.loads((file.metadata() or {}).get("state", "{}"))
            return {key: file.get_tensor(key) for key in file.keys() if key.startswith(prefix)}, plain  # noqa: SIM118
    except FileNotFoundError:
        raise ModelError(f"There is no file {path}.") from None
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelError(f"The file {path} is damaged or not a safetensors file ({error}).") from None


def _flatten(trainer: Trainer) -> tuple[dict[str, Tensor], dict[str, Any]]:
    tensors: dict[str, Tensor] = {"rng.cpu": torch.get_rng_state()}
    if trainer.device.type == "cuda":
        tensors["rng.cuda"] = torch.cuda.get_rng_state()
    if trainer.device.type == "mps":
        tensors["rng.mps"] = torch.mps.get_rng_state()
    plain: dict[str, Any] = {field: getattr(trainer, field) for field in POSITION}
    for name, network in trainer.named_parts():
        tensors |= {f"{name}.{key}": value for key, value in network.state_dict().items()}
    for name, optimizer in (("opt_g", trainer.opt_g), ("opt_d", trainer.opt_d)):
        saved = optimizer.state_dict()
        plain[name] = saved["param_groups"]
        for index, fields in saved["state"].items():
            tensors |= {f"{name}.{index}.{field}": value for field, value in fields.items() if value is not None}
    return {key: value.detach().cpu().contiguous().clone() for key, value in tensors.items()}, plain


def _optimizer_state(
    optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor], groups: list[dict[str, Any]]
) -> dict[str, Any]:
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    state: dict[int, dict[str, Any]] = {}
    for key, saved in tensors.items():
        index, field = key.split(".", 1)
        weight = weights[int(index)]
        if saved.shape == weight.shape and saved.ndim:
            # safetensors keeps no strides, and fused optimisers walk weight and state in memory order: give it back.
            saved = torch.empty_like(weight).copy_(saved)
        state.setdefault(int(index), {})[field] = saved
    return {"state": state, "param_groups": groups}


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
