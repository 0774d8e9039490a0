"""Modules of ``explorer/web`` that need no browser, by the ``*.test.js`` files in this folder, in node's own runner.

Where Node.js is missing or older than 20 they are skipped with a sentence, or fail when REQUIRE_NODE=1 is set.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OLDEST = 20  # the first with a stable runner


@pytest.fixture(scope="module")
def node() -> str:
    """The path of Node.js."""
    found = shutil.which("node")
    said = subprocess.run([found, "--version"], capture_output=True, text=True).stdout if found else ""
    version = re.match(r"v(\d+)", said)
    if version is None or int(version[1]) < OLDEST:
        reason = f"Tests of the browser's scripts need Node.js {OLDEST} or later; found: {said.strip() or 'none'}."
        if os.environ.get("REQUIRE_NODE") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.mark.parametrize("file", sorted(HERE.rglob("*.test.js")), ids=lambda file: file.relative_to(HERE).as_posix())
def test_module(node: str, file: Path) -> None:
    python = os.environ | {"PYTHON": sys.executable}  # some ask it what runs draw
    done = subprocess.run([node, str(file)], capture_output=True, text=True, timeout=60, env=python)
    ran = re.search(r"^# tests (\d+)$", done.stdout, re.MULTILINE)
    assert done.returncode == 0 and ran and int(ran[1]) > 0, done.stdout + done.stderr
