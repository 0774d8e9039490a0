"""Groups of like pictures: of one size, the same each time, and of pictures that look alike."""

import pytest
import torch

from pipelines.errors import ConfigError
from pipelines.training.groups import balanced_groups


def stripes(count=240, kinds=4):
    """Pictures of ``kinds`` kinds, a bright stripe at another height each, with noise, and the kind of each."""
    chance = torch.Generator().manual_seed(1)
    kind = torch.arange(count) % kinds
    pictures = torch.randint(0, 60, (count, 1, 28, 28), generator=chance)
    for index in range(kinds):
        pictures[kind == index, :, 7 * index : 7 * index + 5] += 180
    return pictures.to(torch.uint8), kind


def test_like_pictures_make_a_group():
    pictures, kind = stripes()
    groups = balanced_groups(pictures, None, 4)
    pairs = torch.stack([groups, kind], 1).unique(dim=0)
    assert len(pairs) == 4, "one group for each kind"
    assert torch.equal(groups, balanced_groups(pictures, None, 4))


@pytest.mark.parametrize("count", [3, 8, 20])
def test_groups_have_about_one_size_even_where_some_pictures_are_frequent(count):
    bright = torch.rand(2000, 2, generator=torch.Generator().manual_seed(0)) ** 2  # most are dark
    halves = (255 * bright).to(torch.uint8).repeat_interleave(14, 1)
    pictures = halves[:, None, :, None].expand(-1, 1, 28, 28).contiguous()
    sizes = balanced_groups(pictures, None, count).bincount(minlength=count)
    assert sizes.max() < 1.2 * sizes.float().mean() and sizes.min() > 0.8 * sizes.float().mean()


def test_each_class_has_groups_of_its_own():
    pictures, kind = stripes()
    labels = torch.arange(240) // 120
    groups = balanced_groups(pictures, labels, 4)
    for label in (0, 1):
        assert len(torch.stack([groups, kind], 1)[labels == label].unique(dim=0)) == 4


def test_more_groups_than_pictures_is_one_sentence():
    with pytest.raises(ConfigError, match="50 groups were asked for and a class has 10 pictures; set centres to fewer"):
        balanced_groups(stripes(10)[0], None, 50)
