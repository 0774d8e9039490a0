"""Classes to ask for: as many of each as the data have, in turn."""

import numpy as np
import pytest

from pipelines.data._shares import in_turn


def test_equal_classes_come_in_turn():
    assert in_turn(np.repeat(np.arange(4), 5)).tolist() == [0, 1, 2, 3] * 5
    assert in_turn(np.repeat(np.arange(4), 5), 10).tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]


@pytest.mark.parametrize(
    ("counts", "asked", "expected"),
    [
        ((90, 10), None, (90, 10)),
        ((90, 10), 20, (18, 2)),
        ((90, 10), 2000, (1800, 200)),
        ((7, 0, 3), 5, (4, 0, 1)),  # 3.5 and 1.5: of equal remainders the first class has it
        ((9999, 1), 100, (100, 0)),
        ((5,), 3, (3,)),
    ],
)
def test_shares_are_those_of_the_data(counts, asked, expected):
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    found = in_turn(labels, asked)
    assert found.dtype == np.int64 and np.bincount(found, minlength=len(counts)).tolist() == list(expected)
