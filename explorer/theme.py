"""The look: one colour each for D, G, real and fake, the same on every page and in light and dark.

The colours start from Okabe and Ito's palette, which people with any of the common kinds of colour blindness can tell
apart; each was moved in lightness until it stands out by 3 to 1 or more from Streamlit's backgrounds
(``tests/explorer/test_theme.py`` computes both). Colour never tells alone: the first of a pair is drawn solid, the
second dashed, and both are labelled.
"""

from __future__ import annotations

D, G, REAL, FAKE = "d", "g", "real", "fake"

COLORS: dict[str, dict[str, str]] = {
    "light": {D: "#0072B2", G: "#C2500A", REAL: "#00795C", FAKE: "#C0639F"},
    "dark": {D: "#56B4E9", G: "#F08A3C", REAL: "#1FA884", FAKE: "#F0A3CF"},
}
DASHES: dict[str, str] = {D: "solid", G: "5px,2px", REAL: "solid", FAKE: "5px,2px"}
# Runs laid over each other: as far apart as six colours can be to all eyes, none of them near one of those above.
RUNS: dict[str, list[str]] = {
    "light": ["#0B374C", "#FF5500", "#8000FF", "#5C8AE6", "#731300", "#BF7C7C"],
    "dark": ["#5CE6B8", "#FFAA00", "#A422E6", "#C3A6FF", "#BF381D", "#007373"],
}
RUN_DASHES = ["solid", "6px,3px", "2px,3px", "9px,3px,2px,3px", "14px,4px", "4px,2px,1px,2px,1px,2px"]
BACKGROUNDS = {"light": "#FFFFFF", "dark": "#0E1117"}  # Streamlit's own


def palette() -> dict[str, dict[str, str]]:
    """Colours by theme and role, and dashes by role, as the browser's side takes them; runs are run0 to run5."""
    named = [f"run{number}" for number in range(len(RUN_DASHES))]
    themes = {theme: {**colors, **dict(zip(named, RUNS[theme], strict=True))} for theme, colors in COLORS.items()}
    return {**themes, "dashes": {**DASHES, **dict(zip(named, RUN_DASHES, strict=True))}}
