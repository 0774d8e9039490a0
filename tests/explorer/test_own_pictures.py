"""A person's own pictures on the Train page: what is in their folder, what is skipped, and where they were moved to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from explorer.widgets import starting
from pipelines import data
from pipelines.runs import jobs
from pipelines.runs.folder import FAILED, FINISHED, STOPPED
from tests.explorer.train_pages import RUN, checked, opened, words


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Two classes, a file that is no picture and a system folder."""
    home = tmp_path / "my *own* pictures"
    for name in ("cats/a.png", "cats/b.tif", "dogs/c.png", "@eaDir/thumbnail.png"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (30, 30), 50).save(home / name)
    (home / "dogs" / "broken.png").write_bytes(b"")
    (home / "read_me_.txt").write_text("text")
    return home


def test_the_form_says_what_is_in_a_folder_and_what_is_skipped(own, launched):
    page = opened()
    page.segmented_control(key="draft_view").set_value("All settings")
    checked(page.run())
    page.selectbox(key="draft_data").set_value("folder")
    checked(page.run())
    page.text_input(key="draft_folder").set_value(f' "file://{own}" ')
    said = words(checked(page.run()))
    assert f"4 pictures in {own.parent}" in said
    assert "/my *own* pictures · 2 classes: cats 2, dogs 2" in said
    assert "1 skipped, hidden or of the system: @eaDir" in said and "1 skipped, not pictures: read_me_.txt" in said
    assert "Damaged pictures are found, and counted, when the set is prepared." in said
    page.button(key="start").click()
    checked(page.run())
    assert launched[0].record().config.folder == str(own)

    data.load("folder", folder=own, size=28, channels=1)
    found = data.overview("folder", folder=own, size=28, channels=1)
    assert found.prepared and found.pictures == 3 and found.counts == {"cats": 2, "dogs": 1}
    assert found.notes[-1] == "1 skipped, not a picture, or damaged at its beginning: dogs/broken.png"


def test_a_folder_that_is_no_path_is_said(launched):
    page = opened()
    page.segmented_control(key="draft_view").set_value("All settings")
    checked(page.run())
    page.selectbox(key="draft_data").set_value("folder")
    checked(page.run())
    page.text_input(key="draft_folder").set_value("file://server/pictures")
    said = words(checked(page.run()))
    assert said.count("is a folder on the computer server; set folder to a path on this computer.") == 1
    assert page.button(key="start").disabled


def test_a_run_shows_what_was_skipped(made, own):
    fake = made(STOPPED)
    record = fake.folder.record()
    notes = ["2 skipped, damaged: a*b*.png, c.png", "1 skipped, not pictures: x.txt"]
    fake.folder.write_record(replace(record, data={**record.data, "notes": notes}))
    page = opened(RUN)
    assert "Pictures: 60,000 read, 2 remarks" in [expander.label for expander in page.expander]
    assert "- 2 skipped, damaged: a*b*.png, c.png" in words(page)


@pytest.mark.parametrize(
    ("state", "label"), [(FAILED, "Resume with this folder"), (STOPPED, "Resume with this folder"),
                         (FINISHED, "Keep this folder")],
)  # fmt: skip
def test_where_pictures_were_moved_to_can_be_told(state, label, made, own, tmp_path, monkeypatch):
    fake = made(state)
    record = fake.folder.record()
    config = record.config.changed(data="folder", folder=str(tmp_path / "gone"))
    fake.folder.write_record(replace(record, config=config))
    launched = []
    monkeypatch.setattr(jobs, "launch", launched.append)
    page = opened(RUN)
    assert f"There is no folder {tmp_path / 'gone'} any more" in words(page)
    page.text_input(key=f"moved_to_{RUN}").set_value(str(tmp_path / "nowhere"))
    button = next(button for button in page.button if button.label == label)
    button.click()
    said = words(checked(page.run()))
    assert "nowhere does not exist" in said and not launched
    page.text_input(key=f"moved_to_{RUN}").set_value(str(own))
    with monkeypatch.context() as full:
        full.setattr(starting, "MOST_OWN", 0)
        next(button for button in page.button if button.label == label).click()
        assert "0 are allowed at a time" in words(checked(page.run())) and not launched
    next(button for button in page.button if button.label == label).click()
    checked(page.run())
    assert [run.id for run in launched] == [RUN] and fake.folder.control().folder == str(own)


def test_a_run_whose_pictures_are_in_their_place_is_not_asked(made, own):
    fake = made(STOPPED)
    record = fake.folder.record()
    fake.folder.write_record(replace(record, config=record.config.changed(data="folder", folder=str(own))))
    assert "Have the pictures moved?" not in [expander.label for expander in opened(RUN).expander]
