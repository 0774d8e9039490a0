"""What goes wrong when a person asks for something: noted as a sentence where it happens, shown on the page's next run.

Streamlit ends a run of a page at its next yield point once the browser has asked for another run (see
``double_click``). So the sentence is noted in place, and forgotten only once it is on the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner_utils.exceptions import ScriptControlException

from explorer.messages import without_paths
from explorer.widgets.double_click import notes
from explorer.widgets.text import literal
from pipelines.errors import GanError

PAGE = "page"  # where a sentence is shown unless told otherwise: below the page's title
Place = ModuleType | st.delta_generator.DeltaGenerator


@contextmanager
def noted(unwritable: str = "", *, where: str = PAGE, anew: bool = False) -> Iterator[None]:
    """Notes the ``GanError`` that is raised within, which ends there.

    Args:
        unwritable: what the disk may refuse, "The note" say: an ``OSError`` is a sentence about it then.
        where: it is to be shown.
        anew: whether the page is to run anew then; a callback has that run after it anyway.
    """
    ended = None
    try:
        kept = _sentences()
    except ScriptControlException as end:  # of this run of the page, once what a person asked for is done
        kept, ended = _sentences(), end
    try:
        yield
    except GanError as error:
        kept[where] = without_paths(str(error))
    except OSError as error:  # a full disk, say
        if not unwritable:
            raise
        kept[where] = without_paths(f"{unwritable} cannot be written ({error.strerror or error}).")
    else:
        anew = False
    if ended:
        raise ended
    if anew:
        st.rerun()


def show(where: str = PAGE, place: Place = st) -> None:
    """Show the sentence that was noted for there, if one was, and forget it."""
    kept = _sentences()
    if sentence := kept.get(where):
        place.error(literal(sentence), icon=":material/error:")
        kept.pop(where, None)


@contextmanager
def handed(where: str) -> Iterator[str]:
    """The sentence for a component to show, "" without one; forgotten once the component is on the page."""
    kept = _sentences()
    sentence = kept.get(where, "")
    yield sentence
    if kept.get(where) == sentence:
        kept.pop(where, None)


def _sentences() -> dict[str, Any]:
    return notes().setdefault("problems", {})
