"""The interactive part of a page: one component a page, which fetches pictures from the routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.theme import palette
from explorer.widgets import assets


def stage(name: str, label: str, *shared: str) -> Callable[..., Any]:
    """A component, ``explorer/web/<name>/<name>.js``, for exploring a model.

    Args:
        shared: names of further style sheets, before its own.

    Returns:
        A function ``mount(model_id, **data)`` that mounts it and returns the script's wish, of something that must be
        written (a direction to save), or None.
    """
    mounted = assets.component(f"{name}/{name}", label, "stage", *shared)

    def mount(model_id: str, **data: Any) -> Any:
        return mounted(name, {"model": model_id, "palette": palette(), **data}, "wish").get("wish")

    return mount
