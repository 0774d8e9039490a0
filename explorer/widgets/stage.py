"""The part of a page that moves: one component a page, which asks the routes for pictures by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.look import palette
from explorer.widgets import assets


def stage(name: str, label: str, *shared: str) -> Callable[..., Any]:
    """A component ``<name>.js`` for exploring a model.

    Args:
        shared: names of further style sheets, before its own.

    Returns:
        A function ``mount(model_id, **data)`` that mounts it; its result has ``wish``, what the script wants done that
        writes (a direction to save).
    """
    mounted = assets.component(name, label, "stage", *shared)

    def mount(model_id: str, **data: Any) -> Any:
        known = {"model": model_id, "palette": palette(), "assets": assets.address(), **data}
        return mounted(key=name, data=known, on_wish_change=lambda: None)

    return mount
