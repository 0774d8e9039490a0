"""A damaged run or model is shown as damaged, in a sentence, can be deleted, and affects nothing else."""

from __future__ import annotations

import json
import random
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from explorer import saved_directions
from explorer.background import processes
from explorer.live.reader import RunReader
from explorer.live.summaries import Summaries
from explorer.model_cards import model_cards
from pipelines import cli
from pipelines.config.migrating import SCHEMA
from pipelines.errors import RunError
from pipelines.models import managing
from pipelines.paths import PROJECT
from pipelines.runs import branching
from pipelines.runs.folder import FINISHED, RUNNING
from pipelines.runs.rows import MOST_BYTES
from tests.explorer.train_pages import RUN, checked, opened, words
from tests.fake_run import FakeRun
from tests.wrong_files import damaged

OTHER = "20260102-000000-first-digits-0002"
DEEP = "[" * 100_000
CHEAP = settings(
    max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def listed() -> dict[str, dict]:
    return {run["id"]: run for run in json.loads(Summaries().get()[0])}


@pytest.mark.parametrize("content", ["", "\0" * 50, DEEP, "[]", '{"config": {"width": 1000000000}}'])
def test_a_damaged_configuration_is_listed_with_its_sentence(made, content: str) -> None:
    made(FINISHED), made(FINISHED, OTHER)
    (made(FINISHED, "20260103-000000-broken").folder.path / "config.json").write_text(content)
    found = listed()
    assert len(found) == 3 and found[RUN]["state"] == found[OTHER]["state"] == FINISHED
    broken = found["20260103-000000-broken"]
    assert broken["state"] == "damaged" and broken["message"].startswith("config.json")
    assert not broken["explorable"] and broken["created_at"] > 0


@pytest.mark.parametrize(
    "change",
    [{"step": None}, {"quality": 5}, {"quality": {"frechet": "x"}}, {"message": 5}, {"lr_g": 1e300}, {"eta_s": "x"}],
)
def test_an_odd_status_hides_no_run(made, change: dict) -> None:
    run = made(RUNNING).folder
    status = json.loads((run.path / "status.json").read_text())
    (run.path / "status.json").write_text(json.dumps({**status, **change}))
    assert listed()[RUN]["state"] in (RUNNING, "lost")
    page = opened(RUN)
    assert not page.exception and page.title[0].value == "First digits in a minute"


@pytest.mark.parametrize(
    "change", [{"created_at": "x"}, {"data": {"class_names": 5}}, {"display": {"rows": 1e9}}, {"preset": None}]
)
def test_the_page_of_a_damaged_run_says_so_and_deletes_it(made, change: dict) -> None:
    made(FINISHED, OTHER)
    run = made(FINISHED).folder
    config = json.loads((run.path / "config.json").read_text())
    (run.path / "config.json").write_text(json.dumps({**config, **change}))
    page = opened(RUN)
    assert not page.exception
    said = words(page).replace("\\", "")
    assert "This run is damaged and cannot be shown" in said and next(iter(change)) in said
    next(button for button in page.button if button.label == "Delete").click().run()
    page.button(key="delete_yes").click().run()
    assert not run.exists() and not page.exception and list(listed()) == [OTHER]


def test_a_run_and_a_model_of_a_newer_version_are_shown_as_such(made, own_models: Path, capsys) -> None:
    made(FINISHED, OTHER)
    run = made(FINISHED).folder
    for config in (run.path / "config.json", own_models / "tiny-plain" / "config.json"):
        config.write_text(json.dumps({"schema": SCHEMA + 1, "config": {"brush": {}}, "preset": []}))
    found, sentence = listed(), f"config.json has schema {SCHEMA + 1}, and this version of the program reads schemas up"
    assert found[OTHER]["state"] == FINISHED and found[RUN]["state"] == "newer" and not found[RUN]["explorable"]
    assert found[RUN]["message"].startswith(sentence) and found[RUN]["message"].endswith("update the program.")
    said = words(opened(RUN)).replace("\\", "")
    assert "This run was made by a newer version of the program" in said and sentence in said and "damaged" not in said
    cards, (wrong,) = model_cards()
    assert len(cards) == 2 and (wrong["id"], wrong["why"]) == ("tiny-plain", "newer") and sentence in wrong["sentence"]
    for command in ("runs", "models"):
        cli.app([command], standalone_mode=False)
    said = " ".join(capsys.readouterr().out.split())
    assert f"Newer: {RUN}/{sentence}" in said and f"Newer: tiny-plain/{sentence}" in said
    assert OTHER in said and "tiny-classes" in said and "delete" not in said and "amaged" not in said


def test_deep_nesting_in_one_run_takes_down_no_page(made, address, own_models: Path) -> None:
    run = made(FINISHED).folder
    (run.path / "status.json").write_text(DEEP)
    assert [one["id"] for one in httpx.get(f"{address}/api/runs", trust_env=False).json()] == [RUN]
    checked(AppTest.from_file(str(PROJECT / "explorer" / "main.py"), default_timeout=60).run())


@pytest.mark.parametrize("name", ["metrics.jsonl", "samples/index.jsonl"])
def test_rows_beyond_all_bounds_make_a_run_damaged(made, address, capsys, name: str) -> None:
    made(FINISHED, OTHER)
    run = made(FINISHED).folder
    summaries = Summaries()
    assert RUN.encode() in summaries.get()[0] and b"damaged" not in summaries.get()[0]
    path = run.path / name
    with path.open("r+b") as file:
        file.truncate(MOST_BYTES + 10**6)
    sentence = f"{path.name} has 1,001 MB; rows are read of 1,000 MB at most."
    summaries._made_at = float("-inf")  # as if a second had gone by
    found = {one["id"]: one for one in json.loads(summaries.get()[0])}
    assert (found[RUN]["state"], found[RUN]["message"], found[OTHER]["state"]) == ("damaged", sentence, FINISHED)
    assert f"This run is damaged and cannot be shown, explored or resumed. {RUN}/{sentence}" in words(opened(RUN))
    cli.app(["runs"], standalone_mode=False)
    assert f"Damaged: {RUN}/{sentence}" in " ".join(capsys.readouterr().out.split())
    answer = httpx.get(f"{address}/api/runs/{RUN}/thumbnail", trust_env=False)
    assert answer.status_code == (404 if "samples" in name else 200)
    with pytest.raises(RunError, match="rows are read of"):
        branching.branch(run)
    assert len(list(run.path.parent.iterdir())) == 2, "nothing of a branch is left"


def test_the_reader_counts_what_it_leaves_out(made) -> None:
    fake = made(FINISHED)
    with fake.folder.metrics_path.open("ab") as file:
        file.write(b'\0\0\0\n{"step": null}\n{"step": 5')
    reader = RunReader(fake.folder)
    assert reader.news()["left_out"] == 2 and reader.everything()["left_out"] == 2
    with fake.folder.metrics_path.open("ab") as file:
        file.write(b"\n")
    assert reader.news() == {"left_out": 3}


def test_commands_list_what_is_damaged(made, own_models: Path, capsys) -> None:
    made(FINISHED)
    (made(FINISHED, OTHER).folder.path / "config.json").write_text(DEEP)
    (own_models / "tiny-plain" / "card.json").write_bytes(b"\0\0")
    for command in ("runs", "models"):
        cli.app([command], standalone_mode=False)
    said = " ".join(capsys.readouterr().out.split())
    assert f"Damaged: {OTHER}/config.json is nested too deeply." in said and f"pipelines delete {OTHER}" in said
    assert "Damaged: tiny-plain/card.json holds zero bytes." in said and RUN in said and "tiny-classes" in said


def test_a_damaged_model_can_be_deleted_from_its_page(own_models: Path) -> None:
    (own_models / "tiny-plain" / "card.json").write_text(DEEP)
    cards, wrong = model_cards()
    assert [one["id"] for one in wrong] == ["tiny-plain"] and len(cards) == 2
    assert managing.can_be_deleted("tiny-plain")
    managing.delete("tiny-plain")
    assert model_cards()[1] == []


@CHEAP
@given(seed=st.integers(0, 2**32), name=st.sampled_from(["config.json", "card.json"]))
def test_a_wrong_model_is_a_sentence_or_a_card(own_models: Path, seed: int, name: str) -> None:
    path = own_models / "tiny-classes" / name
    content = path.read_bytes()
    try:
        path.write_bytes(damaged(random.Random(seed), content))
        cards, wrong = model_cards()
        assert len(cards) + len(wrong) == 3 and {"tiny-plain", "tiny-faces"} <= {card["id"] for card in cards}
        assert all("\n" not in one["sentence"] and len(one["sentence"]) < 700 for one in wrong)
        json.dumps(cards)
    finally:
        path.write_bytes(content)


@CHEAP
@given(seed=st.integers(0, 2**32))
def test_wrong_files_of_what_is_saved_are_passed_over(homes, seed: int) -> None:
    chance = random.Random(seed)
    (homes.saved / "directions").mkdir(parents=True, exist_ok=True)
    kept = json.dumps([{"name": "bold", "definition": "z1"}, {"name": "thin", "definition": "m:0.1,0.2|0.3,0.4"}])
    (homes.saved / "directions" / "a-model.json").write_bytes(damaged(chance, kept.encode()))
    assert all(set(one) == {"name", "definition"} for one in saved_directions.directions("a-model"))
    (homes.saved / "measuring").mkdir(parents=True, exist_ok=True)
    record = json.dumps({"checkpoint": "best", "started_at": 1e9}).encode()
    (homes.saved / "measuring" / "a-run.json").write_bytes(damaged(chance, record))
    (homes.saved / "measuring" / "a-run.log").write_bytes(damaged(chance, b'{"share": 0.5, "message": "Half"}\n'))
    work = processes.Background("measuring", lambda job: False)
    for job in work.jobs():
        assert 0 <= job.share <= 1 and isinstance(job.message, str) and job.started_at >= 0


def test_a_run_that_cannot_be_read_is_compared_with_nothing(homes) -> None:
    """What the picker of Compare needs to know is in the list: the state, and the sentence."""
    (FakeRun("a-run").folder.path / "config.json").write_text("{")
    one = SimpleNamespace(**listed()["a-run"])
    assert one.state == "damaged" and one.message and one.name == "" and one.title == "a-run"
