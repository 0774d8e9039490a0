"""Augmentation: what is done to pictures, and that gradients flow through it."""

import pytest
import torch

from pipelines.training.augment import cut_out, translate


def test_augmentation_moves_real_and_fake_by_an_eighth_at_most_and_repeats_the_edge():
    dot = torch.full((400, 1, 28, 28), -1.0)
    dot[:, 0, 14, 14] = 1.0
    moved = translate(dot)
    rows, columns = [(moved[:, 0].amax(axis) > 0).float().argmax(1) - 14 for axis in (2, 1)]
    assert (moved.flatten(1).sum(1) == 2 - 28 * 28).all(), "whole pixels: nothing blurs"
    assert rows.unique().tolist() == columns.unique().tolist() == list(range(-4, 5))
    edge = torch.full((400, 1, 28, 28), -1.0)
    edge[:, :, :, 0] = 1.0
    assert (translate(edge)[:, 0, :, 0] == 1.0).all(1).any(), "what comes in repeats the edge"


def test_gradients_flow_through_the_augmentation():
    pictures = torch.randn(8, 1, 28, 28, requires_grad=True)
    translate(pictures)[:, :, 10:18, 10:18].sum().backward()
    assert (pictures.grad.flatten(1).sum(1) == 64).all()


@pytest.mark.parametrize("edge", [28, 32])
def test_a_square_of_half_of_the_edge_is_cut_out_with_its_middle_anywhere(edge):
    """As DiffAugment: of 28 rows, the first that is cut is any of -7 to 21, each as likely."""
    torch.manual_seed(0)
    half, ones = edge // 2, torch.ones(20_000, 1, edge, edge)
    cut = cut_out(ones)[:, 0] == 0
    rows, columns = cut.any(2), cut.any(1)
    assert torch.equal(cut, rows[:, :, None] & columns[:, None, :])
    for line in (rows, columns):
        first, last = line.float().argmax(1), edge - 1 - line.flip(1).float().argmax(1)
        start = torch.where(first > 0, first, last + 1 - half)
        counts = (start + edge // 4).bincount()
        assert len(counts) == edge + 1 and counts.min() > 0.75 * 20_000 / len(counts)
        assert counts.max() < 1.25 * 20_000 / len(counts), "at both borders as often as in the middle"
        assert torch.equal(line.sum(1), (start + half).clamp(max=edge) - start.clamp(min=0))
