"""Train a published model further: a run of its own that begins with the model's networks. Loads no torch."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from pipelines.config.checking import check
from pipelines.config.settings import Role
from pipelines.config.train_config import SETTINGS, of_role
from pipelines.errors import ConfigError, ModelError, reason_of
from pipelines.models.kept import published
from pipelines.models.registry import check_hash, find
from pipelines.registries import critic_of, sampler_of
from pipelines.runs import branching, jobs
from pipelines.runs.folder import Notes, RunFolder
from pipelines.runs.names import CONDITIONS
from pipelines.tensor_files import whole_tensors

FREE = of_role(Role.COUNTING)  # of BEGIN_ANEW: steps count anew; and a model without classes may learn other data


def begin(name: str, changes: dict[str, Any] | None = None, *, path: Path | None = None) -> RunFolder:
    """Make a run whose first checkpoint, of step 0, is a published model's networks; not yet started.

    Steps, seconds and epochs count from there. What a model does not keep begins afresh: the optimisers' memory, and of
    D what only looks at whole batches.

    Args:
        changes: settings by name, beside the model's own. The networks must stay as they are; another data set of the
            same kind of pictures is possible where there are no classes.
        path: the new folder; by default in the runs' home.

    Raises:
        ConfigError: the changed settings cannot be trained.
        ModelError: there is no such model, its files are damaged or changed, or with these settings it does not fit.
        RunError: the folder exists or cannot be written.
    """
    entry = find(name)
    if entry.run is not None:
        raise ModelError(f"{name!r} is a run; branch it from one of its steps.")
    changes = changes or {}
    if unknown := [key for key in changes if key not in SETTINGS]:
        raise ConfigError(f"There is no setting named {unknown[0]!r}; the settings are: {', '.join(SETTINGS)}.")
    config = check(entry.config.changed(**changes))
    free = FREE if entry.config.conditional else (*FREE, *of_role(Role.DATA))
    if anew := branching.misfit(entry.config, config, free):
        raise ModelError(f"With another {anew} nothing that {entry.id} has learnt fits: leave that as it is.")
    tensors, draws = {}, sampler_of(config.method)
    # Which parts of a checkpoint a model's files are; what else the method has begins afresh.
    files = {"generator": (draws, f"{draws}_ema"), "discriminator": (critic_of(config.method),)}
    files |= {name: (name, f"{name}_ema") for name in published(config)}
    for file, parts in files.items():
        source = entry.folder / f"{file}.safetensors"
        if file != "generator" and not source.is_file():
            continue  # it begins afresh
        check_hash(source, entry)
        try:
            weights = load_file(source)
        except (SafetensorError, OSError) as error:
            raise ModelError(f"The file {source} is damaged or not a safetensors file ({reason_of(error)}).") from None
        tensors |= {f"{part}.{key}": value for part in parts for key, value in weights.items()}
    differing = [f"{key} {getattr(entry.config, key)} to {getattr(config, key)}"
                 for key in SETTINGS if getattr(config, key) != getattr(entry.config, key)]  # fmt: skip
    folder = jobs.create(config, path=path, branched_from=f"{entry.id}@0", branched_with=", ".join(differing))
    known = {"class_names": list(entry.class_names)} | ({} if entry.spec.is_plain else {"spec": entry.spec.to_dict()})
    folder.write_record(replace(folder.record(), data=known))  # explorable at once
    folder.write_notes(Notes(name=f"{entry.title}, trained further"[:80]))
    state = {"step": 0, "d_batches": 0, "seconds": 0.0}
    try:
        if entry.spec.condition:
            shutil.copyfile(entry.folder / CONDITIONS, folder.path / CONDITIONS)
        with whole_tensors(folder.checkpoint_path(0)) as draft:
            save_file(tensors, draft, metadata={"state": json.dumps(state)})
    except OSError as error:
        folder.remove()
        raise ModelError(f"The run cannot be written ({reason_of(error)}).") from None
    return folder
