"""What networks are told of an example beside its class: pictures and lists of numbers, as tensors and as tiles."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pipelines.modalities import image

PALETTE = (
    "#bfd7ea", "#e8b287", "#5b3a29", "#ffffff", "#222222", "#c98a5e", "#c0392b", "#8c6d46", "#3d5a80", "#6aa84f",
    "#8e44ad", "#f1c40f", "#16a085", "#e67e22", "#7f8c8d", "#2c3e50",
)  # fmt: skip
"""The colours of a map's labels, from label 0 on, then again from the first."""


def encode(stored: Tensor | None) -> Tensor | None:
    """Conditions as networks are given them.

    Args:
        stored: pictures uint8 [B, C, H, W], which become float32 in [-1, 1], channels last; maps of labels int8
            [B, 1, H, W], numbers float32 [B, L] and classes int64 [B], which stay as they are; or None.
    """
    if stored is None or stored.dtype != torch.uint8:
        return stored
    encoded = image.encode(stored)
    return encoded.to(memory_format=torch.channels_last) if encoded.ndim == 4 else encoded


def mixed(stored: Tensor, weights: Tensor) -> Tensor:
    """Conditions as networks are given them, mixed with weights [B, K] of the stored ones [K, ...].

    Pictures are mixed pixel by pixel. Lists of numbers differ in length, and there is no label between two others: of
    these the largest part of each mixture is taken.
    """
    if stored.dtype != torch.uint8:
        return stored[weights.argmax(1)]
    encoded = image.encode(stored)
    return (weights.to(encoded.dtype) @ encoded.flatten(1)).unflatten(1, encoded.shape[1:])


def evenly(stored: Tensor, count: int) -> Tensor:
    """Conditions from a set's first to its last, at even distances, [count, ...]; some twice if it has fewer."""
    return stored[torch.linspace(0, len(stored) - 1, count, dtype=torch.float64).round().long().to(stored.device)]


def tiles(stored: Tensor, size: int, channels: int) -> Tensor:
    """How people see conditions [B, ...]: uint8 [B, channels, size, size].

    A picture is resized, and made grey or coloured as the others. A map of labels has the colours of ``PALETTE``. A
    list of numbers is a bar chart from left to right, scaled by the largest of all: up for positive, down for negative
    numbers; where a list has ended it is black.
    """
    if stored.dtype == torch.int8:
        colours = torch.tensor([list(bytes.fromhex(colour[1:])) for colour in PALETTE], dtype=torch.uint8)
        stored = F.interpolate(stored.float(), (size, size), mode="nearest-exact").long()[:, 0]
        stored = colours[stored % len(PALETTE)].permute(0, 3, 1, 2)
    if stored.dtype == torch.uint8:
        pictures = stored.float()
        if pictures.shape[1] != channels:
            pictures = pictures.mean(1, keepdim=True).expand(-1, channels, -1, -1)
        pictures = F.interpolate(pictures, (size, size), mode="bilinear", antialias=True, align_corners=False)
        return pictures.round().clamp(0, 255).to(torch.uint8)
    numbers = stored.flatten(1)
    columns = numbers[:, torch.arange(size) * numbers.shape[1] // size]  # [B, size]
    largest = numbers.nan_to_num(0.0).abs().max().clamp(min=1e-12)
    middle = (size - 1) / 2
    ends = middle - columns / largest * middle  # the row where each bar ends
    rows = torch.arange(size, dtype=torch.float32)[None, :, None]
    ends = ends[:, None, :]
    inside = (rows >= torch.minimum(ends, torch.tensor(middle)).floor()) & (rows <= ends.clamp(min=middle).ceil())
    shown = torch.where(inside, 255, 40).where(~ends.isnan(), torch.tensor(0))
    return shown.to(torch.uint8)[:, None].expand(-1, channels, -1, -1).contiguous()
