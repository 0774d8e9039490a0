"""Lowers the priority of what ``python -m pipelines`` computes, so that the page answers first."""

from __future__ import annotations

import contextlib
import os

NICENESS = 5  # of 19: a third of what the server gets where both want the same core
_BELOW_NORMAL = 0x00004000  # Windows' name for it: BELOW_NORMAL_PRIORITY_CLASS


def lower() -> None:
    """Lower the priority of this process and of all that it starts; where that cannot be done, nothing happens."""
    with contextlib.suppress(OSError, AttributeError, ValueError):
        if os.name == "nt":
            import ctypes

            kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
            kernel.GetCurrentProcess.restype = ctypes.c_void_p
            kernel.SetPriorityClass(ctypes.c_void_p(kernel.GetCurrentProcess()), _BELOW_NORMAL)
        else:
            os.nice(max(0, NICENESS - os.nice(0)))
    # Linux may share cores among sessions first, whatever the niceness within them (sched_autogroup_enabled). A session
    # that others lead too, as in a terminal, is left alone.
    with contextlib.suppress(OSError, AttributeError):
        if os.getsid(0) == os.getpid():
            with open("/proc/self/autogroup", "w", encoding="ascii") as file:
                file.write(str(NICENESS))
