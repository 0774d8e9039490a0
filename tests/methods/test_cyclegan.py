"""CycleGAN: its terms against direct computations, its pool of old fakes, and both kinds of methods resumed exactly."""

from __future__ import annotations

import pytest
import torch

from pipelines.errors import ConfigError
from pipelines.methods import cyclegan
from pipelines.training import checkpoint
from pipelines.training.replay import Replay
from tests.methods.conftest import SIDE, Make, begun, noise

OTHER = noise(17, seed=5)  # a domain of its own, with another number of pictures
LOSS = {"loss": "least-squares", "adversarial": 2.0, "cycle": 10.0, "identity": 5.0}


def test_gs_loss_is_the_weighted_sum_of_adversarial_cycle_and_identity(make: Make) -> None:
    trainer = begun(make("cyclegan", OTHER, paired=False, **LOSS))
    method = trainer.method
    g, back, d, e = (trainer.network(name) for name in ("generator", "backward", "discriminator", "d_backward"))
    of_d, told = method._discriminator_loss(0, True)
    total, numbers = method._generator_loss(0, True)
    (x, y), z = method._real, method._z
    with torch.no_grad():
        as_x, as_y = g(z, y), back(z, x)
        away = [(one - real).abs().mean() for one, real in ((g(z, as_y), x), (back(z, as_x), y))]
        same = [(one - real).abs().mean() for one, real in ((g(z, x), x), (back(z, y), y))]
        fooled = [((critic(fake) - 1) ** 2).mean() / 2 for critic, fake in ((d, as_x), (e, as_y))]
        judged = [
            (((critic(real) - 1) ** 2).mean() + (critic(fake) ** 2).mean()) / 2
            for critic, real, fake in ((d, x, as_x), (e, y, as_y))
        ]
    expected = {
        "g_loss": fooled[0], "g_loss_back": fooled[1], "cycle": away[0], "cycle_back": away[1],
        "identity": sum(same) / 2,
    }  # fmt: skip
    assert numbers.keys() == expected.keys()
    for key, value in expected.items():
        assert numbers[key].item() == pytest.approx(value.item(), rel=1e-5), key
    assert total.item() == pytest.approx((2 * sum(fooled) + 10 * sum(away) + 5 * sum(same)).item(), rel=1e-5)
    assert [told[key].item() for key in ("d_loss", "d_loss_back")] == pytest.approx([one.item() for one in judged])
    assert of_d.item() == pytest.approx(sum(judged).item())


def test_both_d_pay_r1_in_every_so_many_steps_and_as_many_times(make: Make) -> None:
    settings = {**LOSS, "d_norm": "none", "r1": 0.5, "penalty_every": 4}
    method = begun(make("cyclegan", OTHER, paired=False, **settings)).method
    total, numbers = method._discriminator_loss(0, True)
    assert total.item() == pytest.approx((numbers["d_loss"] + numbers["d_loss_back"]).item()), "step 1 pays none"
    assert method.begin(5) == 0 and method.begin(4) == 0.5 * 4
    total, numbers = method._discriminator_loss(0, True)
    paid = total - numbers["d_loss"] - numbers["d_loss_back"]  # which are told without it
    slopes = []
    for critic, real in zip((method.discriminator, method.d_backward), method._real, strict=True):
        x = real.clone().requires_grad_(True)
        said = critic(x)
        opinion = said.flatten(1).mean(1) if said.ndim > 1 else said  # of a picture: the mean over its patches
        slopes.append(torch.autograd.grad(opinion.sum(), x)[0].square().flatten(1).sum(1).mean())
    assert paid.item() == pytest.approx((0.5 * 4 * sum(slopes) / 2).item(), rel=5e-3) and min(slopes) > 0
    total.backward()
    assert all(weight.grad is not None for critic in (method.discriminator, method.d_backward) for weight in
               critic.parameters() if weight.requires_grad)  # fmt: skip


def test_each_phase_moves_both_of_its_networks_and_the_averages_follow(make: Make) -> None:
    trainer = make("cyclegan", OTHER, paired=False, **LOSS)
    before = {name: network.state_dict() for name, network in trainer.named_parts()}
    before = {name: {key: value.clone() for key, value in state.items()} for name, state in before.items()}
    numbers = trainer.train_step(watch=True)
    assert {"grad_g", "grad_b", "grad_d", "grad_e", "d_real", "d_fake"} <= numbers.keys()
    for name, network in trainer.named_parts():
        assert any(not torch.equal(before[name][key], value) for key, value in network.state_dict().items()), name
    assert {"generator_ema", "backward_ema"} < before.keys()


def test_pairs_are_not_used_even_where_the_set_has_them(make: Make) -> None:
    told = noise(24, seed=6)
    numbers = []
    for paired in (True, False):
        trainer = make("cyclegan", told, paired=paired, **LOSS)
        numbers.append([trainer.train_step(watch=True) for _ in range(3)])
        assert not trainer.spec.paired
    assert numbers[0] == numbers[1]


def test_without_the_cycle_loss_the_way_back_is_measured_and_teaches_nothing(make: Make) -> None:
    trainer = begun(make("cyclegan", OTHER, paired=False, loss="least-squares"))
    trainer.method._discriminator_loss(0, False)
    total, numbers = trainer.method._generator_loss(0, True)
    assert total.item() == pytest.approx((numbers["g_loss"] + numbers["g_loss_back"]).item()) and numbers["cycle"] > 0
    again = begun(make("cyclegan", OTHER, paired=False, loss="least-squares"))
    again.method._discriminator_loss(0, False)
    assert torch.equal(again.method._generator_loss(0, False)[0], total), "whether it is measured or not"


def test_conditions_are_mirrored_one_by_one_with_flip(make: Make) -> None:
    left = torch.zeros(24, 1, SIDE, SIDE, dtype=torch.uint8)
    left[..., : SIDE // 2] = 255
    trainer = begun(make("cyclegan", left, paired=False, flip=True, **LOSS))
    mirrored = [trainer.method._domains(0)[1][:, 0, 0, 0] < 0 for _ in range(4)]
    assert 4 < torch.stack(mirrored).sum() < 28


def test_half_of_what_d_sees_are_old_fakes_and_g_learns_from_the_new_ones(make: Make) -> None:
    trainer = make("cyclegan", OTHER, paired=False, replay=0.5, **LOSS)
    method, seen = trainer.method, []
    method.discriminator.register_forward_pre_hook(lambda d, given: seen.append(given[0].detach().clone()))
    for _ in range(2):
        trainer.train_step()
    real, shown, for_g = seen[3:]
    fresh = method._fake[0].detach()
    assert torch.equal(for_g, fresh) and torch.equal(shown[4:], fresh[4:]) and not torch.equal(shown[:4], fresh[:4])
    pool = method.parts["replay"]
    stored = {picture.tobytes() for picture in pool.modality.decode(seen[2]).numpy()}  # of the first step
    assert all(picture.tobytes() in stored for picture in pool.modality.decode(shown[:4]).numpy())
    assert pool.pictures.shape == (cyclegan.POOL, 1, SIDE, SIDE) and pool.seen == 8
    assert {"replay", "replay_back"} <= {name for name, _ in trainer.named_parts()}


def test_a_small_pool_fills_in_order_and_then_replaces_distinct_places() -> None:
    torch.manual_seed(0)
    pool = Replay(0.5, (1, 1, 1), size=5, kept=2)

    def show(*shades: int) -> torch.Tensor:
        batch = torch.tensor(shades).view(-1, 1, 1, 1) / 127.5 - 1
        return ((pool(batch, None, None)[0] + 1) * 127.5).round().flatten()

    assert show(1, 2, 3, 4).tolist() == [1, 2, 3, 4], "nothing is replaced at the first step"
    assert pool.pictures.flatten().tolist() == [3, 4, 0, 0, 0]
    assert set(show(5, 6, 7, 8)[:2].tolist()) <= {3, 4}
    assert pool.pictures.flatten().tolist() == [3, 4, 7, 8, 0]
    show(9, 10, 11, 12)
    kept = pool.pictures.flatten().tolist()
    assert kept[4] == 11 and kept.count(12) == 1 and len({3, 4, 7, 8} & set(kept)) == 3
    show(*range(20, 36))
    assert sorted(pool.pictures.flatten().tolist()) == [31, 32, 33, 34, 35], "the newest of eight"


@pytest.mark.parametrize(
    ("told", "settings", "sentence"),
    [
        (noise(9, 3), LOSS, "have 1 and 3 channels: set identity to 0, or choose another data set"),
        (noise(9, side=6), {}, "of the same size, 12 x 12 here, and the conditions of the data set 'digits' are 6 x 6"),
        (
            torch.zeros(9, 1, SIDE, SIDE, dtype=torch.int8),
            {},
            "the conditions of the data set 'digits' are no pictures",
        ),
    ],
)
def test_what_are_no_two_domains_of_like_pictures_is_said_in_a_sentence(make: Make, told, settings, sentence) -> None:
    with pytest.raises(ConfigError, match=sentence):
        make("cyclegan", told, paired=False, **settings)


def test_domains_of_other_channels_go_there_and_back(make: Make) -> None:
    trainer = make("cyclegan", noise(9, 3), paired=False, loss="least-squares", cycle=10.0, replay=0.5)
    rows = [trainer.train_step(watch=True) for _ in range(40)]
    assert rows[-1]["cycle"] < rows[0]["cycle"]


@pytest.mark.parametrize(
    ("name", "told", "settings"),
    [
        ("cyclegan", OTHER, {"paired": False, "replay": 0.5, "flip": True, **LOSS}),
        ("pix2pix", noise(24, seed=3), {"replay": 0.5, "flip": True, "d_steps": 2, "r1": 1.0, "reconstruction": 5.0}),
        ("srgan", noise(24, side=6), {"adversarial": 0.0, "reconstruction": 1.0, "content": 1.0}),
    ],
)
def test_a_run_goes_on_bit_for_bit(make: Make, tmp_path, name: str, told: torch.Tensor, settings: dict) -> None:
    whole = make(name, told, precision="bf16", **settings)
    for _ in range(4):
        whole.train_step()
    checkpoint.save(whole, tmp_path / "state.safetensors")
    wanted = [whole.train_step(watch=True) for _ in range(3)]
    resumed = make(name, told, precision="bf16", **settings)
    checkpoint.load(resumed, tmp_path / "state.safetensors")
    assert [resumed.train_step(watch=True) for _ in range(3)] == wanted
    for (part, mine), (_, theirs) in zip(whole.named_parts(), resumed.named_parts(), strict=True):
        assert all(map(torch.equal, mine.state_dict().values(), theirs.state_dict().values())), part
