"""Small models that translate pictures, with random weights, written as published models are.

``write_all`` prepares the few faces that they are of and makes five models of 16 x 16 pixels:

    tiny-paint       maps of a face's parts to faces (SPADE), with an encoder of styles
    tiny-draw        outlines to faces (pix2pix)
    tiny-sharpen     faces of 4 x 4 to 16 x 16 (SRGAN), and tiny-smooth, another of them, trained without its D
    tiny-style       faces of one drawing style to another, and back (CycleGAN)

Their pictures are noise, but another for each input.
"""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import patch

import torch
from safetensors.torch import save_file
from torch import nn

from pipelines import data
from pipelines.config.checking import check
from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec, faces
from pipelines.metrics import truth
from pipelines.modalities._conditions import encode
from pipelines.models.kept import published
from pipelines.runs import conditions
from pipelines.training.building import build, further
from tests import tiny_models as tiny
from tests.drawn_faces import styles_checked_once

COUNTS = {"train": 24, "test": 8}  # faces
_BASE = TrainConfig(
    data="face-maps", size=16, channels=3, conditional=True, width=4, latent_size=4, network="unet", method="pix2pix",
    dropout=0.5, loss="least-squares", d_norm="none", samples=12, device="cpu",
)  # fmt: skip
_SHARPEN = _BASE.changed(data="small-faces", network="srresnet", method="srgan")
CONFIGS = {
    "tiny-paint": _BASE.changed(network="spade", method="spade", loss="hinge", d_norm="spectral", kl=0.05),
    "tiny-draw": _BASE.changed(data="face-outlines"),
    "tiny-sharpen": _SHARPEN,
    "tiny-smooth": _SHARPEN.changed(adversarial=0.0, reconstruction=1.0),
    "tiny-style": _BASE.changed(data="two-styles", network="resnet", method="cyclegan"),
}


def write_all(home: Path) -> Path:
    """The models in a folder, which is returned; their faces lie in the folder of data sets that is set."""
    with patch.dict(faces.COUNTS, COUNTS), styles_checked_once():
        for seed, (name, config) in enumerate(CONFIGS.items()):
            write(home / name, config, seed)
    return home


def write(folder: Path, config: TrainConfig, seed: int) -> Path:
    """One of them, with the examples that a run of its data set would keep."""
    check(config)
    known, test = (data.load(config.data, **config.pictures, split=split) for split in ("train", "test"))
    field = torch.from_numpy(known.fields[known.condition])
    spec = Spec(
        condition=known.condition, condition_shape=tuple(field.shape[1:]), paired=known.paired,
        condition_dtype=str(field.dtype).removeprefix("torch."), labels=len(known.condition_labels),
        shape=(config.channels, config.size, config.size),
    )  # fmt: skip
    kept = conditions.examples(truth.of(known, test), spec)
    torch.manual_seed(seed)
    generator, discriminator = build(config, spec)
    more = {name: further(name, config, spec) for name in published(config)}
    judge = discriminator if config.adversarial else None
    title = folder.name.replace("-", " ").capitalize()
    networks = _louder(generator, kept.told, config.latent_size), judge
    tiny.write(folder, config, conditions.names(kept.told), title=title, networks=networks, spec=spec, told=kept.told)
    conditions.save(kept.told, kept.images, folder)
    for name, network in more.items():
        if name == "backward":
            _louder(network, kept.images, config.latent_size)
        weights = {key: value.contiguous() for key, value in network.state_dict().items()}
        save_file(weights, folder / f"{name}.safetensors")
    tiny.sign(folder)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    card["data"]["fingerprint"] = known.fingerprint
    (folder / "card.json").write_text(json.dumps(card), "utf-8")
    return folder


@torch.no_grad()
def _louder(generator: nn.Module, y: torch.Tensor, latent_size: int) -> nn.Module:
    """Random weights draw nearly the same grey everywhere; a stronger last layer draws black and white, too."""
    pictures = generator.eval()(torch.randn(len(y), latent_size), encode(y))
    last = [layer for layer in generator.modules() if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d))][-1]
    last.weight.mul_(0.8 / torch.atanh(pictures.clamp(-0.999, 0.999)).std())
    return generator
