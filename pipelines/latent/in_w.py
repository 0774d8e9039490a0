"""Directions of W, the space of styles of a generator with a mapping network.

They are found as those of z are (``directions.py``), on the styles of samples, and named ``w-pca-1``, ``w-sefa-1`` and
``w-smile``. W is not round: along one direction samples lie much farther apart than along another. So a vector is as
long as one standard deviation of the samples along it, and a move of 1 is as far as a move of 1 in z.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from pipelines.latent import geometry
from pipelines.latent.directions import SHOWN, Direction, W, as_deviation, slug, told_columns

if TYPE_CHECKING:
    from pipelines.latent.model import Model

COUNT = 2000  # samples whose styles tell how W lies


def directions(model: Model) -> list[Direction]:
    """The labelled ones, then components, then closed form; [] of a model without a mapping network."""
    return [*_labelled(model), *_components(model), *_closed_form(model)] if model.layers else []


@torch.inference_mode()
def styles(model: Model, count: int = COUNT) -> np.ndarray:
    """Styles of the samples 0 to count - 1 of seed 0, float64 [count, W], the mean of each one's class taken away.

    So they tell no class, which is chosen and not moved to.
    """
    z, y = model.trained.draw((0, index) for index in range(count))
    w = model.trained.generator.mapping(z, model.trained.told(y))[:, 0].double().numpy()
    classes = np.zeros(count, np.int64) if y is None else y.numpy()
    for label in np.unique(classes):
        w[classes == label] -= w[classes == label].mean(0)
    return w


def _labelled(model: Model) -> list[Direction]:
    """To what the classifier tells: from the mean style of samples without it to that of samples with it.

    Shen et al., InterFaceGAN (2020), take the normal of a boundary. Where W is narrow, such a normal leads away from
    where samples lie; the difference of means stays among them.
    """
    readings, columns = model.readings, told_columns(model)
    if not len(columns):
        return []
    seen = (readings.probabilities * 2 - 1)[:, columns]
    ways = styles(model, len(seen)).T @ (seen - seen.mean(0))  # [W, names]
    names = [readings.names[column] for column in columns]
    return [
        Direction(f"{W}{slug(name)}", name, "label", as_deviation(model, way), space="w")
        for name, way in zip(names, ways.T, strict=True)
        if np.linalg.norm(way) > 1e-9 * len(seen)  # else all samples have one style
    ]


def _components(model: Model) -> list[Direction]:
    """The principal components of styles (Härkönen et al., GANSpace, 2020)."""
    values, vectors = np.linalg.eigh(np.cov(model.styles.T, bias=True))
    total = max(float(values.sum()), 1e-12)
    shown = list(zip(values[::-1], geometry.signed(vectors[:, ::-1]).T, strict=True))[:SHOWN]
    return [
        Direction(f"{W}pca-{number}", f"Component {number}", "component", as_deviation(model, vector),
                  weight=float(value / total), space="w")
        for number, (value, vector) in enumerate(shown, 1)
        if value > 1e-9 * total
    ]  # fmt: skip


def _closed_form(model: Model) -> list[Direction]:
    """The directions of W that the layers which read styles stretch most, all layers together (SeFa, 2021).

    [] where G does not say which layers these are (``w_layers``).
    """
    generator = model.trained.generator
    read = [generator.get_submodule(name).weight.detach().double() for name in getattr(generator, "w_layers", ())]
    if not read:
        return []
    _, values, vectors = np.linalg.svd(torch.cat(read).numpy(), full_matrices=False)
    total = float((values**2).sum()) or 1.0
    return [
        Direction(f"{W}sefa-{number + 1}", f"Closed form {number + 1}", "closed-form", as_deviation(model, vector),
                  space="w", weight=float(values[number] ** 2 / total))
        for number, vector in enumerate(geometry.signed(vectors.T).T[:SHOWN])
    ]  # fmt: skip
