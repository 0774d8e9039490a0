"""Errors a person can read: one sentence that says what was given, what is allowed and where to change it.

GanError
├── ConfigError    a setting or a combination of settings that cannot work
├── DataError      a data set that cannot be read, downloaded or prepared
├── RunError       a run folder, its control or its worker
├── ModelError     a trained model that cannot be loaded
│   └── DamagedFile    because its file was truncated or overwritten: no try will ever read it
├── NewerFile      (a RunError and a ModelError) a run or a model that a newer version of the program has written
└── TrainingError  training that cannot go on (non-finite loss, out of memory, full disk)

Everything else that is raised is a bug and keeps its traceback.
"""

from __future__ import annotations

import re


def printable(text: object) -> str:
    """A text that can be printed, sent and stored; bytes of a file's name that are no UTF-8 become ``\\xe9``."""
    return re.sub("[\ud800-\udfff]", _written, str(text))


def reason_of(error: BaseException) -> str:
    """What a library says of an error, for the brackets of a sentence: one line of at most 300 letters."""
    said = " ".join(str(error).split())
    return said if len(said) <= 300 else f"{said[:297]}..."


def _written(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else "\N{REPLACEMENT CHARACTER}"


class GanError(Exception):
    """Base of every error whose text is meant for the person in front of the screen; it can always be printed."""

    def __init__(self, sentence: object = "") -> None:
        super().__init__(printable(sentence))


class ConfigError(GanError):
    """A setting, or a combination of settings, that cannot work."""


class DataError(GanError):
    """A data set that cannot be read, downloaded or prepared."""


class RunError(GanError):
    """A run folder, its control or its worker."""


class ModelError(GanError):
    """A trained model that cannot be loaded."""


class DamagedFile(ModelError):
    """A file of weights that was truncated or overwritten, as its header or its length shows."""


class NewerFile(RunError, ModelError):
    """A run or a model that a newer version of the program has written: whole, but not for this version to read."""


class TrainingError(GanError):
    """Training that cannot go on; what was written before stays readable."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there was too little memory, of the machine or of its GPU."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "can't allocate" in text


UNREAD = {"newer": "was made by a newer version of the program", "damaged": "is damaged"}
"""Why a run or a model is not read, for a person, by the word of ``why_unread``."""


def why_unread(error: BaseException) -> str:
    """In a word, why a run or a model is not read: ``newer`` than this version of the program, or ``damaged``."""
    return "newer" if isinstance(error, NewerFile) else "damaged"
