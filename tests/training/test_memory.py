"""A batch that does not fit is refused with the largest that does."""

import math
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from pipelines.config.train_config import TrainConfig
from pipelines.data import Spec
from pipelines.errors import ConfigError
from pipelines.methods import gan
from pipelines.registries import METHODS, NETWORKS
from pipelines.training import memory
from pipelines.training.building import build
from pipelines.training.machine import Machine
from tests.families import TRANSLATING, spec_of

CPU = Machine("cpu", "fp32", 1)


def config(**changes):
    return TrainConfig(**{"network": "quick", "width": 8, "latent_size": 8, "batch_size": 64, **changes})


def test_the_largest_batch_that_fits_is_named_and_does_fit(monkeypatch):
    fixed, per_picture = memory.bytes_needed(config(), CPU, 0)
    monkeypatch.setattr(memory, "free_bytes", lambda device: fixed + 100 * per_picture)
    memory.require_room(config(batch_size=100), CPU, 0)
    with pytest.raises(
        ConfigError, match=r"Batches of 101 pictures of 28 x 28 at width 8 need about .* are free"
    ) as found:
        memory.require_room(config(batch_size=101), CPU, 0)
    most = int(re.search(r"set batch_size to (\d+) at most", str(found.value))[1])
    assert most == 100
    monkeypatch.setattr(memory, "free_bytes", lambda device: fixed)
    with pytest.raises(ConfigError, match="too little for any batch: set the width to less"):
        memory.require_room(config(), CPU, 0)


def test_room_says_what_is_needed_what_is_free_and_what_to_change():
    def words(free, batch=10):
        return memory.Room(config(batch_size=batch), 1_000_000, 100_000, free).words

    what = "Batches of 10 pictures of 28 x 28 at width 8 need about 2 MB"
    assert words(5_000_000) == f"{what}, and 5 MB are free: batches of up to 40 fit."
    assert words(1_300_000) == f"{what}, and 1 MB are free: set batch_size to 3 at most, or the width to less."
    assert words(900_000) == f"{what}, and 1 MB are free, too little for any batch: set the width to less."
    assert words(None) == f"{what}; how much is free is not known."
    assert memory.Room(config(), 1_000_000, 100_000, None).fits


@pytest.mark.parametrize("network", NETWORKS.names())
def test_networks_that_are_too_large_are_refused_before_they_are_built(network, monkeypatch):
    asked, spec = config(network=network, d_norm="spectral", conditional=True), spec_of(network)
    weights = sum(weight.numel() for one in build(asked, spec) for weight in one.parameters())
    assert memory.least_of_weights(asked, spec) == 5 * 4 * weights
    monkeypatch.setattr(memory, "free_bytes", lambda device: 5 * 4 * weights - 1)
    monkeypatch.setattr(memory, "bytes_needed", None)  # it is not asked
    found = memory.room(asked, CPU, spec)
    assert not found.fits and found.most == 0 and found.needed > 5 * 4 * weights


def test_of_a_family_that_reads_a_number_while_it_is_built_nothing_is_known_beforehand(monkeypatch):
    monkeypatch.setattr(memory, "build", lambda *_: torch.empty(()).item())  # raises where tensors hold no numbers
    assert memory.least_of_weights(config(), 0) == 0 and memory.room(config(batch_size=2), CPU, 0).most


def test_no_figure_refuses_nothing(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda device: None)
    memory.require_room(config(batch_size=4096), CPU, 0)


@pytest.mark.parametrize("network", NETWORKS.names())
def test_more_is_needed_for_wider_and_larger_and_less_for_coarser(network):
    def picture(precision="fp32", **changes):
        without = {} if network == "mlp" else {"dropout": 0.0}
        made = config(network=network, conditional=network in TRANSLATING, **without, **changes)
        return memory.bytes_needed(made, Machine("cpu", precision, 1), spec_of(network, size=made.size))[1]

    plain, wide = picture(), picture(width=256 if network == "mlp" else 32)
    assert wide > 1.5 * plain
    assert picture(size=64) > 3 * plain
    if network != "mlp":
        assert picture("bf16", width=32) < wide


def test_what_is_counted_is_what_autograd_keeps_at_least():
    """A dense D of known layers: inputs, activations and masks of every layer are kept for twice the batch."""
    _, per_picture = memory.bytes_needed(config(network="mlp", width=100, dropout=0.0), CPU, 0)
    assert per_picture > 4 * (2 * (784 + 150 + 100) + (8 + 100 + 150 + 784))


def test_the_random_state_is_left():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    memory.bytes_needed(config(self_conditional=True, prior="mixture"), CPU, 0)
    assert torch.equal(torch.rand(2), expected)


def test_this_machine_has_some_memory_free_and_a_container_its_limit(monkeypatch, tmp_path):
    assert memory.free_bytes("cpu") > 50e6
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("2000\n")
    monkeypatch.setattr(memory, "CGROUP", tmp_path)
    assert memory.free_bytes("cpu") == 3000
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.free_bytes("cpu") > 50e6


class TwoPairs(gan.Method):
    """A generator and a discriminator, and another pair that learns for itself."""

    def __init__(self, config, context):
        super().__init__(config, context)
        self.other = gan.Method(config, context)
        self.players |= {f"other_{name}": player for name, player in self.other.players.items()}
        self.phases += tuple(
            replace(phase, moves=tuple(f"other_{name}" for name in phase.moves),
                    frozen=tuple(f"other_{name}" for name in phase.frozen))
            for phase in self.other.phases
        )  # fmt: skip


def test_all_players_of_a_method_count(monkeypatch):
    one_pair = memory.bytes_needed(config(), CPU, 0)
    monkeypatch.setattr(METHODS, "get", lambda name: SimpleNamespace(Method=TwoPairs))
    two_pairs = memory.bytes_needed(config(), CPU, 0)
    assert 1.9 * one_pair[0] < two_pairs[0] and one_pair[1] < two_pairs[1] < 2.5 * one_pair[1]


def test_what_a_penalty_keeps_for_its_second_gradient_counts():
    without, *paying = (
        memory.bytes_needed(config(d_norm="none", r1=r1, penalty_every=every), CPU, 0)[1]
        for r1, every in ((0.0, 16), (1.0, 16), (1.0, 3))
    )
    assert paying[0] > 1.1 * without  # beside what the same pass keeps for its first
    assert paying[1] == paying[0], "however seldom it is paid"


class Told(nn.Module):
    """One layer, which notes the shape of what it is told, None for nothing."""

    def __init__(self, inputs, shape, told):
        super().__init__()
        self.layer, self.shape, self.told = nn.Linear(inputs, math.prod(shape)), shape, told

    def forward(self, x, y=None, group=None):
        self.told.append(None if y is None else tuple(y.shape[1:]))
        return self.layer(x.flatten(1)).view(-1, *self.shape)


@pytest.mark.parametrize("condition", [Spec(condition="told", condition_shape=(3, 8, 8), condition_dtype="uint8"),
                                       Spec(condition="told", condition_shape=(5,), paired=False)])  # fmt: skip
def test_a_condition_that_the_networks_are_told_of_is_made_up(condition):
    told = []
    family = SimpleNamespace(generator=lambda config, spec: Told(config.latent_size, (1, 28, 28), told),
                             discriminator=lambda config, spec: Told(784, (), told))  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(NETWORKS, "get", lambda name: family)
        assert memory.bytes_needed(config(conditional=True), CPU, condition)[1] > 4 * 784
    assert {shape for shape in told if shape} == {condition.condition_shape}
    assert (None in told) == (not condition.paired), "D is told of a condition only where each picture has its own"
