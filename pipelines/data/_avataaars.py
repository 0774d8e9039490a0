"""Cartoon faces in the style Avataaars by Pablo Stanley, as DiceBear's remix of it draws them, on this machine.

The style's own parts are used where they can be told apart at 64x64 pixels. Three mouths and the beards are ours, drawn
to fit: the style's closed mouths are a pixel high at that size, and its beards cover the mouth. The mouth is
enlarged, and lies above the beard, so that both can always be seen.

Sources: https://avataaars.com/ and https://www.dicebear.com/styles/avataaars/ (packages dicebear-core and
dicebear-styles).
"""

from __future__ import annotations

from typing import Any

from pipelines.data._dicebear import Painter, definition_of, lift_mouth, path

MOUTH_SCALE = 1.3
MOUTH_AT = (140 - 46 * MOUTH_SCALE, 158 - 17 * MOUTH_SCALE)  # brings the middle of the mouth, (46, 17), to (140, 158)
LINE = {"stroke": "black", "stroke-opacity": ".7", "stroke-width": "5", "stroke-linecap": "round"}
SHADE = {"fill": "black", "fill-opacity": ".7"}  # as the style's own mouths have it
MOUTHS = {
    "softSmile": [("M30 13q16 17 32 0", LINE)],
    "calm": [("M33 18h26", LINE)],
    "surprised": [
        ("M46 6a10.5 12 0 0 1 0 24a10.5 12 0 0 1 0-24", SHADE),
        ("M38.8 24.5a8 5 0 0 1 14.4 0a10.5 12 0 0 1-14.4 0", {"fill": "#FF4F6D"}),
    ],
}
# From the right temple down around the chin and up to the left one, back along the moustache; then the mouth's opening.
BEARD = (
    "M116.1 0C117.7 0 116.65 16.1 116.65 16.1V36.5{chin}V16.1S2.3 0 3.9 0C6 8 6 18.9 6.6 27.7C8 42 14 50 20 52"
    "C26 52 28 42 40 40C48 39 54 39 60 41C66 39 72 39 80 40C92 42 94 52 100 52C106 50 112 42 113.4 27.7"
    "C114 18.9 114 8 116.1 0ZM60 48C50 45.5 40 45.5 34 48.5C28 52 27 60 31 66C37 74 48 77 60 77C72 77 83 74 89 66"
    "C93 60 92 52 86 48.5C80 45.5 70 45.5 60 48Z"
)
CHINS = {
    "trimmed": "C116.6 51.8 107 76 85.9 86C80.7 88.5 69 96 60 96C51 96 39.3 88.5 34.1 86C13 76 3.4 51.8 3.35 36.5",
    "full": "C116.6 56 112 84 92 98C82 105 72 109 60 109C48 109 38 105 28 98C8 84 3.4 56 3.35 36.5",
}
PLACEHOLDERS = {
    name: f"#fe01{number:02}"
    for number, name in enumerate(("background", "skin", "hair", "facialHair", "clothes", "accessories"))
}
FRAMING = {"scale": 1.35, "translateY": 3}  # the head fills the picture, and long hair can still be seen to be long


def painter(size: int, channels: int) -> Painter:
    """Draws faces of this style: ``Painter`` says how."""
    return Painter(definition(), FRAMING, PLACEHOLDERS, size, channels)


def definition() -> dict[str, Any]:
    """DiceBear's style with our parts, and the beard drawn before the mouth."""
    style = definition_of("avataaars")
    lift_mouth(style, MOUTH_AT, MOUTH_SCALE)
    for name, lines in MOUTHS.items():
        style["components"]["mouth"]["variants"][name] = {"elements": [path(d, look) for d, look in lines]}
    look = {"fill-rule": "evenodd", "clip-rule": "evenodd", "fill": {"type": "color", "name": "facialHair"}}
    for name, chin in CHINS.items():
        shape = path(BEARD.format(chin=chin), look)
        style["components"]["facialHair"]["variants"][name] = {"elements": [shape]}
    return style
