"""A property that is computed once for each object, also when several threads ask at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):
    """Computed by the first thread that asks, while the others wait for it; then a plain attribute.

    What fails is computed again by the next who asks. ``functools.cached_property`` will not do: up to Python 3.11 one
    lock serves all objects of a class, so that two properties which need each other's owner can wait for ever, and from
    3.12 on there is none at all.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute, self.__doc__ = compute, compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, one: None, owner: type) -> once[T]: ...
    @overload
    def __get__(self, one: object, owner: type) -> T: ...
    def __get__(self, one: object | None, owner: type) -> once[T] | T:
        if one is None:
            return self
        kept = one.__dict__
        with kept.setdefault(f"_{self._name}_lock", threading.RLock()):
            if self._name not in kept:
                kept[self._name] = self._compute(one)
            return kept[self._name]
