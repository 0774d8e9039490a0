"""What is drawn of a face beside its picture: a map of its parts, and its outlines; both aligned with the picture.

Both depend on a face's shapes alone, not on its colours, and are kept for the next face of the same shapes.

**The map** says which part is seen in each pixel. The face is drawn with each part in one flat colour, without
anti-aliasing, at up to eight times the size; a pixel has the label that covers most of it. Thin parts count several
times (``WEIGHTS``), so that brows or the frame of glasses do not get lost. What lies in front is seen: the mouth above
the beard, hair above the forehead, and of brows behind dark glasses at most the ends. Of clear glasses the frame is
labelled, and eyes and skin behind the lenses keep their labels; dark lenses are glasses. Shades that a part casts on
another belong to the other.

**The outlines** are the drawing's own: each part is white with a black line around it, and hides what lies behind. Thin
parts (brows, nose, closed mouth, frame of glasses, pupils), an open mouth but for its teeth, and dark lenses are black.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pipelines import data
from pipelines.data import _avataaars, faces
from pipelines.data._dicebear import Painter
from pipelines.data._image_set import ImageSet, Progress, with_field, within

LABELS = ("background", "skin", "hair", "eyes", "brows", "nose", "mouth", "beard", "glasses", "clothes")
LABEL_OF = {
    "top": "hair", "eyes": "eyes", "eyebrows": "brows", "nose": "nose", "mouth": "mouth", "facialHair": "beard",
    "accessories": "glasses", "clothes": "clothes",
}  # fmt: skip
WEIGHTS = {"brows": 6.0, "nose": 4.0, "mouth": 3.5, "eyes": 3.0, "glasses": 3.0}  # of thin parts; of others 1
LARGE = 64  # pixels, from which on each thin part counts 3 times
FINE = 128  # pixels, edge at which maps are drawn at most, unless the face is larger
SHADE = 0.3  # opacity of black, below which it shades what lies under it
UNITS = 280 / _avataaars.FRAMING["scale"]  # of the drawing, from one edge of the picture to the other
LINE = 1.0  # pixels, width of an outline
CLOSED = 1.6  # times as wide is the line of a closed mouth
JAW = "M116 180.61a56 56 0 0 0 24 5.39 56 56 0 0 0 24-5.39"  # where the style's shade on the neck begins
BLACK, WHITE = "#000000", "#ffffff"

Attributes = dict[str, Any]


class Views:
    """Draws one view of faces of one size; the same shapes give the same bytes."""

    def __init__(
        self, size: int, definition: Mapping[str, Any], background: str, made: Callable[[np.ndarray], np.ndarray]
    ) -> None:
        """
        Args:
            size: edge in pixels at which the view is drawn.
            definition: the style's, as the view has it, with all its colours fixed.
            background: colour, ``#rrggbb``.
            made: makes the view of pixels, uint8 [3, size, size].
        """
        framing = {**_avataaars.FRAMING, "backgroundColor": [background]}
        self._painter, self._made = Painter(definition, framing, {}, size, 3), made
        self._known: dict[tuple[tuple[str, str], ...], np.ndarray] = {}

    def of(self, shapes: Mapping[str, str]) -> np.ndarray:
        """The view of a face of some shapes; ``Painter.picture`` says what they are."""
        key = tuple(shapes.items())
        if key not in self._known:
            self._known[key] = self._made(self._painter.picture(shapes, {}))
        return self._known[key]


def maps(size: int) -> Views:
    """Draws maps of parts, int8 [1, size, size], the place in ``LABELS`` of what is seen in each pixel."""
    scale = max(1, FINE // size)
    weights = np.array([min(WEIGHTS.get(name, 1.0), 3.0 if size >= LARGE else math.inf) for name in LABELS])

    def made(pixels: np.ndarray) -> np.ndarray:
        fine = pixels[0].reshape(size, scale, size, scale)
        shares = np.stack([(fine == label).sum((1, 3)) for label in range(len(LABELS))], -1)
        return (shares * weights).argmax(-1).astype(np.int8)[None]

    style = _redrawn(_flat)
    style["attributes"]["shape-rendering"] = "crispEdges"  # no anti-aliasing: no colour lies between two parts
    return Views(scale * size, style, _colour("background"), made)


def outlines(size: int) -> Views:
    """Draws outlines, uint8 [1, size, size], dark lines on white."""
    style = _redrawn(lambda part, look: _lined(part, look, LINE * UNITS / size))
    return Views(size, style, WHITE, lambda pixels: pixels[:1])


def read(name: str, field: str, views: Views, *, size: int, channels: int, split: str, progress: Progress) -> ImageSet:
    """One split of the faces, with a view of each as a field.

    Args:
        name, field: of the data set to make, and of its field.
        views: at the size of the faces.
        size, channels, split, progress: as ``data.load`` has them.

    Raises:
        DataError: a package that draws is missing.
    """
    drawn = data.load("faces", size=size, channels=channels, split=split, progress=within(progress, 0.0, 0.6))
    seen = []
    for index, row in enumerate(faces.drawn_parts(split)):
        progress(0.6 + 0.3 * index / len(drawn), f"Drawing the {field} of face {index + 1:,} of {len(drawn):,}")
        seen.append(views.of(faces.shapes_and_colours(row)[0]))
    return with_field(drawn, name, field, np.stack(seen), within(progress, 0.9, 1.0))


def _redrawn(look_of: Callable[[str, Attributes], Attributes | None]) -> dict[str, Any]:
    """The style with other looks.

    Args:
        look_of: gives the attributes of an element of a part, a key of ``LABEL_OF`` or "skin"; None leaves it out.
    """

    def elements(part: str, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        drawn = []
        for element in given:
            if element["type"] == "component":
                drawn.append(element)
            elif element["name"] == "path" and (look := look_of(part, element["attributes"])):
                drawn.append({**element, "attributes": look})
        return drawn

    style = _avataaars.definition()
    style["canvas"]["elements"] = elements("skin", style["canvas"]["elements"])
    for part, component in style["components"].items():
        for variant in component["variants"].values() if part in LABEL_OF else ():
            variant["elements"] = elements(part, variant["elements"])
    return style


def _flat(part: str, look: Attributes) -> Attributes | None:
    """An element in the colour that stands for its part's label."""
    if _shades(part, look):
        return None
    colour = _colour(LABEL_OF.get(part, "skin"))
    kept = {name: value for name, value in look.items() if not name.endswith("opacity")}
    return {**kept, **{name: colour for name in ("fill", "stroke") if name in look}}


def _colour(label: str) -> str:
    return f"#{LABELS.index(label):02x}0000"


def _lined(part: str, look: Attributes, width: float) -> Attributes | None:
    """An element as lines of a width, in units of the drawing."""
    line = {"stroke": BLACK, "stroke-width": f"{width:g}", "stroke-linejoin": "round", "stroke-linecap": "round"}
    if part == "mouth":
        line["stroke-width"] = f"{width / _avataaars.MOUTH_SCALE:g}"
    if part == "skin" and _shades(part, look):
        return {"d": JAW, **line}
    if _shades(part, look):
        return None
    kept = {name: value for name, value in look.items() if name in ("d", "fill-rule", "clip-rule")}
    if "stroke" in look:  # a closed mouth
        return {**kept, **line, "stroke-width": f"{CLOSED * float(line['stroke-width']):g}"}
    if part == "mouth":  # an open one, of which the teeth are seen
        return {**kept, "fill": WHITE if look["fill"] == "white" else BLACK}
    if part in ("eyebrows", "nose", "accessories") or (part == "eyes" and look["fill"] == "black"):
        return {**kept, "fill": BLACK}
    return {**kept, "fill": WHITE, **line}


def _shades(part: str, look: Attributes) -> bool:
    """Whether an element darkens or lightens what lies under it, and is no part itself; a nose is its shade."""
    faint = look.get("fill") == "black" and float(look.get("fill-opacity", 1)) < SHADE
    return part != "nose" and (faint or str(look.get("fill", "")).startswith("url("))
