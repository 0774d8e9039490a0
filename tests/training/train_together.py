"""Trains a few steps of several configurations and saves all weights: called by test_process_group.py, alone and in a
group of two processes. Run as a script it is the second of these, which says when it has loaded torch.

Of the last configuration it is saved, by each process, what D's dropout leaves of ones.
"""

import json
import sys
from dataclasses import replace

import torch
from safetensors.torch import save_file

from pipelines.config.train_config import TrainConfig
from pipelines.networks._dropout import Dropout
from pipelines.training import process_group
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer
from tests.families import fields, spec_of

STEPS = 2  # the second with what the first made of weights, optimisers, averages and random numbers


def made(values, group):
    """A trainer of some settings.

    ``pictures`` says of how many, ``first_step`` how many steps it counts already, and ``conditions`` how many
    a network that translates is told of: as many as there are pictures belong to these. ``steps`` is for ``trained``.
    """
    values = dict(values)
    count, taken, conditions = values.pop("pictures", 40), values.pop("first_step", 0), values.pop("conditions", 0)
    values.pop("steps", None)
    config = TrainConfig(**values).changed(gpus=group.size if group else 1)
    chance = torch.Generator().manual_seed(0)
    images = torch.randint(
        0, 256, (count, config.channels, config.size, config.size), dtype=torch.uint8, generator=chance
    )
    labels = torch.tensor([0, 0, 0, 1, 0, 2, 3, 0] * 5)[:count]
    held_out = (images[:6].flip(0), labels[:6])
    spec, where = spec_of(config.network, 4, config.size), Machine("cpu", "fp32", 1)
    of_set = fields(spec, count)
    if conditions:
        spec = replace(spec, paired=conditions == count)
        of_set = fields(spec, conditions)
    trainer = Trainer(config, images, where, labels, spec, group=group, fields=of_set, held_out=held_out)
    trainer.step = taken
    return trainer


def trained(trainer, group, steps):
    """Takes some steps; the numbers of each, or None of a process that follows."""
    if group and not group.leads:
        for _ in range(steps):
            trainer.follow(group.hear())
        return None
    return [trainer.train_step(watch=True) for _ in range(steps)]


def dropped(trainer, group):
    """What is left of ones by D's first dropout; in a team also what is left when the step begins again."""
    layer = next(layer for layer in trainer.network("discriminator").modules() if isinstance(layer, Dropout))
    ones = torch.ones(4, 4, 7, 7)
    if not group:
        return {"masks": layer(ones) > 0}
    found = {}
    for name in ("masks", "again"):
        group.begin(seed=0, step=7)
        found[name] = layer(ones) > 0
    return found


def write(folder, settings, group):
    """Trains by each of the settings but the last, and writes what comes of all of them into a folder."""
    for number, values in enumerate(settings[:-1]):
        steps = values.get("steps", STEPS)
        trainer = made(values, group)
        if (numbers := trained(trainer, group, steps)) is None:
            continue
        parts = [(name, key, t) for name, part in trainer.named_parts() for key, t in part.state_dict().items()]
        weights = {f"{name}.{key}": t.contiguous() for name, key, t in parts}
        save_file(weights, f"{folder}/{number}", {"numbers": json.dumps(numbers)})
    rank = group.rank if group else 0
    masks = dropped(made(settings[-1], group), group)
    save_file(masks, f"{folder}/dropped-{rank}", {"numbers": "[]"})


def together(folder, settings):
    """Trains as ``write`` does, as the process of a group of two whose rank the environment says."""
    with process_group.formed(2, "cpu") as group:
        write(folder, settings, group)
        if not group.leads:
            assert group.hear() is None, "the leader says when it is over"


if __name__ == "__main__":
    torch.set_num_threads(1)
    print("ready", flush=True)
    together(sys.argv[1], [json.loads(text) for text in sys.argv[2:]])
