"""Freezing D's low layers, which see edges and colours alike on all pictures, while the others learn new ones.

Mo et al., Freeze the Discriminator: a Simple Baseline for Fine-Tuning GANs (2020), where D was trained on other
pictures before.
"""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn

from pipelines.errors import ConfigError
from pipelines.training.building import AT_THE_END, advance

_FOLLOWING = (nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.LayerNorm)  # these belong to the layer before


def low_layers(discriminator: nn.Module, count: int, pictures: Tensor, *told: Tensor | None) -> list[str]:
    """The names of D's weights in its first ``count`` stages.

    A stage is made of the layers that read maps of one resolution, from the highest on; of a D whose resolution grows,
    once it has grown. After these each dense layer is a stage. The last stage is never frozen, and no layer of a head,
    which gives logits.

    Args:
        count: at least 1.
        pictures: some of what D judges, [B, ...], at the size of the run.
        told: what D is told of them: a condition and a group, or None.

    Raises:
        ConfigError: D has not more stages than that.
    """
    stages = _stages(discriminator, pictures, *told)
    most = max(stages.values())
    if count > most:
        raise ConfigError(
            f"This D has {most + 1} stages of layers, of which the last one must learn, and freeze_d is {count}: set "
            f"it to {most} at most."
        )
    low = {layer for layer, stage in stages.items() if stage < count and "head" not in layer.split(".")}
    return [name for name, _ in discriminator.named_parameters() if _layer_of(name) in low]


def _layer_of(weight: str) -> str:
    layer, _, _ = weight.partition(".parametrizations.")
    return layer if layer != weight else weight.rpartition(".")[0]


@torch.no_grad()
def _stages(discriminator: nn.Module, pictures: Tensor, *told: Tensor | None) -> dict[str, int]:
    """The stage of each layer that has weights of its own, by its name; found by a pass of a copy."""
    grown, seen = copy.deepcopy(discriminator).eval(), {}
    advance(grown, AT_THE_END)

    def note(name: str):
        def hook(layer: nn.Module, given: tuple[Tensor, ...]) -> None:
            seen.setdefault(name, (layer, given[0]))

        return hook

    for name, layer in grown.named_modules():
        own = next(layer.parameters(recurse=False), None) is not None or hasattr(layer, "parametrizations")
        if name and own and "parametrizations" not in name:
            layer.register_forward_pre_hook(note(name))
    grown(pictures, *told)
    heights = [given.shape[2] for _, given in seen.values() if given.ndim > 2]
    top, dense, before, found = max(heights, default=0), 0, 0, {}
    last = round(math.log2(top / min(heights))) + 1 if heights else 0
    for name, (layer, given) in seen.items():
        if not given.is_floating_point():
            continue  # an embedding of what D is told
        if not isinstance(layer, _FOLLOWING):
            if given.ndim > 2:
                before = round(math.log2(top / given.shape[2]))
            else:
                before, dense = last + dense, dense + 1
        found[name] = before
    return found
