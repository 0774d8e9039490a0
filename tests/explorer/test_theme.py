"""The palette: visible on both backgrounds, and told apart by everybody."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from explorer.theme import BACKGROUNDS, COLORS, DASHES, RUN_DASHES, RUNS, palette

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIGHTS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(color: str) -> np.ndarray:
    values = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = matrix @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


@pytest.mark.parametrize("theme", COLORS)
def test_every_color_stands_out_from_the_background(theme: str) -> None:
    weights = np.array([0.2126, 0.7152, 0.0722])
    ground = weights @ linear(BACKGROUNDS[theme])
    for role, color in {**COLORS[theme], **{f"run{n}": c for n, c in enumerate(RUNS[theme])}}.items():
        light, dark = sorted((weights @ linear(color), ground), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3.0, f"{role} in {theme}"


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("theme", COLORS)
def test_colors_are_told_apart_those_that_share_a_chart_easily(theme: str, sight: str) -> None:
    seen = {role: lab(SIGHTS[sight] @ linear(color)) for role, color in COLORS[theme].items()}
    for one, other in itertools.combinations(seen, 2):
        wanted = 20 if {one, other} in ({"d", "g"}, {"real", "fake"}) else 10
        assert np.linalg.norm(seen[one] - seen[other]) > wanted, f"{one} and {other} in {theme} for {sight}"


def test_no_two_roles_share_a_color_and_partners_differ_by_their_dashes_too() -> None:
    for colors in COLORS.values():
        assert all(one != other for one, other in itertools.combinations(colors.values(), 2))
    assert DASHES["d"] != DASHES["g"] and DASHES["real"] != DASHES["fake"]


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("theme", COLORS)
def test_six_runs_are_told_apart_easily_and_by_their_dashes(theme: str, sight: str) -> None:
    seen = [lab(SIGHTS[sight] @ linear(color)) for color in RUNS[theme]]
    assert len(seen) == len(set(RUN_DASHES)) == 6
    assert min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2)) > 30
    if sight == "usual":  # none of them is taken for real, fake, D or G
        roles = [lab(linear(color)) for color in COLORS[theme].values()]
        assert min(np.linalg.norm(one - role) for one in seen for role in roles) > 20
    assert palette()[theme]["run3"] == RUNS[theme][3]
