"""What each network family is told in tests that run over all of them: a class, or what it draws its pictures of."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from pipelines.data import Spec
from pipelines.modalities._conditions import encode
from pipelines.registries import DATA_SETS, NETWORKS, network_traits

TRANSLATING = [name for name in NETWORKS.names() if network_traits(name).translates]
FROM_Z = [name for name in NETWORKS.names() if name not in TRANSLATING]
ALONE = ("srresnet", "resnet")  # whose D is told nothing of what G was
OF_MAPS, OF_SMALL = ("spade",), ("srresnet",)  # told maps of labels, and small pictures; others pictures of their size


def spec_of(network: str, classes: int = 0, size: int = 28, paired: bool = True) -> Spec:
    """What a family is told of pictures of so many pixels: so many classes, or a condition where it translates one."""
    if network not in TRANSLATING:
        return Spec(classes)
    side = size // 4 if network in OF_SMALL else size
    like = {"condition": "told", "condition_shape": (1, side, side), "paired": paired}
    if network in OF_MAPS:
        return Spec(condition_dtype="int8", labels=5, **like)
    return Spec(condition_dtype="uint8", **like)


def conditions(spec: Spec, count: int) -> Tensor:
    """Different conditions as a data set keeps them, [count, ...]: those of the first numbers are always the same."""
    noise = torch.Generator().manual_seed(0)
    dtype = torch.int8 if spec.labels else torch.uint8
    return torch.randint(0, spec.labels or 256, (count, *spec.condition_shape), generator=noise, dtype=dtype)


def told(spec: Spec, y: Tensor | None) -> Tensor | None:
    """What networks are given for numbers y [B]: of classes these, else the conditions of those numbers; or None."""
    return y if y is None or not spec.condition else encode(conditions(spec, int(y.max()) + 1)[y])


def fields(spec: Spec, count: int) -> dict[str, Tensor]:
    """The fields of a data set of so many pictures."""
    return {spec.condition: conditions(spec, count)} if spec.condition else {}


def tells(patch: pytest.MonkeyPatch, data_set: str) -> None:
    """Let a data set state that it has the condition of ``spec_of``, and so pass the checks of a configuration."""
    of_files = DATA_SETS.constants
    more = {"CONDITION": "told"}
    patch.setattr(DATA_SETS, "constants", lambda name: of_files(name) | (more if name == data_set else {}))
