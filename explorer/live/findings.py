"""The doctor beside a watcher: examines what was read of a run, for 5 % of the time at most. No torch."""

from __future__ import annotations

import logging
import time
from typing import Any

from explorer.live.reader import UNREADABLE, RunReader
from pipelines.doctor import examine
from pipelines.errors import GanError
from pipelines.runs.folder import RunFolder

SPACING_S = 1.5  # between two examinations; a finding takes half an epoch to show, so nobody waits for it
SHARE = 0.05  # of the time, at most: a long run's history takes longer to look through

log = logging.getLogger(__name__)


class LiveDoctor:
    """What is wrong with one run, as far as it has been read."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.findings: list[dict[str, Any]] | None = None  # None before the first examination
        self._due = 0.0
        self._seen: object = None

    def look(self, reader: RunReader) -> bool:
        """Examine what is new, if it is time.

        Returns:
            Whether the findings have changed.
        """
        began = time.monotonic()
        if began < self._due:
            return False
        rows = reader.recorded
        counts = len(rows.columns["step"]), len(rows.measures), len(rows.events)
        seen = reader.position.attempt, *counts, self.folder.checkpoint_steps()
        if seen == self._seen:
            return False
        self._seen = seen
        before = self.findings
        try:
            self.findings = [one.to_dict() for one in examine(rows.history(self.folder))]
        except UNREADABLE as error:  # the live view is worth more than what is said of it
            log.warning(
                "The run %s cannot be examined: %s", self.folder.id, error, exc_info=not isinstance(error, GanError)
            )
            self.findings = []
        ended = time.monotonic()
        self._due = ended + max(SPACING_S, (ended - began) / SHARE)
        return self.findings != before
