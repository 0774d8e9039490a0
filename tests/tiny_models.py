"""Small models with random weights, written as published models are: what tests of models and of their pages draw with.

``write_all`` makes three, in a second:

    tiny-classes   conditional, 28 x 28 grey, ten digits, latent size 8
    tiny-faces     unconditional, 64 x 64 colour, latent size 16, with the readings of its first 2,000 samples feigned:
                   attribute k is surely seen where z[k] is large, so that its direction must be the axis k
    tiny-plain     unconditional, 28 x 28 grey, dense layers, latent size 6, no readings

Their pictures are noise, but each z gives another picture, with black, white and everything in between.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from pipelines import data
from pipelines.config.checking import check
from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.metrics.parts import spans
from pipelines.metrics.reader import Reader
from pipelines.modalities._conditions import encode
from pipelines.models import readings, registry, steering, trained
from pipelines.models.steering import Steering
from pipelines.runs import conditions
from pipelines.training.building import build
from pipelines.training.pictures import to_uint8
from pipelines.training.view import FixedView, grid_png

NAMES = ("tiny-classes", "tiny-faces", "tiny-plain")
CLASSES = TrainConfig(
    data="digits", network="quick", width=4, latent_size=8, conditional=True, dropout=0.0, samples=40, device="cpu"
)
FACES = TrainConfig(
    data="faces", size=64, channels=3, network="dcgan", width=4, latent_size=16, loss="hinge", samples=16, device="cpu"
)
PLAIN = TrainConfig(data="digits", network="mlp", width=8, latent_size=6, dropout=0.0, samples=16, device="cpu")
READ = 2000  # samples of tiny-faces with readings
TOLD = Spec(condition="attributes", condition_shape=(4,), names=("smile", "glasses", "sunglasses", "beard"))


def write_all(home: Path) -> Path:
    """The three models in a folder, which is returned."""
    digits = data.class_names_of("digits")
    write(home / "tiny-classes", CLASSES, digits, title="Tiny digits by class")
    write(home / "tiny-plain", PLAIN, digits, title="Tiny digits")
    faces = write(home / "tiny-faces", FACES, title="Tiny faces")
    gan = trained.load_entry(registry.find(faces))
    z = gan.draw((readings.SEED, index) for index in range(READ))[0].numpy()
    names = data.attribute_names_of("faces")[: FACES.latent_size]
    seen = 1 / (1 + np.exp(-4 * z[:, : len(names)]))
    readings.save(readings.Readings(tuple(names), seen.astype(np.float32), exclusive=False), faces)
    return home


def write_told(folder: Path, spec: Spec = TOLD) -> Path:
    """A model of faces, 32 x 32, that is told of the four attributes of a spec, of which there are five examples."""
    config = CLASSES.changed(data="faces", size=32, channels=3)
    told = torch.tensor([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 1], [0, 0, 0, 0]], dtype=torch.float32)
    return write(folder, config, title="Tiny faces with attributes", spec=spec, told=told)


def write(
    folder: Path,
    config: TrainConfig,
    class_names: Sequence[str] = (),
    *,
    title: str = "A tiny model",
    seed: int = 0,
    ships: bool = False,
    networks: tuple[nn.Module, nn.Module | None] | None = None,
    spec: Spec | None = None,
    told: Tensor | None = None,
) -> Path:
    """One published model.

    Args:
        seed: of the random weights.
        ships: that it belongs to the project, so that it cannot be renamed or deleted.
        networks: generator and discriminator of one's own; without a discriminator none is written.
        spec: of a data set with a condition of its own, of which ``told`` are examples as it keeps them, [K, ...].
    """
    check(config)
    if networks is None:
        torch.manual_seed(seed)
        networks = build(config, spec or (len(class_names) if config.conditional else 0))
        _enliven(networks[0], config, torch.arange(len(class_names)) if told is None else encode(told))
    folder.mkdir(parents=True)
    for name, network in zip(("generator", "discriminator"), networks, strict=True):
        if network is not None:
            weights = {key: value.contiguous() for key, value in network.state_dict().items()}
            save_file(weights, folder / f"{name}.safetensors")
    values = {"config": config.to_dict(), "class_names": list(class_names)}
    if told is not None:
        values["spec"] = spec.to_dict()
        conditions.save(told, None, folder)
        class_names = conditions.names(told, spec.names)
        values["class_names"] = list(class_names)
    (folder / "config.json").write_text(json.dumps(values), "utf-8")
    card = {
        "title": title, "about": "Random weights, for tests.", "ships": ships, "run": "a-run", "command": "none",
        "preset": None, "seed": seed, "step": 1000, "images_seen": 64000, "training_seconds": 60.0, "machine": "CPU",
        "versions": {"torch": torch.__version__}, "trained": "2025-01-01", "quality": None,
        "data": {"name": config.data, "count": 60000, "source": "a test", "licence": "none", "citation": "none"},
        "sha256": sha256(folder),
    }  # fmt: skip
    (folder / "card.json").write_text(json.dumps(card), "utf-8")
    tiled = spec is None or not spec.names
    generator, view = networks[0].eval(), FixedView(config, tuple(class_names), told, tiled=tiled)
    with torch.inference_mode():
        (folder / "preview.png").write_bytes(grid_png(to_uint8(generator(view.z, encode(view.y))), view.columns))
    return folder


def steer(faces: Path) -> Path:
    """Give the tiny faces directions of chance that depend on all that is seen, none of them to a beard.

    Returns:
        The folder.
    """
    reader, chance = Reader.of("faces"), np.random.default_rng(0)
    names, size = len(reader.names), FACES.latent_size
    terms = spans(reader)[-1].stop + names
    own, beside = chance.standard_normal((names, 5, size)), chance.standard_normal((names, 5, terms, size))
    own[reader.names.index("beard")] = 0
    found = Steering(reader.names, chance.standard_normal((names, size)), np.full(terms, 0.2), own, beside)
    steering.save(found, faces)
    sign(faces)
    return faces


def sign(folder: Path) -> None:
    """Let the card of a folder say that its weights are the right ones."""
    card = json.loads((folder / "card.json").read_text("utf-8"))
    (folder / "card.json").write_text(json.dumps({**card, "sha256": sha256(folder)}), "utf-8")


def sha256(folder: Path) -> dict[str, str]:
    """What a card says of the weights in a folder."""
    names = ("generator", "discriminator", "backward", "encoder", "steering", "conditions", "redraws")
    weights = (folder / f"{name}.safetensors" for name in names)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in weights if path.is_file()}


@torch.no_grad()
def _enliven(generator: nn.Module, config: TrainConfig, told: Tensor) -> None:
    """Statistics for the batch norms, and a last layer strong enough to draw black and white.

    Args:
        told: what a conditional one can be told, [K, ...].
    """
    generator.train()
    for layer in generator.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None  # the mean of what it sees
    y = told[torch.arange(256) % len(told)] if config.conditional else None
    for _ in range(2):
        pictures = generator(torch.randn(256, config.latent_size), y)
    generator.eval()
    last = [layer for layer in generator.modules() if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d))][-1]
    last.weight.mul_(0.8 / torch.atanh(pictures.clamp(-0.999, 0.999)).std())
