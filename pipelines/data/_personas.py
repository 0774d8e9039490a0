"""Cartoon faces in the style Personas by Draftbit, as DiceBear's remix of it draws them: the parts that faces have.

The head fills the picture, the mouth is enlarged and lies above the beard, and beards leave it free, as in the style of
the data set ``faces``. The closed mouths and the full beard are ours, drawn to fit. Style and changes are under the
licence CC BY 4.0.

Sources: https://personas.draftbit.com/ and https://www.dicebear.com/styles/personas/ (packages dicebear-core and
dicebear-styles).
"""

from __future__ import annotations

from typing import Any

from pipelines.data._dicebear import Painter, definition_of, lift_mouth, path

FRAMING = {"scale": 1.2, "translateY": 3}
MOUTH_SCALE = 1.5
MOUTH_AT = (32 - 5 * MOUTH_SCALE, 40.8 - 3.54 * MOUTH_SCALE)  # brings the middle of the mouth, (5, 3.54), to (32, 40.8)
INK = "#1B0640"  # of the style's own eyes and mouths
LINES = {"softSmile": "M1.4 2.2q3.6 4.2 7.2 0", "calm": "M2 3.54h6"}  # closed mouths
# From the left temple along the moustache to the right one, around the chin; then the mouth's opening.
BEARD = (
    "M8.47 6.76L10.9 5.93A2.5 2.5 0 0 1 14 7.3A2.5 2.5 0 0 1 17.1 5.93L19.53 6.76A18.7 18.7 0 0 0 28 0V6.3"
    "A14 14 0 0 1 0 6.3V0C2.05 2.94 5 5.43 8.47 6.76ZM14 8.3C11 8.3 7.6 9.2 7.6 12.1C7.6 15 11 16.4 14 16.4"
    "C17 16.4 20.4 15 20.4 12.1C20.4 9.2 17 8.3 14 8.3Z"
)
PLACEHOLDERS = {
    name: f"#fe02{number:02}"
    for number, name in enumerate(("background", "skin", "hair", "facialHair", "clothing"))
}  # fmt: skip
MOUTHS = {"smile": "bigSmile", "softSmile": "softSmile", "surprised": "surprise", "calm": "calm"}
LONG_CUTS = ("extraLong", "long", "bobCut", "bobBangs")
SHORT_CUTS = ("shortCombover", "shortComboverChops", "curlyHighTop", "fade")


def painter(size: int, channels: int) -> Painter:
    """Draws faces of this style: ``Painter`` says how."""
    return Painter(definition(), FRAMING, PLACEHOLDERS, size, channels)


def definition() -> dict[str, Any]:
    """DiceBear's style with our parts, and the beard drawn before the mouth."""
    style = definition_of("personas")
    lift_mouth(style, MOUTH_AT, MOUTH_SCALE)
    line = {"stroke": INK, "stroke-width": "1.8", "stroke-linecap": "round"}
    for name, shape in LINES.items():
        style["components"]["mouth"]["variants"][name] = {"elements": [path(shape, line)]}
    look = {"fill-rule": "evenodd", "clip-rule": "evenodd", "fill": {"type": "color", "name": "facialHair"}}
    style["components"]["facialHair"]["variants"]["full"] = {"elements": [path(BEARD, look)]}
    curls = style["components"]["hair"]["variants"]["curlyHighTop"]
    curls["elements"] = curls["elements"][:1]  # without the highlight, which makes brown curls look grey
    return style
