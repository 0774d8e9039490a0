"""Runs of an extension folder and the models published from them: of two conditions that are no classes, of a modality
that is no picture, and of a method with four networks. Trained in a process of their own, which finds the entries.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import PROJECT, Homes
from tests.extensions import test_conditions, test_method, test_modality
from tests.extensions.whole_life import SETTINGS

FILES = {
    **{f"data/told_{kind}.py": test_conditions.DATA.replace("KIND", kind).replace('"told"', f'"told-{kind}"')
       for kind in ("picture", "numbers")},
    "networks/brightness.py": test_conditions.NETWORK,
    "data/waves.py": test_modality.DATA,
    "modalities/curve.py": test_modality.MODALITY,
    "networks/dense.py": test_modality.NETWORK,
    "data/domains.py": test_method.DATA,
    "methods/cycle.py": test_method.METHOD,
    "networks/patches.py": test_method.NETWORK,
}  # fmt: skip
TOLD = {"network": "brightness", "conditional": True, "samples": 16, "lr_g": 0.01, "lr_d": 0.01}
RUNS = {
    "by-picture": {"data": "told-picture", **TOLD},
    "by-numbers": {"data": "told-numbers", **TOLD},
    "curves": {"data": "waves", "network": "dense", "lr_g": 0.01, "lr_d": 0.01},
    "translator": {"data": "domains", "network": "patches", "method": "cycle", "conditional": True},
}


def run_id(name: str) -> str:
    """The id of the run that a model was published from."""
    return f"20260101-120000-{name}-abcd"


def write_all(homes: Homes, extensions: Path) -> None:
    """Write the extension's files, and train and publish into the homes."""
    for name, content in FILES.items():
        path = extensions / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    environment = {**os.environ, **homes.environment(), "GAN_EXPLORER_EXTENSIONS": str(extensions)}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.extensions.published", json.dumps(RUNS)], cwd=PROJECT, env=environment,
        capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-4000:]


def main() -> None:
    """Train and publish each of ``RUNS``."""
    from pipelines.config.checking import check
    from pipelines.config.train_config import TrainConfig
    from pipelines.models.publishing import publish
    from pipelines.paths import runs_home
    from pipelines.runs import jobs, worker
    from pipelines.runs.folder import FINISHED

    for name, settings in json.loads(sys.argv[1]).items():
        run = jobs.create(check(TrainConfig(**{**SETTINGS, **settings})), path=runs_home() / run_id(name))
        assert worker.work(run) == FINISHED, run.status().message
        publish(run, name, checkpoint_name="last", samples=100)


if __name__ == "__main__":
    main()
