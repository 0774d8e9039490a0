"""Drawing the faces of the data sets in tests."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def styles_checked_once() -> Iterator[None]:
    """Let styles of one definition be one object, which is only read.

    DiceBear checks a definition against its schema for each painter, which takes longer than drawing a hundred faces.
    """
    import dicebear  # only here: few tests draw

    real, known = dicebear.Style, {}

    @functools.wraps(real, updated=())
    def style(definition: dict) -> object:
        key = json.dumps(definition)
        if key not in known:
            known[key] = real(definition)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dicebear, "Style", style)
        yield
