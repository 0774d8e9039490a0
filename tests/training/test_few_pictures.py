"""What is for few pictures: adaptive augmentation, LeCam regularisation and frozen stages of D."""

from __future__ import annotations

import pytest
import torch

from pipelines.config.checking import problems
from pipelines.config.train_config import TrainConfig
from pipelines.errors import ConfigError
from pipelines.objectives._lecam import MEMORY, LeCam
from pipelines.registries import NETWORKS
from pipelines.training import checkpoint
from pipelines.training.augment import augmented, translate
from pipelines.training.building import build
from pipelines.training.freezing import low_layers
from pipelines.training.machine import Machine
from pipelines.training.pictures import to_uint8
from pipelines.training.strength import EVERY, Strength
from pipelines.training.trainer import Trainer
from tests.families import fields, spec_of, told

CHANCE = torch.Generator().manual_seed(0)
IMAGES = torch.randint(0, 256, (40, 1, 28, 28), dtype=torch.uint8, generator=CHANCE)
NEW = torch.randint(0, 256, (6, 1, 28, 28), dtype=torch.uint8, generator=CHANCE)
LABELS = torch.arange(40) % 4
ALL = {"augment": "diffaugment", "augment_target": 0.3, "augment_images": 1000, "lecam": 0.1, "freeze_d": 1}


def make(held_out: torch.Tensor | None = NEW, **changes) -> Trainer:
    torch.set_num_threads(1)
    config = TrainConfig(
        **{"network": "quick", "width": 4, "latent_size": 4, "batch_size": 8, "dropout": 0.0, **changes}
    )
    held = None if held_out is None else (held_out, torch.arange(len(held_out)) % 4)
    spec = spec_of(config.network, 4)
    of_set = fields(spec, len(IMAGES))
    return Trainer(config, IMAGES, Machine("cpu", "fp32", 1), LABELS, spec, fields=of_set, held_out=held)


# Adaptive augmentation


def test_pictures_are_changed_with_the_chance_given() -> None:
    pictures = torch.rand(2000, 1, 8, 8)
    for chance in (0.0, 0.3, 1.0):
        shown = augmented(pictures, "diffaugment", chance=torch.tensor(chance))
        same = (shown == pictures).flatten(1).all(1).float().mean().item()
        # Three changes, each by itself; a move by nothing at all is none (1 of 9 at 8 pixels).
        assert same == pytest.approx((1 - chance) ** 2 * (1 - chance * 8 / 9), abs=0.03)
    torch.manual_seed(0)
    before = augmented(pictures, "translation")
    torch.manual_seed(0)
    assert before.equal(translate(pictures)), "without a chance all are changed, by the same numbers as ever"


@pytest.mark.parametrize("with_new", [True, False])
def test_the_chance_follows_the_overfitting(with_new: bool) -> None:
    """Beside the paper's formulas, computed with plain numbers."""
    chance, strength, p, seen = torch.Generator().manual_seed(1), Strength(0.4, 0.2), 0.0, set()
    for turn in range(12):
        reals, fakes = [], []
        for _ in range(EVERY):
            reals.append((torch.randn(8, generator=chance) + 2 * (1 - turn % 5 // 3)).tolist())
            fakes.append((torch.randn(8, generator=chance) - 1).tolist())
            strength.observe(strength.means(torch.tensor(reals[-1]), torch.tensor(fakes[-1])))
        of_real, of_fake = sum(reals, []), sum(fakes, [])
        train, fake, new = sum(of_real) / len(of_real), sum(of_fake) / len(of_fake), 0.2 * (turn % 4)
        if with_new:
            r = max(-1.0, min(1.0, (train - new) / (train - fake))) if train > fake else 0.0
        else:
            r = sum(1 if logit > 0 else -1 for logit in of_real) / len(of_real)
        p = min(1.0, max(0.0, p + (0.2 if r > 0.4 else -0.2)))
        strength.adjust(torch.tensor(new) if with_new else None)
        seen.add(round(p, 6))
        assert strength.numbers()["overfitting"].item() == pytest.approx(r, abs=1e-5)
        assert strength.numbers()["augmented"].item() == pytest.approx(p, abs=1e-6)
    assert len(seen) > 2


def test_a_loss_whose_scores_are_lower_for_real_pictures_is_turned() -> None:
    said = Strength(0.5, 0.1, lambda logits: logits, boundary=1.0, higher=False)
    said.observe(said.means(torch.tensor([0.0, 0.5, 3.0, -1.0]), torch.tensor([4.0])))
    said.adjust(None)
    assert said.overfitting.item() == pytest.approx(0.5)
    said.observe(said.means(torch.tensor([0.0]), torch.tensor([4.0])))
    said.adjust(torch.tensor(1.0))
    assert said.overfitting.item() == pytest.approx(0.25)


def test_held_out_pictures_are_judged_in_turn_and_nothing_is_learnt_from_them() -> None:
    settings = {"augment": "diffaugment", "augment_target": 0.3, "augment_images": 1000, "conditional": True}
    context, taken = make(**settings).context, []
    assert context.held_out_every == 2 and make(held_out=NEW[:3], **settings).context.held_out_every == 4
    for number in range(3):
        pictures, classes = context.held_out(torch.tensor(number))
        same = (to_uint8(pictures)[:, None] == NEW).flatten(2).all(2)  # [4, 6]
        taken += same.int().argmax(1).tolist()
        assert same.any(1).all() and classes.tolist() == [index % 4 for index in taken[-4:]]
    assert taken == [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]
    rows, said = [], []
    for new in (NEW, NEW // 2):
        trainer = make(held_out=new, **settings)
        rows.append([trainer.train_step(watch=True) for _ in range(EVERY)])
        said.append(float(trainer.method._said_of_new(*trainer.method._real(0))))
    mine, other = rows
    assert [row["d_loss"] for row in mine] == [row["d_loss"] for row in other], "the same is learnt"
    assert said[0] != said[1] and mine[-1]["overfitting"] != 0 == mine[-2]["overfitting"]
    assert trainer.method.strength.amount == EVERY * 8 / 1000
    assert mine[-1]["augmented"] == pytest.approx(0.032 if mine[-1]["overfitting"] > 0.3 else 0)


def test_without_anything_that_tells_overfitting_a_run_is_refused() -> None:
    relativistic = {"loss": "relativistic", "augment": "diffaugment", "augment_target": 0.5}
    with pytest.raises(ConfigError, match="only held-out pictures tell how far D overfits, and the data set"):
        make(held_out=None, **relativistic)
    make(**relativistic).train_step()
    own = TrainConfig(data="folder", folder="/pictures", **relativistic)
    assert problems(own) == [] == problems(own.changed(data="digits", folder=None))
    for config, words in (
        (own.changed(held_out=0.0), "only held-out pictures tell how far D overfits, and there are none here"),
        (own.changed(augment="none"), "augment_target says how often pictures are changed"),
        (TrainConfig(loss="wasserstein", weight_clip=0.01, freeze_d=1), "Weight clipping changes all weights of D"),
    ):
        assert [words in sentence for sentence in problems(config)] == [True]


# LeCam regularisation


def test_lecam_keeps_each_side_near_the_average_of_the_other() -> None:
    lecam, of_real, of_fake, chance = LeCam(lambda rows: rows), 0.0, 0.0, torch.Generator().manual_seed(2)
    for _ in range(5):
        real, fake = torch.randn(6, generator=chance) + 3, torch.randn(6, generator=chance) - 2
        real.requires_grad_()
        found = lecam(real, fake)
        of_real += MEMORY * (real.mean().item() - of_real)
        of_fake += MEMORY * (fake.mean().item() - of_fake)
        expected = ((real - of_fake) ** 2).mean() + ((fake - of_real) ** 2).mean()
        assert found.item() == pytest.approx(expected.item(), rel=1e-5)
    (slope,) = torch.autograd.grad(found, real)
    assert torch.allclose(slope, 2 / 6 * (real - of_fake), atol=1e-5)


def test_lecam_enters_ds_loss_with_its_weight_and_is_not_told_as_part_of_it() -> None:
    trainer, judged = make(lecam=0.5), []
    trainer.method.parts["lecam"].register_forward_hook(lambda _, logits, __: judged.extend(logits))
    trainer.context.choose(0)
    trainer.method.begin(1)
    total, numbers = trainer.method.phases[0].loss(0, True)
    real, fake = judged
    assert numbers["d_loss"].item() == pytest.approx(trainer.method.d_loss(real, fake).item())
    expected = ((real - MEMORY * fake.mean()) ** 2).mean() + ((fake - MEMORY * real.mean()) ** 2).mean()
    assert (total - numbers["d_loss"]).item() == pytest.approx(0.5 * expected.item(), rel=1e-4)


# Frozen stages of D


@pytest.mark.parametrize("network", NETWORKS.names())
def test_the_first_stages_of_every_d_are_the_layers_that_read_the_most_pixels(network: str) -> None:
    config = TrainConfig(network=network, size=32, channels=3, width=4, latent_size=4, d_norm="spectral")
    spec = spec_of(network, 4, size=32)
    _, d = build(config, spec)
    pictures, y = torch.zeros(4, 3, 32, 32), told(spec, torch.zeros(4, dtype=torch.int64))
    weights = [name for name, _ in d.named_parameters()]
    before = set()
    for count in (1,) if network in ("unet", "resnet") else (1, 2):  # these halve pictures of 32 pixels once
        low = set(low_layers(d, count, pictures, y))
        assert before < low < set(weights) and not any("head" in name for name in low)
        before = low
    assert any(name in low for name in weights if "body" in name)
    with pytest.raises(ConfigError, match="of which the last one must learn, and freeze_d is 9: set it"):
        low_layers(d, 9, pictures, y)


def test_frozen_stages_stay_as_they_are_and_the_others_learn() -> None:
    trainer = make(network="dcgan", freeze_d=2, d_norm="batch")
    d = trainer.network("discriminator")
    before = {name: weight.clone() for name, weight in d.named_parameters()}
    for _ in range(3):
        numbers = trainer.train_step(watch=True)
    changed = {name for name, weight in d.named_parameters() if not weight.equal(before[name])}
    assert numbers["grad_d"] > 0 and changed and before.keys() - changed
    first = [name for name in before if name.startswith(("body.0.", "body.2."))]
    assert first and not changed.intersection(first) and "head.weight" in changed


# All of it


@pytest.mark.parametrize("network", NETWORKS.names())
def test_a_run_goes_on_bit_for_bit(network: str, tmp_path) -> None:
    like = {"network": network, "growth": 64, "replay": 0.5, "flip": True, "d_norm": "none", "r1": 0.1, **ALL}
    whole = make(conditional=True, **like)
    for _ in range(EVERY + 2):  # within the time between two adjustments
        whole.train_step()
    checkpoint.save(whole, tmp_path / "a.safetensors")
    again = make(conditional=True, **like)
    assert checkpoint.load(again, tmp_path / "a.safetensors") == {}
    for trainer in (whole, again):
        torch.set_rng_state(checkpoint.read(tmp_path / "a.safetensors")[0]["rng.cpu"])
        for _ in range(EVERY):
            trainer.train_step()
    for (name, one), (_, other) in zip(whole.named_parts(), again.named_parts(), strict=True):
        for key, value in one.state_dict().items():
            assert value.equal(other.state_dict()[key]), f"{name}.{key}"
    assert int(whole.method.strength.adjusted) == 2 and float(whole.method.parts["lecam"].real.mean) != 0
