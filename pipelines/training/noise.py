"""A trainer on a few examples of noise: with it is found what a run takes, before it begins."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.registries import MODALITIES
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer


def trainer_on_noise(
    config: TrainConfig, where: Machine, classes: Spec | int, count: int, fields: Mapping[str, Tensor] | None = None
) -> Trainer:
    """The trainer of a run with batches of ``count`` examples of noise, in one process and without groups.

    Args:
        config: of the run.
        where: the device and precision to compute with.
        classes: of its data set: its spec, or how many there are.
        fields: of its data set, of which the first ``count`` are taken; its condition is made up where it is missing.

    Raises:
        ConfigError: the networks or the method do not fit the data set.
    """
    # Grouping takes more pictures than there are, and changes D's head alone.
    config = config.changed(batch_size=count, gpus=1, self_conditional=False)
    spec = Spec.of(classes)
    fields = {name: each[torch.arange(count) % len(each)] for name, each in (fields or {}).items()}
    if spec.condition and spec.condition not in fields:
        fields[spec.condition] = torch.zeros(count, *spec.condition_shape, dtype=getattr(torch, spec.condition_dtype))
    images = torch.randint(0, 256, (count, config.channels, config.size, config.size), dtype=torch.uint8)
    if spec.modality != "image":
        images = MODALITIES.get(spec.modality).decode(torch.rand(count, *spec.shape) * 2 - 1)
    labels = torch.arange(count) % max(spec.classes, 1)
    return Trainer(config, images, where, labels, spec, fields=fields, held_out=(images, labels))
