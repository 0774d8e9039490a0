"""Which networks of a run's checkpoint a model keeps, and under which names; the rest is for training on. No torch."""

from __future__ import annotations

from pipelines.config.train_config import TrainConfig
from pipelines.registries import method_traits


def prefixes(config: TrainConfig) -> dict[str, str]:
    """The prefixes in a checkpoint of the networks that a model consists of, by the names of a model's files.

    G draws the samples, and D's opinion of them is asked where D was trained (``adversarial``).
    """
    traits, average = method_traits(config.method), "_ema" if config.ema else ""
    found = {"generator": f"{traits.sampler}{average}."}
    if config.adversarial:
        found["discriminator"] = f"{traits.critic}."
    return found | {name: f"{name}{average}." for name in published(config)}


def published(config: TrainConfig) -> tuple[str, ...]:
    """The players beside G and D that a model keeps: those whose setting is not 0, where they have one."""
    publishes = method_traits(config.method).publishes
    return tuple(name for name, setting in publishes.items() if not setting or getattr(config, setting))
