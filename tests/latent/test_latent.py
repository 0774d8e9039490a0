"""The geometry of the latent space, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.latent.geometry import arithmetic, lerp, mean, on_shell, orthogonal_to, slerp, slope, unit

X, Y, Z = np.eye(3, dtype=np.float32)


def test_the_great_circle_by_hand() -> None:
    assert np.allclose(slerp(X, Y, 0.5), [0.5**0.5, 0.5**0.5, 0])
    assert np.allclose(slerp(X, Y, 1 / 3), [np.cos(np.pi / 6), np.sin(np.pi / 6), 0])  # a third of 90 degrees is 30
    assert np.allclose(slerp(2 * X, 4 * Y, 0.5), 3 * np.array([0.5**0.5, 0.5**0.5, 0]))  # lengths are blended
    path = slerp(X, Y, np.linspace(0, 1, 91))
    assert path.shape == (91, 3) and np.allclose(np.linalg.norm(path, axis=1), 1)
    angles = np.degrees(np.arctan2(path[:, 1], path[:, 0]))
    assert np.allclose(angles, np.arange(91), atol=1e-3)  # at an even pace


def test_the_straight_line_by_hand() -> None:
    assert np.allclose(lerp(X, Y, 0.25), [0.75, 0.25, 0])
    assert np.allclose(lerp(X, Y, np.array([0, 0.5, 1])), [X, [0.5, 0.5, 0], Y])


@pytest.mark.parametrize("way", [slerp, lerp])
def test_the_ends_are_exact_and_float32(way) -> None:
    a, b = np.random.default_rng(0).standard_normal((2, 100)).astype(np.float32)
    assert np.array_equal(way(a, b, 0), a) and np.array_equal(way(a, b, 1), b)
    path = way(a, b, np.array([0, 0.3, 1]))
    assert np.array_equal(path[0], a) and np.array_equal(path[2], b) and path.dtype == np.float32
    assert np.allclose(path[1], way(a, b, 0.3), atol=1e-6)


@pytest.mark.parametrize(
    ("a", "b"), [(X, X), (X, 3 * X), (X, -X), (X, -2 * X), (0 * X, Y), (X, 0 * Y), (0 * X, 0 * X), (X, X + 1e-6 * Y)]
)
def test_where_there_is_no_circle_it_is_the_straight_line(a, b) -> None:
    for t in (0.0, 0.3, 0.5, 1.0):
        assert np.isfinite(slerp(a, b, t)).all() and np.allclose(slerp(a, b, t), lerp(a, b, t), atol=1e-6)


def test_nearly_opposite_is_still_finite() -> None:
    path = slerp(X, unit(-X + 0.01 * Y), np.linspace(0, 1, 11))
    assert np.allclose(np.linalg.norm(path, axis=1), 1, atol=1e-4)


def test_mean_and_arithmetic_by_hand() -> None:
    assert np.allclose(mean([X, Y, Z]), [1 / 3] * 3) and np.allclose(mean(np.stack([X, 3 * X])), 2 * X)
    assert np.allclose(arithmetic(X + Z, X, Y), Y + Z) and np.allclose(arithmetic(X, Z, Y, 0.5), [0.5, 1, -0.5])
    assert np.array_equal(arithmetic(X, X, Y), Y)
    with pytest.raises(ValueError, match="no vectors"):
        mean([])


def test_unit_and_what_has_no_length() -> None:
    assert np.allclose(unit(np.array([3.0, 4.0])), [0.6, 0.8]) and unit(np.array([3.0, 4.0])).dtype == np.float32
    for bad in (np.zeros(3), np.full(3, np.nan), np.array([np.inf, 0, 0])):
        with pytest.raises(ValueError, match="length"):
            unit(bad)


def test_a_direction_held_apart_moves_none_of_the_others() -> None:
    assert np.allclose(orthogonal_to(unit(X + Y), [Y]), X)
    assert np.allclose(orthogonal_to(X, []), X)
    noise = np.random.default_rng(1)
    vector, *held = noise.standard_normal((6, 40)).astype(np.float32)
    apart = orthogonal_to(vector, held)
    assert np.linalg.norm(apart) == pytest.approx(1, abs=1e-6)
    assert np.abs(np.stack(held) @ apart).max() < 1e-5 and apart @ vector > 0
    assert np.allclose(apart, orthogonal_to(vector, [*held, held[0] * 2, held[0] + held[1]]), atol=1e-5)  # redundant


@pytest.mark.parametrize("held", [[X], [Y, unit(X + Y)], [X, Y, Z], [2 * X + 1e-6 * Y]])
def test_nothing_may_be_left_of_a_direction(held) -> None:
    with pytest.raises(ValueError, match="nothing is left"):
        orthogonal_to(X, held)


def test_the_shell_is_where_samples_lie() -> None:
    z = np.random.default_rng(0).standard_normal((5, 100)).astype(np.float32) * 3
    assert np.allclose(np.linalg.norm(on_shell(z), axis=1), 10, atol=1e-4)
    assert np.allclose(np.linalg.norm(on_shell(z[0], "uniform")), (100 / 3) ** 0.5, atol=1e-4)
    assert np.array_equal(on_shell(np.zeros(4, np.float32)), np.zeros(4))


def test_the_slope_is_found_also_where_z_is_not_independent() -> None:
    noise = np.random.default_rng(0)
    z = noise.standard_normal((500, 5)) @ noise.standard_normal((5, 5)) + 2
    truth = np.array([1, 0, -2, 0, 0.5])
    assert np.allclose(slope(z, z @ truth + 7), truth, atol=0.02)
    assert np.isfinite(slope(noise.standard_normal((4, 50)), noise.standard_normal(4))).all()  # fewer than numbers
