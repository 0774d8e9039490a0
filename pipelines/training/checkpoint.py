"""The full state of a training as one safetensors file: networks, optimisers, random numbers, position."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from pipelines.config.migrating import SCHEMA
from pipelines.config.settings import Role
from pipelines.config.train_config import RATES, TrainConfig, of_role
from pipelines.errors import DamagedFile, ModelError, is_out_of_memory, reason_of
from pipelines.tensor_files import damage, whole_tensors
from pipelines.training.state import name_now, require_position, state_of
from pipelines.training.trainer import Trainer

# What each optimiser remembers of a weight, by the setting's names.
OPTIMIZER_FIELDS = {
    "adam": {"step", "exp_avg", "exp_avg_sq"},
    "nadam": {"step", "mu_product", "exp_avg", "exp_avg_sq"},
    "rmsprop": {"step", "square_avg"},
    "sgd": {"momentum_buffer"},
}
NUMBERS = {"step", "mu_product"}  # of these: one for each weight, and not one for each of its elements
POSITION = ("step", "d_batches", "seconds")  # the trainer's plain numbers
# With another value of these a run cannot go on exactly. Which pictures it learns from is told by their fingerprint.
KEPT = of_role(Role.ARCHITECTURE, Role.COUNTING, Role.OPTIMISER)
MOMENTS = of_role(Role.MOMENT)  # as the rates, these may be edited: then they count as they are set now

Edits = dict[str, tuple[Any, Any]]  # settings by name: as a state was saved with, and as they are set now


def save(trainer: Trainer, path: Path) -> None:
    """Write the state, published by rename: a reader finds the old file or the new one whole.

    Raises:
        OSError: the disk is full or the folder cannot be written; the old file is untouched.
    """
    tensors, plain = _flatten(trainer)
    with whole_tensors(path) as draft:
        save_file(tensors, draft, metadata={"state": json.dumps(plain)})


def load(trainer: Trainer, path: Path) -> Edits:
    """Set a trainer of the same configuration to a saved state, exactly.

    Returns:
        The settings that differ from those that the state was saved with; none of a file from before they were kept.

    Raises:
        DamagedFile: the file was truncated or overwritten.
        ModelError: the file is missing, cannot be read, needs too much memory, is of another configuration, or its
            state is wrong.
    """
    tensors, plain = read(path)
    require_position(plain, path)
    edits = _edits(plain, trainer.config)
    with _fitting(path, "the run's configuration", edits):
        if strange := [name for name in edits if name in KEPT]:
            raise ValueError(f"it was trained with another {strange[0]}")
        for name, network in trainer.named_parts():
            network.load_state_dict(_under(tensors, f"{name}."))
        for name, optimizer in trainer.optimizers():
            groups = optimizer.state_dict()["param_groups"]  # as they are set now
            saved = _under(tensors, f"{name}.")
            if not _of_kind(saved, trainer.config.optimizer):
                raise ValueError("it was trained with another optimizer")
            for group, then in zip(groups, plain[name], strict=True):
                if then["params"] != group["params"]:
                    raise ValueError(f"the {name} is of other weights")
                group["lr"] = then["lr"]
            optimizer.load_state_dict(_optimizer_state(optimizer, saved, groups))
        plain.setdefault("rates", trainer.rates_in_force)  # of before there was a decay
        lr_g, lr_d = plain["rates"]
        for field in POSITION:
            setattr(trainer, field, plain[field])
        trainer.best = plain.get("best")
        trainer.rates = (lr_g, lr_d)  # a list in the file
        if {*MOMENTS, *RATES} & edits.keys():
            trainer.set_rates(**{name: edits[name][1] for name in RATES if name in edits})
        trainer.clear = plain.get("clear")
        trainer.best_of = plain.get("best_of", "frechet")  # of before other measures could select it
        trainer.take_threads(plain.get("threads", trainer.machine.threads))
        trainer.state_replaced()
        _restore_random(trainer, tensors)
    return edits


def load_fitting(trainer: Trainer, path: Path) -> str:
    """Set a trainer to what fits of a state that was saved under another configuration.

    Position, random numbers and G are taken as they are. Of D, weights are taken tensor by tensor; one that has gained
    inputs (a number of the whole batch, say) keeps those it had. An optimiser's memory is taken where it is of the same
    kind and its network fits whole. Learning rates and all else are those of the trainer's own configuration.

    Returns:
        One or two sentences on what went on and what began afresh.

    Raises:
        DamagedFile: the file was truncated or overwritten.
        ModelError: the file is missing, cannot be read or needs too much memory, its state is wrong, or G does not fit.
    """
    tensors, plain = read(path)
    require_position(plain, path)
    with _fitting(path, "the branch's configuration", {}):
        return _take_what_fits(trainer, tensors, plain)


def _take_what_fits(trainer: Trainer, tensors: dict[str, Tensor], plain: dict[str, Any]) -> str:
    afresh, whole = [], {trainer.sampler}
    for player in trainer.players.values():
        saved, called = _under(tensors, f"{player.name}."), player.letter.upper()
        if player.name in whole:
            player.module.load_state_dict(saved)
        else:
            taken, all_parts = _take(player.module, saved)
            if taken < all_parts:
                afresh.append(f"{all_parts - taken} of {all_parts} parts of {called}" if taken else called)
            else:
                whole.add(player.name)
        if player.ema is not None:  # without an average in the file the network itself is where it begins
            player.ema.load_state_dict(_under(tensors, f"{player.name}_ema.") or player.module.state_dict())
    for name, part in trainer.method.parts.items():
        if stored := _under(tensors, f"{name}."):
            part.load_state_dict(stored)
    for player in trainer.players.values():
        name, optimizer = f"{player.name}_optimizer", player.optimizer
        saved = _under(tensors, f"{name}.")
        if player.name in whole and saved and _of_kind(saved, trainer.config.optimizer):
            groups = optimizer.state_dict()["param_groups"]  # the rates and moments that are set now
            optimizer.load_state_dict(_optimizer_state(optimizer, saved, groups))
        elif saved or name not in plain:  # a published model keeps none
            afresh.append(f"the optimiser's memory of {player.letter.upper()}")
    for field in POSITION:
        setattr(trainer, field, plain[field])
    trainer.take_threads(plain.get("threads", trainer.machine.threads))
    trainer.state_replaced()
    _restore_random(trainer, tensors)
    if not afresh:
        *others, last = (player.letter.upper() for player in trainer.players.values())
        return f"{', '.join(others)} and {last} go on as they were."
    return f"G goes on as it was; afresh begin: {', '.join(afresh)}."


def read(path: Path, prefix: str | tuple[str, ...] = "") -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors whose names begin with a prefix, or any of several, and the plain values.

    Raises:
        DamagedFile: the file was truncated or overwritten.
        NewerFile: a newer version of the program has written it.
        ModelError: the file is missing, cannot be read, needs too much memory, or its state is wrong (``state.py``).
    """
    try:
        if reason := damage(path):
            raise DamagedFile(f"The file {path} is damaged or not a safetensors file ({reason}).")
        with safe_open(path, framework="pt") as file:
            plain = state_of((file.metadata() or {}).get("state", "{}"), path)
            keys = {name_now(key): key for key in file.keys()}  # noqa: SIM118
            return {name: file.get_tensor(key) for name, key in keys.items() if name.startswith(prefix)}, plain
    except FileNotFoundError:
        raise ModelError(f"There is no file {path}.") from None
    except (SafetensorError, OSError, ValueError, RecursionError, MemoryError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise ModelError(_too_large(path)) from None
        if isinstance(error, (ValueError, RecursionError)) or "deserializing header" in str(error):
            raise DamagedFile(f"The file {path} is damaged or not a safetensors file ({reason_of(error)}).") from None
        reason = getattr(error, "strerror", None) or reason_of(error)
        raise ModelError(f"The file {path} cannot be read ({reason}); mend that and try again.") from None


def _too_large(path: Path) -> str:
    return f"The file {path} needs more memory than is free now; end what else runs on this machine and try again."


def _edits(plain: dict[str, Any], config: TrainConfig) -> Edits:
    """Settings that differ from those a state was saved with, each with its value then and now."""
    then, now = plain.get("config"), config.to_dict()
    if not isinstance(then, dict):
        return {}
    # That pictures were moved is told by itself (runs/pictures.py): they are the same.
    names = [name for name in now if name in then and name != "folder"]
    return {name: (then[name], now[name]) for name in names if then[name] != now[name]}


def in_words(edits: Edits) -> str:
    """``width 4 to 8, replay 0.0 to 0.5``."""
    return ", ".join(f"{name} {then!s:.100} to {now!s:.100}" for name, (then, now) in edits.items())


@contextlib.contextmanager
def _fitting(path: Path, what: str, edits: Edits) -> Iterator[None]:
    """Say why a state cannot be set, and what was edited."""
    try:
        yield
    except (MemoryError, RuntimeError, KeyError, ValueError, TypeError, IndexError) as error:
        if is_out_of_memory(error):
            raise ModelError(_too_large(path)) from None
        edited = ""
        if edits:
            edited = f" config.json was edited since it was saved: {in_words(edits)}; set that back, then Resume."
        reason = reason_of(error)
        raise ModelError(f"The checkpoint {path} does not fit {what} ({reason}).{edited}") from None


def _take(network: nn.Module, saved: dict[str, Tensor]) -> tuple[int, int]:
    """Set a network to what fits of saved tensors; how many of its tensors were found whole, and how many it has."""
    saved = {key.replace("parametrizations.weight.original", "weight"): value for key, value in saved.items()}
    mine, taken = network.state_dict(), 0
    for key, value in mine.items():
        old = saved.get(key.replace("parametrizations.weight.original", "weight"))  # under spectral norm
        if old is None or old.ndim != value.ndim:
            continue
        if old.shape == value.shape:
            value.copy_(old)
            taken += 1
        elif all(a <= b for a, b in zip(old.shape, value.shape, strict=True)):
            value[tuple(slice(size) for size in old.shape)].copy_(old)
    return taken, len(mine)


def _restore_random(trainer: Trainer, tensors: dict[str, Tensor]) -> None:
    if "rng.cpu" in tensors:  # a published model has none: the trainer's own, of its seed, stay
        torch.set_rng_state(tensors["rng.cpu"])
    if trainer.device.type == "cuda" and "rng.cuda" in tensors:
        torch.cuda.set_rng_state(tensors["rng.cuda"])
    if trainer.device.type == "mps" and "rng.mps" in tensors:
        torch.mps.set_rng_state(tensors["rng.mps"])


def _flatten(trainer: Trainer) -> tuple[dict[str, Tensor], dict[str, Any]]:
    tensors: dict[str, Tensor] = {"rng.cpu": torch.get_rng_state()}
    if trainer.device.type == "cuda":
        tensors["rng.cuda"] = torch.cuda.get_rng_state()
    if trainer.device.type == "mps":
        tensors["rng.mps"] = torch.mps.get_rng_state()
    plain: dict[str, Any] = {field: getattr(trainer, field) for field in (*POSITION, "best", "rates")}
    plain |= {"schema": SCHEMA, "config": trainer.config.to_dict()}  # so that later edits of config.json are seen
    plain |= {"clear": trainer.clear, "threads": trainer.machine.threads}  # not in files of before they adapted
    plain["best_of"] = trainer.best_of
    for name, network in trainer.named_parts():
        tensors |= {f"{name}.{key}": value for key, value in network.state_dict().items()}
    for name, optimizer in trainer.optimizers():
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
        index, _, field = key.partition(".")
        weight = weights[int(index)]
        if saved.shape != (() if field in NUMBERS else weight.shape) or not saved.is_floating_point():
            raise ValueError(f"what its optimiser keeps of weight {index} is of another shape or type")
        if saved.shape == weight.shape and saved.ndim:
            # safetensors keeps no strides, and fused optimisers walk weight and state in memory order: give it back.
            saved = torch.empty_like(weight).copy_(saved)
        state.setdefault(int(index), {})[field] = saved
    return {"state": state, "param_groups": groups}


def _of_kind(saved: dict[str, Tensor], optimizer: str) -> bool:
    """Whether saved memory, if there is any, is that of an optimiser of this name: of each weight, all of it."""
    found: dict[str, set[str]] = {}
    for index, _, field in (key.partition(".") for key in saved):
        found.setdefault(index, set()).add(field)
    return all(index.isdecimal() and fields == OPTIMIZER_FIELDS[optimizer] for index, fields in found.items())


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
