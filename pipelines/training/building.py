"""Builds what a configuration names: the networks and their optimisers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn

from pipelines import optimisers
from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.errors import ConfigError
from pipelines.networks._norms import spectral_norm
from pipelines.networks._style_encoder import StyleEncoder
from pipelines.registries import MODALITIES, NETWORKS, network_traits

AT_THE_END = 2**62  # real pictures shown, by when every network has grown


def build(
    config: TrainConfig, spec: Spec | int, device: torch.device | str = "cpu", only_generator: bool = False
) -> tuple[nn.Module, nn.Module | None]:
    """The generator and the discriminator of a configuration, channels last, on a device.

    Args:
        spec: of the data set, or the number of its classes; what the networks are told of.

    Raises:
        ConfigError: the family cannot be told of the set's condition, or draws pictures alone.
    """
    family, spec = NETWORKS.get(config.network), Spec.of(spec)
    if network_traits(config.network).translates:
        _require_picture(config, spec)
    makers = (family.generator,) if only_generator else (family.generator, family.discriminator)
    networks = [_made(make, config, spec) for make in makers]
    if config.g_spectral:
        networks[0] = spectral_norm(networks[0])
    networks = [network.to(device, memory_format=torch.channels_last) for network in networks]
    return networks[0], networks[1] if len(networks) > 1 else None


def turned(config: TrainConfig, spec: Spec) -> tuple[TrainConfig, Spec]:
    """The configuration and the spec of networks that go the other way, from a picture to its condition.

    Args:
        spec: of a set whose condition is a picture of the same size.
    """
    shape = spec.shape or (config.channels, config.size, config.size)
    back = replace(spec, shape=spec.condition_shape, condition_shape=shape)
    return config.changed(channels=spec.condition_shape[0]), back


def further(name: str, config: TrainConfig, spec: Spec) -> nn.Module:
    """A player beside G and D that models keep, on the CPU (``PUBLISHES`` in ``pipelines/methods``).

    Args:
        name: ``backward``, G from a picture to its condition, or ``encoder``, from a picture to z.
    """
    if name == "backward":
        return build(*turned(config, spec), only_generator=True)[0]
    return StyleEncoder(config).to(memory_format=torch.channels_last)


def _require_picture(config: TrainConfig, spec: Spec) -> None:
    """Do nothing where networks are told a picture or a map of labels; raises ``ConfigError`` as ``build``."""
    if len(spec.condition_shape) == 3:
        return
    told = "is told nothing" if not spec.conditional else "is told classes"
    if spec.condition:
        told = f"is told lists of numbers ({spec.condition!r})"
    raise ConfigError(
        f"The network {config.network!r} draws a picture of another one or of a map of labels, and with the data set "
        f"{config.data!r} it {told}: choose a set whose condition is one of these and switch conditional on, or choose "
        "another network."
    )


def _made(make: Callable[..., nn.Module], config: TrainConfig, spec: Spec) -> nn.Module:
    """One network; a family that names its second parameter ``spec`` gets it whole, others the number of classes.

    Numbers that are told take the place of the classes: each is the weight of one.
    """
    if "spec" in inspect.signature(make).parameters:
        return make(config, spec)
    numbers = spec.condition and spec.condition_dtype == "float32"
    if numbers:
        if config.self_conditional:
            raise ConfigError(
                f"self_conditional divides classes into groups, and the networks are told of numbers "
                f"({spec.condition!r} of the data set {config.data!r}): switch self_conditional off, or conditional."
            )
    elif spec.condition:
        raise ConfigError(
            f"The network {config.network!r} can be told of classes only, and the data set {config.data!r} has another "
            f"condition ({spec.condition!r}): choose a network made for it, or switch conditional off."
        )
    if not MODALITIES.constants(spec.modality)["PICTURES"]:
        raise ConfigError(
            f"The network {config.network!r} draws pictures, and the data set {config.data!r} has none (its modality "
            f"is {spec.modality!r}): choose a network made for it."
        )
    return make(config, spec.condition_shape[0] if numbers else spec.classes)


def advance(network: nn.Module, images_seen: int) -> bool:
    """Let a network whose resolution grows take its form after so many real pictures (``networks/__init__.py``).

    Returns:
        Whether a recorded step must be recorded anew; False of every other network.
    """
    take = getattr(network, "advance", None)
    return take is not None and take(images_seen)


def resolution_of(generator: nn.Module) -> dict[str, float]:
    """The pixels of a side that a generator whose resolution grows draws at present, by its key in a row; else {}."""
    found = getattr(generator, "resolution", None)
    return {} if found is None else {"resolution": round(float(found), 2)}


def make_optimizer(config: TrainConfig, network: nn.Module, rate: float) -> torch.optim.Optimizer:
    """The configured optimiser over a network's weights; fused where torch has it."""
    weights = list(network.parameters())
    betas, on_gpu = (config.beta1, config.beta2), weights[0].is_cuda
    match config.optimizer:
        case "adam":
            return optimisers.Adam(weights, rate, betas, fused=True, capturable=on_gpu)
        case "nadam":
            return optimisers.NAdam(weights, rate, betas, foreach=True, capturable=on_gpu)
        case "rmsprop":
            return optimisers.RMSprop(weights, rate, alpha=config.beta2, eps=1e-7, foreach=True, capturable=on_gpu)
        case _:
            return optimisers.SGD(weights, rate, momentum=config.beta1, fused=True)


def gradient_norm(network: nn.Module) -> Tensor:
    """The Euclidean norm of a network's whole gradient, a scalar; layers without one are left out."""
    return torch.stack(torch._foreach_norm([w.grad for w in network.parameters() if w.grad is not None])).norm()
