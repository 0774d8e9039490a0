"""The training process: waits its turn, prepares the data, trains, and keeps the run folder up to date until it ends.

Loading torch takes seconds and much memory, so nothing here loads it before the job's turn has come.
"""

from __future__ import annotations

import os
import signal
import threading

from pipelines.errors import GanError, is_out_of_memory
from pipelines.runs.folder import FAILED, FINISHED, PREPARING, QUEUED, STOPPED, RunFolder
from pipelines.runs.queue import QueuePlace, line_for
from pipelines.runs.reporter import Gone, RunReporter, Show, Stop, log, wait_turn


def work(folder: RunFolder, show: Show | None = None) -> str:
    """Train a run to its end, to a stop or to a failure.

    Args:
        folder: a run that was created, or set up to go on.
        show: called with each status that is published.

    Returns:
        The state it ended in; ``deleted`` when its folder is gone.

    Raises:
        RunError: another process works on it.
    """
    with folder.hold():
        reporter = RunReporter(folder, show)
        _listen_to_signals(reporter.interrupted)
        turn = QueuePlace(line_for(folder.record().config.device))
        try:
            reporter.tell(state=QUEUED, pid=os.getpid(), message="Waiting to start.", place=None)
            wait_turn(reporter, turn)
            reporter.tell(state=PREPARING, message="Loading the networks.", place=None, progress=0.0)
            from pipelines.runs import session  # loads torch

            ended = session.train(reporter, turn)
            end = (FINISHED, ended) if ended else (STOPPED, "Stopped; Resume goes on from here.")
            reporter.tell(state=end[0], message=end[1], eta_s=None, progress=None, place=None)
        except Stop:
            reporter.tell(state=STOPPED, message="Stopped; Resume goes on from here.", progress=None, place=None)
        except Gone:
            log.info("The run folder was deleted; the process ends.")
            return "deleted"
        except Exception as error:
            return _fail(reporter, error)
        finally:
            turn.leave()
            reporter.leave()
    return reporter.status.state


def _fail(reporter: RunReporter, error: Exception) -> str:
    message = explain(error, reporter)
    if isinstance(error, (GanError, OSError, MemoryError)):
        log.error("%s", message)
    else:
        log.exception("%s", message)
    try:
        reporter.tell(state=FAILED, message=message, eta_s=None, progress=None, place=None)
    except Gone:
        return "deleted"
    except OSError as second:  # a full disk may not even take the status; the log and the terminal have the sentence
        log.error("The status could not be written either (%s).", second.strerror)
    return FAILED


def explain(error: Exception, reporter: RunReporter) -> str:
    """One sentence for a person: what happened, and what to do about it."""
    config = reporter.folder.record().config
    if isinstance(error, GanError):
        return str(error)
    if is_out_of_memory(error):
        return (
            f"Out of memory with batches of {config.batch_size} pictures of {config.size} x {config.size} at width "
            f"{config.width}: duplicate the settings with a smaller batch_size or width."
        )
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return (
            f"The run folder {reporter.folder.path} could not be written ({reason}): free some space or mend its "
            "permissions, then Resume; what was written before is kept."
        )
    return f"An error of the program itself ended the run ({type(error).__name__}: {error}); train.log has the details."


def _listen_to_signals(interrupted: threading.Event) -> None:
    """Ctrl-C and a polite kill stop the run as the Stop button does: after the step, with a checkpoint."""
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGINT", "SIGTERM"):
            signal.signal(getattr(signal, name), lambda *_: interrupted.set())
