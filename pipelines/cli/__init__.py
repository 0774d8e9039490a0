"""The command line: each command is a thin layer over the rest of ``pipelines``. Only those that compute load torch."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable
from typing import Any

from pipelines.cli import jobs, models, readers, trouble  # noqa: F401 - their commands enrol themselves, in this order
from pipelines.cli.app import app
from pipelines.cli.shown import err
from pipelines.errors import GanError


def main(arguments: list[str] | None = None) -> None:
    """Run a command; an error meant for the person is one sentence and exit code 1."""
    run: Callable[..., Any] = app
    for stream in (sys.stdout, sys.stderr):  # a path may hold bytes that no text can
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        run(arguments)
    except GanError as error:
        err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
    finally:
        logging.shutdown()
