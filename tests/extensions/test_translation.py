"""Whole lives of runs that turn one picture into another: CycleGAN, and squared error without D's opinion."""

from pathlib import Path

from tests.extensions.whole_life import lives

DATA = '''
"""Bright pictures, and of each its dark negative."""
import numpy as np
from pipelines.data._image_set import ImageSet, fingerprint_of

CLASS_NAMES, SPLITS, NEEDS_FOLDER, FLIP_MAKES_SENSE, LICENCE, CITATION = (), ("train",), False, True, "none", "none"
CONDITION = "dark"


def read(*, size, channels, folder, split, progress):
    chance = np.random.default_rng(0)
    images = chance.integers(128, 256, (96, channels, size, size), dtype=np.uint8)
    fields = {"dark": (255 - images)[:LEFT]}
    print_ = fingerprint_of(images, None, fields=fields)
    return ImageSet("negatives", images, None, (), print_, "drawn here", fields=fields)
'''
STRAIGHT = (Path(__file__).parents[1] / "methods" / "straight.py").read_text("utf-8")
SETTINGS = {"data": "negatives", "network": "straight", "conditional": True, "size": 16, "lr_g": 0.01, "lr_d": 0.001}


def files(conditions: int) -> dict[str, str]:
    """The extension; with another number of conditions than of pictures they are a domain of their own."""
    return {"data/negatives.py": DATA.replace("LEFT", str(conditions)), "networks/straight.py": STRAIGHT}


def test_cyclegan_lives_through_everything_and_a_model_keeps_the_way_back(tmp_path):
    found = lives(
        tmp_path, files(40), method="cyclegan", loss="least-squares", cycle=10.0, identity=5.0, replay=0.5, flip=True,
        **SETTINGS,
    )  # fmt: skip
    assert found["exact"], "a resumed run ends with the same weights, optimisers, pools and random numbers"
    names = {"generator", "backward", "discriminator", "d_backward"}
    averages, more = {"generator_ema", "backward_ema"}, {"replay", "replay_back", "rng"}
    assert {*found["players"]} == names | {f"{name}_optimizer" for name in names} | averages | more
    columns, display = found["live"]["columns"], found["live"]["run"]["display"]
    assert {"d_loss", "d_loss_back", "cycle", "cycle_back", "identity", "grad_b", "grad_e"} < set(columns)
    views = [view["id"] for view in display["views"] if view["chart"] in ("outputs", "losses", "cycle")]
    assert views == ["outputs", "losses", "losses_back", "cycle", "identity"]
    assert found["again"] and found["at_once"] == [True, True] and found["branched"] and found["told"]
    back = found["back"]
    assert back["same"] and back["shape"] == [4, 1, 16, 16], "the model goes back as the run does"
    assert "backward.safetensors is not the one that was published as mine" in back["changed"] and back["less"]
    assert found["went_on"] == f"G goes on as it was; afresh begin: E, {memory('G', 'B', 'D', 'E')}."


def test_without_ds_opinion_a_run_lives_through_everything_without_d(tmp_path):
    found = lives(tmp_path, files(96), method="srgan", reconstruction=1.0, adversarial=0.0, **SETTINGS)
    assert found["exact"] and found["again"] and found["branched"] and found["at_once"] == [True, True]
    assert not any("d_loss" in row or "g_loss" in row for row in found["rows"])
    assert found["live"]["status"]["state"] == "finished" and not found["findings"]
    assert found["score"] is None, "a D that was not trained has no opinion"
    assert found["files"] == ["conditions", "generator"]
    assert found["went_on"] == f"G goes on as it was; afresh begin: D, {memory('G', 'D')}."


def memory(*letters: str) -> str:
    """What a run that trains a model further says of the optimisers of some players."""
    return ", ".join(f"the optimiser's memory of {letter}" for letter in letters)
