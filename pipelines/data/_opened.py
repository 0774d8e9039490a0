"""The pictures of a folder, opened one by one."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PIL import Image

from pipelines.data import _photos, _picture
from pipelines.data._depth import Reach
from pipelines.data._image_set import Progress


class Opened:
    """Opens the pictures of a folder one by one, and keeps what notes are to say of them."""

    def __init__(self, folder: Path, names: list[str], others: list[str], size: int, progress: Progress) -> None:
        self._folder, self._names, self._size, self._progress = folder, names, size, progress
        self._others = others  # not opened, but what is white in deep pictures is the same in both parts
        self._reach: Reach | None = None  # unknown until the first picture that needs it, which most folders lack
        self._moving: list[str] = []

    def __call__(self, index: int) -> Image.Image:
        def reach() -> Reach:
            if self._reach is None:
                self._reach = self._reach_from(index)
            return self._reach

        image, moving = _picture.upright(self._folder / self._names[index], self._size, reach)
        if moving:
            self._moving.append(self._names[index])
        return image

    def _reach_from(self, first: int) -> Reach:
        """Of all pictures from this on, and of those of the other part; those before it have 8 bits a channel."""
        reach, left = Reach(), [*self._names[first:], *self._others]
        for index, name in enumerate(left):
            message = f"Looking for the brightest value: picture {index + 1:,} of {len(left):,}"
            self._progress(first / len(self._names), message)
            with contextlib.suppress(Exception):  # what cannot be read will be counted
                _picture.add_to(reach, self._folder / name)
        return reach

    def notes(self) -> tuple[str, ...]:
        """Of how many pictures only the first frame was read, and what was white in deep ones."""
        moving = (f"{len(self._moving):,} with several frames or pages, of which the first is read: "
                  f"{_photos.some(self._moving)}",) if self._moving else ()  # fmt: skip
        return (*moving, *(self._reach.notes() if self._reach else ()))
