"""The models in memory: loaded once, shared by all visitors, the least recently used dropped.

Pages and routes get a model here. A model that is published anew, or a run that has trained on, is another file with
another time stamp, and so is loaded anew.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from weakref import WeakValueDictionary

import torch

from pipelines import metrics, paths
from pipelines.errors import GanError, ModelError
from pipelines.latent.model import Model
from pipelines.models import registry
from pipelines.models.trained import load_entry

MOST = 6  # models in memory; a shipped one takes a few megabytes, its bank and readings a few more
THREADS = 1  # of torch in the server: one never waits for another that a busy computer keeps from its core

torch.set_num_threads(THREADS)


class Library:
    """Models by reference and the folders it was found in, at most ``MOST`` of them."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._models: OrderedDict[str, tuple[tuple[int | str, ...], Model]] = OrderedDict()
        self._loading: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()  # kept while somebody waits

    def get(self, reference: str) -> Model:
        """The model of a reference; raises as ``explorer.model.load``.

        Raises:
            ModelError: the reference is none, or there is no such model, or its files are damaged.
        """
        if not registry.REFERENCE.fullmatch(reference):  # never a path: it comes from an address
            raise ModelError(f"{reference[:60]!r} names no model and no run.")
        key = f"{paths.models_home()}\0{paths.runs_home()}\0{reference}"
        with self._lock:
            one = self._loading.setdefault(key, threading.Lock())
        with one:  # the first loads, the others wait for it
            if found := self._unchanged(key):
                return found
            entry = registry.find(reference, anywhere=False)
            try:
                stamp = _stamp(entry)
            except OSError:
                raise ModelError(f"There is no model {reference!r} any more; it was deleted.") from None
            model = Model(load_entry(entry))
            with self._lock:
                self._models[key] = stamp, model
                while len(self._models) > self._most:
                    self._models.popitem(last=False)
            return model

    def _unchanged(self, key: str) -> Model | None:
        """A model in memory, if its files are those it was loaded from; none of them is read for that."""
        with self._lock:
            known = self._models.get(key)
        if known is None:
            return None
        stamp, model = known
        try:
            if _stamp(model.trained.entry) != stamp:
                return None
        except (OSError, GanError):  # deleted, or its checkpoint is: finding it says so
            return None
        with self._lock:
            if key in self._models:
                self._models.move_to_end(key)
        return model


def _stamp(entry: registry.Entry) -> tuple[int | str, ...]:
    """Changes when the model's files do. A copy may keep its time, and a new file may get an old one's number.

    Also when the files that say what the model is do: they are read again only then, and not at every request.
    """
    stamp = _numbers(entry.generator_path)
    beside = ("notes.json",) if entry.run else ("card.json", "readings.safetensors", registry.STEERING)
    for name in ("config.json", *beside):
        with suppress(FileNotFoundError):
            stamp += (name, *_numbers(entry.folder / name))
    return (*stamp, metrics.stamp(entry.config.data, entry.fingerprint))  # of a reader that is trained meanwhile


def _numbers(path: Path) -> tuple[int, ...]:
    file = os.stat(path)
    return file.st_mtime_ns, file.st_ctime_ns, file.st_size, file.st_ino


LIBRARY = Library()
