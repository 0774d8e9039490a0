"""How much memory a run would take, found out by ``python -m pipelines memory`` in a process of its own.

It builds networks, which may be large: the server's own memory is not for that. One is under way at a time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from functools import lru_cache
from typing import Any

from pipelines.config.settings import Role
from pipelines.config.train_config import TrainConfig, of_role
from pipelines.paths import PROJECT

PATIENCE_S = 90.0  # by the clock, beside other programs
LATE = "How much memory these settings take could not be found out in time: the run says it when it begins."
# What changes nothing about it.
OTHER = of_role(Role.LENGTH, Role.RECORDS, Role.RATE, Role.MOMENT)
_one_at_a_time = threading.Lock()


def asked(config: TrainConfig) -> dict[str, Any]:
    """What a run of a configuration takes: ``fits``, True, False or None where it is not known, and ``words``."""
    plain = TrainConfig(**{name: value for name, value in config.to_dict().items() if name not in OTHER})
    with _one_at_a_time:
        return _found(plain)


@lru_cache(maxsize=64)
def _found(config: TrainConfig) -> dict[str, Any]:
    command = [sys.executable, "-m", "pipelines", "memory", "--lines", *_options(config)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with suppress(OSError, subprocess.TimeoutExpired, ValueError, IndexError):
        ended = subprocess.run(
            command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S
        )
        return json.loads(ended.stdout.splitlines()[-1])
    return {"fits": None, "words": LATE}


def _options(config: TrainConfig) -> list[str]:
    """The options of the command that give these settings."""
    options, usual = [], TrainConfig().to_dict()
    for name, value in config.to_dict().items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            options += [f"--{flag}" if value else f"--no-{flag}"] if value != usual[name] else []
        elif value not in (None, usual[name]):
            options.append(f"--{flag}={value}")
    return options
