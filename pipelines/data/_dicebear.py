"""Draws faces of a style of DiceBear as pixels: SVG composed of named parts, rendered by resvg.

The packages (dicebear-core, dicebear-styles, resvg-py) are imported when the first face is drawn.
"""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Mapping
from importlib.resources import files
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image

from pipelines.errors import DataError


class Painter:
    """Draws faces of one style and size; the same face gives the same bytes.

    The lines of a face are composed once for all its colours, as composing them takes longer than rendering them.
    """

    def __init__(
        self, definition: Mapping[str, Any], framing: Mapping[str, Any], placeholders: Mapping[str, str], size: int,
        channels: int,
    ) -> None:  # fmt: skip
        """Readies the style.

        Args:
            definition: of the style, as ``definition_of`` gives it.
            framing: DiceBear's options that say where in the picture the face lies.
            placeholders: a colour ``#rrggbb`` for each colour name of the style, which no part of the style has.
            size: edge in pixels, at which the faces are drawn; nothing is resized.
            channels: 3, or 1 for Pillow's grey (ITU-R 601-2 luma), as for people's own pictures.

        Raises:
            DataError: a package that draws is missing.
        """
        self._size, self._channels, self._placeholders = size, channels, placeholders
        dicebear, self._render = package("dicebear"), package("resvg_py").svg_to_bytes
        self._avatar, self._style = dicebear.Avatar, dicebear.Style(definition)
        self._options: dict[str, Any] = {**framing, **{f"{name}Color": [each] for name, each in placeholders.items()}}
        self._options |= {f"{name}Probability": 0 for name in definition["components"]}
        self._drawings: dict[tuple[tuple[str, str], ...], str] = {}

    def picture(self, shapes: Mapping[str, str], colours: Mapping[str, str]) -> np.ndarray:
        """One face, uint8 [channels, size, size].

        Args:
            shapes: the style's variant of each component, by the component's name; what is not named is left out.
            colours: ``#rrggbb`` for each of the placeholders.
        """
        key = tuple(shapes.items())
        if key not in self._drawings:
            self._drawings[key] = self._drawing(shapes)
        svg = self._drawings[key]
        for name, placeholder in self._placeholders.items():
            svg = svg.replace(placeholder, colours[name])
        png = self._render(svg_string=svg, width=self._size, height=self._size, skip_system_fonts=True)
        with Image.open(io.BytesIO(png)) as image:
            pixels = np.asarray(image.convert("L" if self._channels == 1 else "RGB"))
        return pixels.reshape(self._size, self._size, self._channels).transpose(2, 0, 1)

    def _drawing(self, shapes: Mapping[str, str]) -> str:
        """SVG text, with placeholders for colours."""
        options = dict(self._options)
        for name, variant in shapes.items():
            options |= {f"{name}Variant": [variant], f"{name}Probability": 100}
        return self._avatar(self._style, options).to_string()


def definition_of(style: str) -> dict[str, Any]:
    """The definition of one of DiceBear's styles, for the caller to change.

    Raises:
        DataError: the package of styles is missing.
    """
    return json.loads(files(package("dicebear_styles")).joinpath(f"{style}.json").read_text("utf-8"))


def lift_mouth(definition: dict[str, Any], at: tuple[float, float], scale: float) -> None:
    """Let a style draw the beard before the mouth, which is moved to ``at`` and enlarged, so that both can be seen."""
    layers = definition["canvas"]["elements"]
    by_name = {layer["name"]: layer for layer in layers}
    beard, mouth = by_name["facialHair"], by_name["mouth"]
    layers.remove(beard)
    layers.insert(layers.index(mouth), beard)
    mouth["attributes"]["transform"] = f"translate({at[0]:g} {at[1]:g}) scale({scale:g})"


def path(shape: str, look: Mapping[str, Any]) -> dict[str, Any]:
    """An element of a definition: a path of SVG with attributes."""
    return {"name": "path", "type": "element", "attributes": {"d": shape, **look}}


def package(name: str) -> ModuleType:
    """A package that draws.

    Raises:
        DataError: it is missing.
    """
    try:
        return importlib.import_module(name)
    except ImportError as problem:
        raise DataError(
            f"Drawing the data set 'faces' needs the package {name}, which cannot be imported ({problem}); "
            "run: pip install -r requirements.txt"
        ) from problem
