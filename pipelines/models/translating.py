"""What a network that reads a picture and draws another makes of one that somebody gives, and what D says of it.

A generator that translates (``NetworkTraits.translates``) reads its condition: a picture, or a map of labels, as the
data set stores it. Here it is handed over as bytes, checked against the model's spec, and translated alone: a batch of
one is a fraction of the time of a batch of ``trained.BATCH``, which matters while somebody draws.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pipelines.errors import ModelError
from pipelines.modalities import image
from pipelines.modalities._conditions import encode
from pipelines.models.trained import Trained
from pipelines.registries import LOSSES

Direction = Literal["forward", "backward"]  # from the condition to the picture, and from the picture to the condition


def input_of(trained: Trained, content: bytes, direction: Direction = "forward") -> Tensor:
    """What is to be translated, as the data set stores it, [1, C, h, w], from its bytes in that order.

    Raises:
        ModelError: the model does not translate, or not in that direction; or the bytes have another length, or hold
            a label that the model does not know.
    """
    spec = trained.entry.spec
    if len(spec.condition_shape) != 3:
        raise ModelError(f"{trained.name} reads no picture, so it translates none; choose a model that does.")
    if direction == "backward":
        if backward_of(trained) is None:
            raise ModelError(f"{trained.name} translates in one direction only; ask for the direction 'forward'.")
        return _pixels(content, _shape(trained), np.uint8, "The picture")
    if spec.condition_dtype == "uint8":
        return _pixels(content, spec.condition_shape, np.uint8, "The picture")
    found = _pixels(content, spec.condition_shape, np.int8, "The map")
    if found.min() < 0 or found.max() >= spec.labels:
        wrong = int(found[(found < 0) | (found >= spec.labels)][0])
        raise ModelError(f"The map holds the label {wrong}; {trained.name} has the labels 0 to {spec.labels - 1}.")
    return found


def picture_of(trained: Trained, content: bytes) -> Tensor:
    """A picture such as G draws, uint8 [1, C, H, W], from its bytes in that order; raises ModelError by length."""
    return _pixels(content, _shape(trained), np.uint8, "The picture")


def _shape(trained: Trained) -> tuple[int, ...]:
    return trained.config.channels, trained.config.size, trained.config.size


def _pixels(content: bytes, shape: tuple[int, ...], dtype: type, what: str) -> Tensor:
    channels, height, width = shape
    if len(content) != channels * height * width:
        wanted = f"{channels} x {height} x {width} are {channels * height * width:,}"
        raise ModelError(f"{what} has {len(content):,} bytes; {wanted}, one for each channel of each pixel.")
    return torch.from_numpy(np.frombuffer(content, dtype).reshape(1, *shape).copy())


def backward_of(trained: Trained) -> torch.nn.Module | None:
    """The network that translates pictures back into conditions, or None."""
    return trained.further.get("backward")


@torch.inference_mode()
def style_of(trained: Trained, picture: Tensor) -> Tensor:
    """The z that a model's encoder reads from a picture uint8 [1, C, H, W]: the mean, [1, latent_size].

    Raises:
        ModelError: the model was trained without an encoder.
    """
    encoder = trained.further.get("encoder")
    if encoder is None:
        raise ModelError(f"{trained.name} has no encoder to read a style; leave out 'style', or choose another model.")
    return encoder(image.encode(picture))[0]


def goes_back(trained: Trained) -> bool:
    """Whether what it draws can be translated back, and compared with what it was drawn from pixel by pixel."""
    return backward_of(trained) is not None and tuple(trained.entry.spec.condition_shape) == _shape(trained)


@torch.inference_mode()
def translated(trained: Trained, given: Tensor, z: Tensor, direction: Direction = "forward") -> Tensor:
    """What the model draws for ``given``, as ``input_of`` gives it, and z [1, latent_size]: uint8 [1, C, h, w].

    Raises:
        ModelError: a pixel is not finite.
    """
    network = backward_of(trained) if direction == "backward" else trained.generator
    drawn = network(z, encode(given))
    if not torch.isfinite(drawn).all():
        raise ModelError(f"{trained.name} draws a picture with numbers that are not finite here; choose another input.")
    return image.decode(drawn)


@torch.inference_mode()
def verdict(trained: Trained, picture: Tensor, given: Tensor) -> np.ndarray:
    """What D says of each patch of a picture uint8 [1, C, H, W] drawn for ``given``, float32 [h, w].

    A probability or a score, as the loss has it. A D that gives one number for a whole picture gives a map of 1 x 1,
    and one that looks at several scales their mean.

    Raises:
        ModelError: the model comes without its D.
    """
    if trained.discriminator is None:
        raise ModelError(f"{trained.name} comes without its discriminator, so there is no verdict to ask for.")
    told = encode(given) if trained.entry.spec.paired else None
    logits = trained.discriminator(image.encode(picture), told)
    logits = logits.reshape(1, 1) if logits.ndim == 1 else logits[0].mean(0)
    return LOSSES.get(trained.config.loss).d_output(logits).float().numpy()


def enlarged(given: Tensor, size: int, channels: int) -> Tensor:
    """A picture uint8 [1, C, h, w] enlarged by bicubic interpolation (a = -0.75), uint8 [1, channels, size, size].

    The method that super-resolution is compared with; grey and coloured pictures become each other as in ``tiles``.
    """
    pixels = given.float()
    if pixels.shape[1] != channels:
        pixels = pixels.mean(1, keepdim=True).expand(-1, channels, -1, -1)
    pixels = F.interpolate(pixels, (size, size), mode="bicubic", align_corners=False)
    return pixels.round().clamp(0, 255).to(torch.uint8)
