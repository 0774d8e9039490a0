"""New families, losses and launchers are one file each: those in ``own/``, copied to a folder of their own, are used as
the project's, with no other file changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_own_entries_are_used_as_the_projects(tmp_path: Path) -> None:
    # In one process of its own: names are read when the settings are imported.
    own = shutil.copytree(HERE / "own", tmp_path / "own", ignore=shutil.ignore_patterns("__pycache__"))
    files = map(str, sorted(HERE.glob("within*.py")))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files],
        cwd=HERE.parents[1], env={**os.environ, "GAN_EXPLORER_EXTENSIONS": str(own)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
