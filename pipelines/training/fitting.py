"""Whether the run of a configuration would fit into this machine's memory, asked before there is a run."""

from __future__ import annotations

import signal
from types import FrameType

from pipelines import data
from pipelines.config.checking import check
from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.errors import ConfigError, is_out_of_memory
from pipelines.training import machine, memory
from pipelines.training.pictures import fields_of, spec_of

try:
    import resource  # not on Windows
except ImportError:
    resource = None  # type: ignore[assignment]


MOST_BYTES = 4_000_000_000  # that finding it out may take itself


def room_for(config: TrainConfig, most_seconds: int | None = None) -> memory.Room:
    """What a run of a configuration takes. The process must be one of its own: what it may take itself is limited.

    The data set is not prepared for it. One that is not there yet is asked for its classes alone.

    Args:
        most_seconds: of the processor, that it may take; None: as long as it takes.

    Raises:
        ConfigError: the configuration cannot be trained, its data set must be prepared first, or finding it out takes
            too much time or memory itself.
        DataError: the folder of the pictures is missing or holds none.
    """
    config = check(config)
    spec, fields = _known_of(config)
    where, too_large = (
        machine.resolve(config),
        ConfigError(
            f"Networks of width {config.width} at {config.size} x {config.size} are too large here to try how much "
            "memory they take: the run says it when it begins."
        ),
    )

    def late(number: int, frame: FrameType | None) -> None:
        raise too_large

    if resource and where.device == "cpu":
        most = min(MOST_BYTES, memory.free_bytes("cpu") or MOST_BYTES)
        resource.setrlimit(resource.RLIMIT_DATA, (most, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    if resource and most_seconds:
        signal.signal(signal.SIGXCPU, late)
        resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    try:
        return memory.room(config, where, spec, fields)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise too_large from None


def _known_of(config: TrainConfig) -> tuple[Spec, dict]:
    """The spec and the fields of a configuration's data set, as far as they are known without preparing it."""
    if data.is_prepared(config.data, **config.pictures):
        image_set = data.load(config.data, **config.pictures)
        if config.conditional:
            data.require_condition(image_set)
        return spec_of(image_set), fields_of(image_set)
    seen = data.overview(config.data, **config.pictures)
    if config.conditional and seen.condition:
        raise ConfigError(f"What it takes is known once the data set {config.data!r} is prepared, by its first run.")
    return Spec(len(seen.class_names)), {}
