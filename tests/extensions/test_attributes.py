"""The whole life of a run that is told of attributes, from an extension folder."""

from __future__ import annotations

from pathlib import Path

from tests.extensions.whole_life import lives

DATA = '''
"""Grey squares, bright or dark, with a white frame or a black one or none."""
import numpy as np
from pipelines.data._image_set import ImageSet, fingerprint_of

CLASS_NAMES, SPLITS, NEEDS_FOLDER, FLIP_MAKES_SENSE, LICENCE, CITATION = (), ("train",), False, True, "none", "none"
ATTRIBUTE_NAMES = ("bright", "white frame", "black frame")
ATTRIBUTE_GROUPS = {"frame": ("white frame", "black frame")}


def read(*, size, channels, folder, split, progress):
    chance = np.random.default_rng(0)
    bright, frame = chance.integers(0, 2, 96), chance.integers(0, 3, 96)
    images = np.where(bright, 170, 80).astype(np.uint8)[:, None, None, None].repeat(size, 2).repeat(size, 3)
    images = images.repeat(channels, 1) + chance.integers(-20, 20, (96, channels, size, size)).astype(np.uint8)
    for number, value in ((1, 255), (2, 0)):
        images[frame == number, :, :2], images[frame == number, :, -2:] = value, value
    told = np.stack([bright, frame == 1, frame == 2], 1).astype(np.uint8)
    print_ = fingerprint_of(images, None, attributes=told)
    return ImageSet(
        "squares", images, None, (), print_, "drawn here", attributes=told, attribute_names=ATTRIBUTE_NAMES
    )
'''


def test_a_run_that_is_told_of_attributes_lives_through_everything(tmp_path: Path) -> None:
    found = lives(
        tmp_path, {"data/squares.py": DATA}, data="squares", network="quick", conditional=True, size=16, samples=24,
        flip=True, replay=0.5, minibatch="stddev",
    )  # fmt: skip
    assert found["exact"] and found["again"] and found["branched"] and found["at_once"] == [True, True]
    shown, classes = found["live"]["run"]["display"], found["model"]["classes"]
    assert len(classes) == 6 and len(set(classes)) == 6, "each combination is an example once"
    assert set(classes) == {
        "bright, white frame", "bright, black frame", "bright", "white frame", "black frame", "none of the attributes",
    }  # fmt: skip
    assert shown["row_labels"] == classes and shown["truth"] and not shown["input"]
    assert (shown["rows"], shown["columns"]) == (6, 4 + 1), "samples, and a real one"
    assert found["sheet"][:2] == [5 * 18 - 2, 6 * 18 - 2] and found["preview"][0] == found["preview"][1]
    assert found["truth"] == [6, 1, 16, 16] and found["told"] and found["score"] == [8]
    assert "difference" not in found["quality"]["own"], "a sample is not to be like the very picture"
    assert "difference" not in {one["name"] for one in shown["measures"]}
    assert found["directions"] == ["closed-form", "component"], "z does not say what is told"
