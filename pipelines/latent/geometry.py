"""Geometry of the latent space: paths between points, means, and directions held apart. Pure functions on arrays.

Vectors are float32 arrays whose last axis is the latent one. Under a Gaussian prior nearly all of the mass of d numbers
lies near the sphere of radius sqrt(d), so that a straight line between two samples dips through a region that G has
hardly seen; the great circle does not (White: Sampling Generative Networks, 2016).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Array = np.ndarray


def lerp(a: Array, b: Array, t: float | Array) -> Array:
    """The straight line from a (t = 0) to b (t = 1); t may be [T], which gives [T, d] for a and b of [d]."""
    t = np.asarray(t, np.float32)[..., None] if np.ndim(t) else np.float32(t)
    return ((1 - t) * a + t * b).astype(np.float32)


def slerp(a: Array, b: Array, t: float | Array) -> Array:
    """The great circle from a to b, with the lengths of the two blended; t as in ``lerp``.

    Where the two point the same way, opposite ways, or one is zero, there is no such circle: then the straight line.
    """
    wide_a, wide_b = np.asarray(a, np.float64), np.asarray(b, np.float64)  # float32 blurs small angles
    length_a, length_b = np.linalg.norm(wide_a), np.linalg.norm(wide_b)
    if min(length_a, length_b) < 1e-6:
        return lerp(a, b, t)
    unit_a, unit_b = wide_a / length_a, wide_b / length_b
    angle = np.arccos(np.clip(unit_a @ unit_b, -1.0, 1.0))
    if np.sin(angle) < 1e-4:
        return lerp(a, b, t)
    t = np.asarray(t, np.float64)[..., None] if np.ndim(t) else t
    turned = (np.sin((1 - t) * angle) * unit_a + np.sin(t * angle) * unit_b) / np.sin(angle)
    path = turned * ((1 - t) * length_a + t * length_b)
    return np.where(t == 0, a, np.where(t == 1, b, path)).astype(np.float32)  # the ends exactly: the same pixels


def truncated(z: Array, psi: float, middle: Array | float = 0) -> Array:
    """z drawn to a middle by psi, 1 leaving it where it is and 0 ending there: fewer kinds of pictures, and surer ones.

    Karras et al., A Style-Based Generator Architecture for GANs (2019), whose trick this is in another latent space.
    """
    return (middle + np.float32(psi) * (z - middle)).astype(np.float32)


def mean(vectors: Sequence[Array] | Array) -> Array:
    """The mean of several vectors [N, d], as the DCGAN paper averages the z of three exemplars (Radford et al., 2016).

    Raises:
        ValueError: there is none.
    """
    if len(vectors) == 0:
        raise ValueError("the mean of no vectors is not defined; give at least one")
    return np.mean(np.asarray(vectors, np.float32), axis=0)


def arithmetic(a: Array, b: Array, c: Array, strength: float = 1.0) -> Array:
    """C + strength (A - B): at strength 1, A - B + C."""
    return (c + np.float32(strength) * (a - b)).astype(np.float32)


def unit(vector: Array) -> Array:
    """The vector at length 1.

    Raises:
        ValueError: it has no length, or holds numbers that are not finite.
    """
    length = np.linalg.norm(vector)
    if not np.isfinite(length) or length < 1e-9:
        raise ValueError("a direction needs a length; this one is zero or not finite")
    return (vector / length).astype(np.float32)


def signed(vectors: Array) -> Array:
    """Columns, each turned so that its largest part is positive: a direction and its opposite give the same one."""
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(0)[None], 0)
    return vectors * np.where(largest < 0, -1, 1)


def orthogonal_to(vector: Array, held: Sequence[Array]) -> Array:
    """The part of a direction [d] that moves none of the held ones, at length 1 (Shen et al., InterFaceGAN, 2020).

    Raises:
        ValueError: nothing is left of it.
    """
    if len(held):
        basis, values, _ = np.linalg.svd(np.stack(held, 1).astype(np.float64), full_matrices=False)  # [d, K]
        basis = basis[:, values > 1e-6 * values.max()]
        rest = vector - basis @ (basis.T @ vector)
        if np.linalg.norm(rest) < 1e-3 * np.linalg.norm(vector):
            raise ValueError("nothing is left of the direction when all of these are held; hold fewer")
        vector = rest
    return unit(vector)


def slope(z: Array, seen: Array) -> Array:
    """How what is seen on samples, [N] or [N, K], grows with their z [N, d]: least squares, float32 [d] or [d, K]."""
    centred = (z - z.mean(0)).astype(np.float64)
    both = centred.T @ centred / len(z)
    both[np.diag_indices_from(both)] += 1e-3  # where there are fewer samples than numbers
    return np.linalg.solve(both, centred.T @ (seen - seen.mean(0)) / len(z)).astype(np.float32)


def on_shell(z: Array, prior: str = "gaussian", truncation: float = 1.0) -> Array:
    """z scaled to the length that samples of the prior have: sqrt(d), for ``uniform`` on [-1, 1] sqrt(d / 3).

    A model whose z are drawn narrower has shorter ones; but the centres of a ``mixture`` stay where they are.
    """
    size = z.shape[-1]
    radius = np.sqrt(size / 3 if prior == "uniform" else size) * (1.0 if prior == "mixture" else truncation)
    lengths = np.maximum(np.linalg.norm(z, axis=-1, keepdims=True), 1e-9)
    return (z * (radius / lengths)).astype(np.float32)
