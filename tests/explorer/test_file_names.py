"""Folders and files whose names are not UTF-8, as a memory card or an old system leaves them: every page shows them."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from PIL import Image

from explorer.live.summaries import Summaries
from pipelines import data
from pipelines.runs.folder import FAILED, FINISHED
from tests.explorer.train_pages import RUN, checked, opened, said, words
from tests.fake_run import FakeRun

CAFE = os.fsdecode(b"caf\xe9")


@pytest.fixture
def pictures(tmp_path):
    """Two classes of pictures; the folder's name and that of a class are Latin-1."""
    home = tmp_path / CAFE
    try:
        for label in (CAFE, "tea"):
            (home / label).mkdir(parents=True)
            for number in range(2):
                Image.fromarray(np.full((28, 28), 90 * number, np.uint8)).save(home / label / f"{number}.png")
    except OSError:
        pytest.skip("This file system takes names in UTF-8 only.")
    return home


@pytest.fixture
def run(homes, pictures):
    made = FakeRun(RUN, home=homes.runs, data_name="folder", folder=str(pictures))
    path = made.folder.path / "config.json"
    config = json.loads(path.read_text("utf-8"))
    config["data"] |= {"class_names": [CAFE, "tea"], "source": f"Pictures in {pictures}.", "notes": [f"{CAFE} skipped"]}
    config["display"]["row_labels"] = [CAFE, "tea"]
    path.write_text(json.dumps(config), "utf-8")
    made.sample()
    made.status(FINISHED)
    return made


def test_a_run_on_such_a_folder_is_shown_and_duplicated(run, pictures):
    page = opened(RUN)
    assert r"caf\xe9 skipped" in words(page)
    next(button for button in page.button if button.label == "Duplicate").click()
    checked(page.run())
    field = page.text_input(key="draft_folder")
    assert field.value.startswith("file:///") and field.value.endswith("/caf%E9")
    assert not [one for one in page.warning if "folder" in one.value], "the pictures are found"
    assert data.folder_of(field.value) == pictures


def test_what_names_such_a_file_is_told_and_hides_no_other_run(run, homes):
    run.status(FAILED, message=f"{CAFE}/1.png cannot be read.")
    run.folder.write_notes(run.folder.notes().__class__(name=CAFE, note=CAFE))
    page = opened(RUN)
    assert r"caf\xe9/1.png cannot be read." in said(page.error[0]) and said(page.title[0]) == r"caf\xe9"
    assert json.loads(Summaries().get()[0])[0]["id"] == RUN
