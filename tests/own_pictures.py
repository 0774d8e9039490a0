"""Labelled pictures of a person's own, and a model of them that draws what can be told: bright above, bright below.

The model's picture is as bright above as its first number of z is high, and below as its second is.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.training.building import build
from tests import tiny_models

NAMES = ("Bright_above", "Bright_below", "Noise")


def folder(home: Path, count: int = 120, labelled: bool = True) -> Path:
    """So many pictures of 28 x 28 grey pixels, with an attributes.csv of three columns, the last of them by chance."""
    home.mkdir(parents=True)
    chance, rows = np.random.default_rng(0), [["file", *NAMES]]
    for number in range(count):
        above, below, noise = chance.integers(0, 2, 3)
        pixels = chance.integers(0, 60, (28, 28), np.uint8)
        pixels[:14] += 180 * above.astype(np.uint8)
        pixels[14:] += 180 * below.astype(np.uint8)
        Image.fromarray(pixels).save(home / f"{number:03d}.png")
        rows.append([f"{number:03d}.png", above, below, noise])
    if labelled:
        (home / "attributes.csv").write_text("\n".join(",".join(map(str, row)) for row in rows), "utf-8")
    return home


def noise(home: Path, each: int) -> Path:
    """So many pictures of 28 x 28 grey noise in each of two classes, cats and dogs."""
    chance = np.random.default_rng(0)
    for label in ("cats", "dogs"):
        (home / label).mkdir(parents=True)
        for number in range(each):
            Image.fromarray(chance.integers(0, 256, (28, 28), dtype=np.uint8)).save(home / label / f"{number:02}.png")
    return home


def model(place: Path, pictures: Path) -> Path:
    """A published model of these pictures, which are prepared below ``paths.data_home()``."""
    config = TrainConfig(
        data="folder", folder=str(pictures), network="mlp", width=8, latent_size=6, dropout=0.0, samples=16,
        device="cpu",
    )  # fmt: skip
    generator, discriminator = build(config, 0)
    first, second, last = (layer for layer in generator.modules() if isinstance(layer, torch.nn.Linear))
    with torch.no_grad():
        for layer in (first, second, last):
            layer.weight.zero_()
            layer.bias.zero_()
        for half, rows in enumerate((slice(None, 392), slice(392, None))):
            for side, sign in enumerate((1.0, -1.0)):
                unit = 2 * half + side
                first.weight[unit, half] = sign
                second.weight[unit, unit] = 1.0
                last.weight[rows, unit] = sign
    made = tiny_models.write(place, config, title="Bright halves", networks=(generator, discriminator))
    prepared = data.load("folder", **config.pictures)
    card = json.loads((made / "card.json").read_text("utf-8"))
    card["data"]["fingerprint"] = prepared.fingerprint
    (made / "card.json").write_text(json.dumps(card), "utf-8")
    return made
