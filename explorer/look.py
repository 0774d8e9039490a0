"""The look: one colour each for D, G, real and fake, the same on every page and in light and dark.

The colours start from Okabe and Ito's palette, which people with any of the common kinds of colour blindness can tell
apart; each was moved in lightness until it stands out by 3 to 1 or more from Streamlit's backgrounds
(``tests/explorer/test_look.py`` computes both). Colour never tells alone: the first of a pair is drawn solid, the
second dashed, and both are labelled.
"""

from __future__ import annotations

D, G, REAL, FAKE = "d", "g", "real", "fake"

COLORS: dict[str, dict[str, str]] = {
    "light": {D: "#0072B2", G: "#C2500A", REAL: "#00795C", FAKE: "#C0639F"},
    "dark": {D: "#56B4E9", G: "#F08A3C", REAL: "#1FA884", FAKE: "#F0A3CF"},
}
DASHES: dict[str, str] = {D: "solid", G: "5px,2px", REAL: "solid", FAKE: "5px,2px"}
BACKGROUNDS = {"light": "#FFFFFF", "dark": "#0E1117"}  # Streamlit's own


def palette() -> dict[str, dict[str, str]]:
    """Colours by theme and role, and dashes by role, as the browser's side takes them."""
    return {**COLORS, "dashes": DASHES}
