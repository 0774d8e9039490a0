"""Builds what a configuration names: the networks and their optimisers."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.networks import NETWORKS


def build(
    config: TrainConfig, classes: int, device: torch.device | str = "cpu", only_generator: bool = False
) -> tuple[nn.Module, nn.Module | None]:
    """The generator and the discriminator of a configuration, channels last, on a device."""
    family = NETWORKS.get(config.network)
    makers = (family.generator,) if only_generator else (family.generator, family.discriminator)
    networks = [make(config, classes).to(device, memory_format=torch.channels_last) for make in makers]
    return networks[0], networks[1] if len(networks) > 1 else None


def make_optimizer(config: TrainConfig, network: nn.Module, rate: float) -> torch.optim.Optimizer:
    """The configured optimiser over a network's weights; fused where torch has it."""
    weights = list(network.parameters())
    betas, on_gpu = (config.beta1, config.beta2), weights[0].is_cuda
    match config.optimizer:
        case "adam":
            return torch.optim.Adam(weights, rate, betas, fused=True, capturable=on_gpu)
        case "nadam":
            return torch.optim.NAdam(weights, rate, betas, foreach=True, capturable=on_gpu)
        case "rmsprop":
            return torch.optim.RMSprop(weights, rate, alpha=config.beta2, eps=1e-7, foreach=True, capturable=on_gpu)
        case _:
            return torch.optim.SGD(weights, rate, momentum=config.beta1, fused=True)


def gradient_norm(network: nn.Module) -> Tensor:
    """The Euclidean norm of a network's whole gradient, a scalar; layers without one are left out."""
    return torch.stack(torch._foreach_norm([w.grad for w in network.parameters() if w.grad is not None])).norm()
