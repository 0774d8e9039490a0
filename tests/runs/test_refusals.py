"""What cannot be done with a run is one sentence: rates out of range, folders that cannot be written, odd names."""

import errno
import json
import math
import os

import pytest
from filelock import FileLock

from pipelines import cli
from pipelines.cli import shown
from pipelines.errors import ConfigError, RunError
from pipelines.runs import jobs
from pipelines.runs.folder import Notes, RunFolder, Status

BAD_RATES = [-1, 0, 1e9, math.nan, math.inf, "0.1", True]


@pytest.fixture
def run(tiny):
    return jobs.create(tiny)


@pytest.mark.parametrize("rate", BAD_RATES)
def test_a_learning_rate_has_the_bounds_that_its_setting_has(run, rate):
    for name in ("lr_g", "lr_d"):
        with pytest.raises(ConfigError, match=f"{name} is .*; it must "):
            jobs.set_rates(run, **{name: rate})
    assert run.control().lr_g is None and run.control().lr_d is None
    jobs.set_rates(run, lr_g=1e-7, lr_d=1.0)
    assert (run.control().lr_g, run.control().lr_d) == (1e-7, 1.0)


@pytest.mark.parametrize("rate", BAD_RATES)
def test_a_rate_in_the_file_that_nothing_can_train_with_counts_as_none(run, rate):
    (run.path / "control.json").write_text(json.dumps({"want": "pause", "lr_g": rate, "lr_d": 0.001}))
    control = run.control()
    assert control.lr_g is None
    if type(rate) in (int, float) and math.isfinite(rate):  # else the file is none of a control, and all of it is lost
        assert (control.want, control.lr_d) == ("pause", 0.001)


def test_the_command_line_refuses_them_too(run, type_in):
    code, text = type_in("rates", run.id, "--lr-g", "-1")
    assert code == 1 and "lr_g is -1; it must lie between 1e-07 and 1." in text
    assert type_in("rates", run.id, "--lr-d", "nan")[0] == 1
    code, text = type_in("rates", run.id, "--lr-d", "0,001")
    assert code == 2 and run.control().lr_d is None, "a comma is no number here, and never 1"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
@pytest.mark.parametrize("command", [["pause"], ["step"], ["stop"], ["resume"], ["rates", "--lr-g", "0.001"]])
def test_on_a_folder_that_cannot_be_written_each_command_is_one_sentence(run, type_in, monkeypatch, command, number):
    error = OSError(number, os.strerror(number))
    if command == ["resume"]:
        run.write_status(Status("stopped"))

    def refused(*_, **__):
        raise error

    monkeypatch.setattr(FileLock, "acquire", refused)
    code, text = type_in(command[0], run.id, *command[1:])
    assert code == 1 and f"cannot be written ({error.strerror})" in text.replace("\n", " ")


def test_a_log_that_cannot_be_written_is_one_sentence(run, type_in):
    run.write_status(Status("stopped"))
    run.log_path.mkdir()
    code, text = type_in("resume", run.id)
    assert code == 1 and "train.log cannot be written (Is a directory)" in text


def test_a_name_that_no_address_can_hold_is_refused_among_the_runs_and_told(tiny, homes, type_in, tmp_path):
    assert jobs.create(tiny, path=homes.runs / "My_Run.2").id == "My_Run.2"
    assert [run.id for run in jobs.runs()] == ["My_Run.2"] and jobs.find("My_Run.2").exists()
    for name in ("My Run", "café", "-run", "a" * 81, "x?y"):
        with pytest.raises(RunError, match="its name may have letters"):
            jobs.create(tiny, path=homes.runs / name)
    elsewhere = jobs.create(tiny, path=tmp_path / "elsewhere" / "My Run")
    elsewhere.path.rename(homes.runs / "My Run")
    assert jobs.unlisted() == ["My Run"] and len(jobs.runs()) == 1
    text = type_in("runs")[1]
    assert "My_Run.2" in text and "Not listed: 'My Run'. Rename the folder" in text


def test_the_routes_take_the_ids_that_are_listed(tiny, homes):
    from starlette.exceptions import HTTPException

    from explorer.server.routes import _named

    assert _named("My_Run.2").path == homes.runs / "My_Run.2"
    for name in ("..", ".hidden", "a/b", "My Run", ""):
        with pytest.raises(HTTPException, match="letters without accents"):
            _named(name)


def table(monkeypatch, capsys, width, terminal):
    from rich.console import Console

    monkeypatch.setattr(shown, "out", Console(width=width, force_terminal=terminal, color_system=None))
    monkeypatch.setattr(cli.jobs, "out", shown.out)
    cli.jobs.runs()
    return [line.strip() for line in capsys.readouterr().out.replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()]


def test_the_list_of_runs_is_readable_at_80_columns(tiny, homes, monkeypatch, capsys):
    first = jobs.create(tiny, path=homes.runs / "20260131-142530-conditional-digits-3fa4")
    quality = {"frechet": 12.34, "features": "digit features"}
    first.write_status(Status("finished", step=12345, epoch=10.25, quality=quality))
    first.write_notes(Notes(name="A name [bold]of\nmine"))
    (jobs.create(tiny, path=homes.runs / "broken").path / "config.json").write_text("{}")
    narrow = table(monkeypatch, capsys, 80, True)
    assert "20260131-142530-conditional-digits-3fa4" in narrow, "the id alone, to be copied"
    state = "state finished, step 12345, epoch 10.2"
    assert f"{state}, quality Fréchet 12.3 (digit features), name A name [bold]of mine" in narrow
    wide = table(monkeypatch, capsys, 200, True)
    assert [line.split()[0] for line in wide] == [
        "run", "broken", "20260131-142530-conditional-digits-3fa4", "Damaged:",
    ]  # fmt: skip
    assert wide[2].endswith("Fréchet 12.3 (digit features)  A name [bold]of mine")
    assert table(monkeypatch, capsys, 80, False) == wide, "what is no terminal gets a line for each run"


def test_control_that_is_kept_by_another_is_one_sentence(run, monkeypatch):
    with FileLock(run.path / "control.lock"):
        real = FileLock.acquire
        monkeypatch.setattr(FileLock, "acquire", lambda lock, *_, **__: real(lock, timeout=0))
        with pytest.raises(RunError, match=r"Another process keeps .*control\.lock"):
            RunFolder(run.path).ask(want="stop")
