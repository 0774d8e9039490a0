"""A global residual: the picture that G is told is added to what it draws, so that it learns only what differs.

Kim et al., Accurate Image Super-Resolution Using Very Deep Convolutional Networks (VDSR, 2016), section 3. At first
nothing is added to the picture. There is no tanh: in training a picture may reach a little beyond [-1, 1].
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.errors import ConfigError


def check(config: TrainConfig, spec: Spec) -> None:
    """Raises ``ConfigError`` where ``global_residual`` is set, and what G is told cannot be added to what it draws."""
    channels = spec.shape[0] if spec.shape else config.channels
    if config.global_residual and (spec.labels or spec.condition_shape[0] != channels):
        raise ConfigError(
            f"global_residual adds {spec.condition!r} of the data set {config.data!r} to what G draws, and it is no "
            f"picture with as many channels ({channels}): switch global_residual off, or choose another set."
        )


@torch.no_grad()
def silence(last: nn.Conv2d) -> None:
    """Let G's last layer draw nothing at first."""
    last.weight.zero_()
    last.bias.zero_()


def added(told: Tensor, drawn: Tensor, training: bool) -> Tensor:
    """A picture told, [B, C, h, w] in [-1, 1], enlarged by bicubic interpolation where it is smaller, and ``drawn``.

    Args:
        drawn: [B, C, H, W].
        training: whether the sum may reach beyond [-1, 1].
    """
    if told.shape[2:] != drawn.shape[2:]:
        told = F.interpolate(told, drawn.shape[2:], mode="bicubic", align_corners=False)
    return told + drawn if training else (told + drawn).clamp(-1, 1)
