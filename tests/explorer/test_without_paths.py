"""What every visitor is shown names files, and none of the folders of the server that hold them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from explorer.background.processes import _said
from explorer.live.reader import RunReader
from explorer.messages import without_paths
from explorer.model_cards import data_words
from explorer.widgets import model_dialogs, stage
from pipelines import data
from pipelines.config.train_config import TrainConfig
from pipelines.errors import DataError, RunError
from pipelines.paths import PROJECT, data_home
from pipelines.runs import jobs
from pipelines.runs.folder import FAILED, RUNNING
from tests.explorer.train_pages import RUN, checked, opened, words

LOG = f'Traceback:\n  File "{PROJECT}/pipelines/runs/worker.py", line 3\n  File "/usr/lib/python3/decoder.py", line 4'
SHOWN_LOG = 'Traceback:\n  File "pipelines/runs/worker.py", line 3\n  File "decoder.py", line 4'


@pytest.fixture
def failed(made, monkeypatch):
    """A run whose message and log name folders of the server."""
    monkeypatch.setattr("explorer.live.summaries.FRESH_S", 0.0)
    fake = made(FAILED)
    fake.status(
        FAILED, message=f"The checkpoint {fake.folder.path}/checkpoints/step-00000200.safetensors does not fit."
    )
    fake.folder.log_path.write_text(LOG)
    return fake


def listed(address: str) -> str:
    (run,) = httpx.get(f"{address}/api/runs", trust_env=False).json()
    return run["message"]


def test_a_failed_run_names_its_files_alone(failed, address):
    said = f"The checkpoint {RUN}/checkpoints/step-00000200.safetensors does not fit."
    page = opened(RUN)
    assert said in words(page) and page.code[0].value == SHOWN_LOG
    assert listed(address) == said
    reader = RunReader(failed.folder)
    reader.news()
    assert reader.everything()["status"]["message"] == said


def test_a_run_that_is_not_read_names_its_files_alone(failed, address, monkeypatch):
    error = RunError(f"{failed.folder.path}/config.json is locked by /usr/lib/a/lock.")
    monkeypatch.setattr("pipelines.runs.reading.record", lambda *_: (_ for _ in ()).throw(error))
    page = opened(RUN)
    assert f"{RUN}/config.json is locked by lock." in words(page) and page.code[0].value == SHOWN_LOG
    assert listed(address) == "config.json is locked by lock."


@pytest.mark.parametrize("error", [RunError, OSError])
def test_what_goes_wrong_with_a_click_names_files_alone(made, monkeypatch, error):
    made(RUNNING)

    def fail(run):
        raise error(f"{run.path}/control.json is locked by /usr/lib/a/lock")

    monkeypatch.setattr(jobs, "pause", fail)
    page = opened(RUN)
    page.button(key="do_pause").click()
    assert f"{RUN}/control.json is locked by lock" in checked(page.run()).error[0].value.replace("\\", "")


def test_a_taken_name_is_told_without_its_folder(own_models):
    assert model_dialogs._name_problem("tiny-plain").endswith("choose another name or delete tiny-plain.")


def test_pictures_that_cannot_be_prepared_name_files_alone(own_models, monkeypatch):
    def load(*_, **__):
        raise DataError(f"Reading {data_home()}/digits/raw/a.gz failed.")

    monkeypatch.setattr(stage, "stage", lambda *_: lambda *_, **__: {"prepare": "tiny-plain"})
    monkeypatch.setattr(data, "load", load)
    page = AppTest.from_file(str(PROJECT / "explorer" / "main.py"), default_timeout=30)
    page.query_params["model"] = "tiny-plain"
    checked(page.switch_page("pages/latent.py").run())
    assert "Reading data/digits/raw/a.gz failed." in words(page).replace("\\", "")


def test_where_pictures_are_told_to_come_from_is_named_as_a_person_typed_it_on_their_run_alone(made):
    fake, source = made(FAILED), f"CelebA, from files in {data_home()}/celeba."
    record = fake.folder.record()
    fake.folder.write_record(replace(record, data={**record.data, "source": source}))
    assert "CelebA, from files in data/celeba." in words(opened(RUN))
    config = TrainConfig(data="folder", folder="/pictures/of/mine")
    fake.folder.write_record(replace(record, config=config, data={**record.data, "source": "In /pictures/of/mine."}))
    assert words(opened(RUN)).count("/pictures/of/mine") >= 2
    assert data_words({"source": source})["source"] == "CelebA, from files in data/celeba."


def test_what_a_process_tells_of_its_progress_names_files_alone(tmp_path: Path):
    log = tmp_path / "a.log"
    log.write_text(json.dumps({"share": 0.5, "message": "Reading /usr/lib/a/b.gz"}) + "\n")
    assert _said(log)[1]["message"] == "Reading b.gz"


def test_files_that_are_to_be_put_somewhere_are_told_the_folder_within_the_data(homes, launched):
    page = opened()
    page.segmented_control(key="draft_view").set_value("All settings")
    page.run()
    page.selectbox(key="draft_data").set_value("celeba")
    (warning,) = checked(page.run()).warning
    assert " not in data/celeba;" in warning.value.replace("\\", "")
    assert without_paths(f"Put a.gz into {data_home() / 'digits' / 'raw'}.") == "Put a.gz into data/digits/raw."
