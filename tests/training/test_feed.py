"""The order of real pictures, and that it is the same whether they lie on the device or are brought to it."""

import pytest
import torch

from pipelines.config.train_config import TrainConfig
from pipelines.training.feed import Feed
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer

CPU = torch.device("cpu")
IMAGES = torch.arange(22, dtype=torch.uint8).view(22, 1, 1, 1).expand(22, 1, 4, 4).contiguous()  # picture i is all i
LABELS = torch.arange(22) * 10


def make(resident, **changes):
    given = {"size": 4, "turns": 2, "seed": 3, "device": CPU, **changes}
    return Feed(IMAGES, (LABELS, None), **given, resident=resident)


def seen(feed, first):
    """The numbers of the pictures of a step, batch by batch; what is told of them fits."""
    feed.choose(first)
    batches = []
    for turn in range(2):
        pictures, (labels, nothing) = feed.batch(turn)
        assert pictures.shape == (4, 1, 4, 4) and pictures.dtype == torch.uint8 and nothing is None
        assert torch.equal(labels, pictures[:, 0, 0, 0].long() * 10)
        batches.append(pictures[:, 0, 0, 0].tolist())
    return batches


@pytest.mark.parametrize("resident", [True, False])
def test_an_epoch_shows_each_picture_once_and_the_next_in_another_order(resident):
    feed = make(resident)
    assert feed.batches_per_epoch == 5
    batches = [batch for first in range(0, 10, 2) for batch in seen(feed, first)]
    epochs = [sum(batches[:5], []), sum(batches[5:], [])]
    assert all(len(set(epoch)) == 20 for epoch in epochs) and epochs[0] != epochs[1]
    assert batches != [batch for first in range(0, 10, 2) for batch in seen(make(resident, seed=4), first)]


def test_pictures_that_are_brought_are_those_that_are_picked_whatever_is_asked_for_next():
    picked, brought = make(True), make(False)
    for first in (0, 2, 4, 6, 0, 8, 3, 5):  # in order, back to the start, and elsewhere: a run that is resumed
        assert seen(brought, first) == seen(picked, first), first


def test_a_part_of_a_batch_is_the_same_part_of_all_that_belongs_to_it():
    for resident in (True, False):
        feed = make(resident)
        whole = seen(feed, 2)[1]
        pictures, (labels, _) = feed.batch(1, lambda batch: batch[1:3])
        assert pictures[:, 0, 0, 0].tolist() == whole[1:3] == (labels // 10).tolist()


def test_training_is_the_same_bit_for_bit(monkeypatch):
    torch.set_num_threads(1)
    images = torch.randint(0, 256, (40, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    config = TrainConfig(network="quick", width=4, latent_size=4, batch_size=8, conditional=True, d_steps=2)
    told = []
    for fits in (True, False):
        monkeypatch.setattr("pipelines.training.feed._fits", lambda images, device, fits=fits: fits)
        trainer = Trainer(config, images, Machine("cpu", "fp32", 1), torch.arange(40) % 4, 4)
        assert trainer.feed.resident == fits
        told.append([trainer.train_step(watch=True) for _ in range(6)])
    assert told[0] == told[1]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_gets_the_same_pictures_either_way():
    gpu = torch.device("cuda")
    picked, brought = make(True, device=gpu), make(False, device=gpu)
    for first in (0, 2, 4, 6, 0, 8, 3, 5):
        assert seen(brought, first) == seen(picked, first), first
