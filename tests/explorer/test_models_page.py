"""The Models page without a browser: what cards say, what is damaged, publishing in the background, the dialogs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer.background import processes, publications
from explorer.card_measures import measures, percent
from explorer.model_cards import about, card_of, model_cards, training
from explorer.widgets.gallery import first_steps
from explorer.widgets.model_dialogs import OPEN
from pipelines.errors import ModelError
from pipelines.models import registry
from pipelines.paths import PROJECT
from pipelines.runs import jobs
from pipelines.runs.folder import RunFolder
from tests.explorer.train_pages import checked, said, selected, words

QUALITY = {
    "samples": 10_000, "against": "test pictures", "against_count": 10_000, "features": "digit features",
    "neighbours_count": 2000, "ratio": 1.8312, "frechet": {"value": 1.2, "real": 0.66},
    "recall": {"value": 0.8315, "real": 0.8885}, "precision": {"value": 0.9, "real": 0.9},
    "clear": {"value": 0.98712, "real": 0.9931}, "as_asked": {"value": 0.9961, "real": 0.9923},
    "class_deviation": None, "attribute_deviation": None,
}  # fmt: skip


@pytest.fixture
def run(trained_run: RunFolder) -> RunFolder:
    return trained_run


def until(true: Callable[[], object], timeout_s: float = 60.0) -> None:
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


# What a card says


@pytest.mark.parametrize(
    ("share", "count", "text"),
    [(0.98712, 10_000, "98.7 %"), (0.8315, 2000, "83 %"), (0.98712, 100, "99 %"), (0.99996, 10_000, "over 99.9 %"),
     (0.997, 100, "over 99 %"), (1, 10_000, "100 %"), (0, 10, "0 %"), (0.5, None, "50 %")],
)  # fmt: skip
def test_a_share_has_the_digits_that_its_pictures_can_carry(share, count, text):
    assert percent(share, count) == text


def test_measures_stand_beside_those_of_real_pictures():
    rows, note = measures(QUALITY, "digits")
    assert [(row["name"], row["value"], row["real"]) for row in rows] == [
        ("The digit asked for", "99.6 %", "99.2 %"),
        ("Clearly one digit", "98.7 %", "99.3 %"),
        ("Distance from real", "1.8 times", "1"),
        ("Variety", "83 %", "89 %"),
    ]
    assert note == "Measured on 10,000 samples, beside 10,000 test pictures, in digit features."


@pytest.mark.parametrize(
    "quality", [None, {}, [], "good", {"clear": None}, {"clear": {"value": "much"}, "ratio": True}]
)
def test_what_was_not_measured_says_so(quality):
    assert measures(quality, "digits") == ([], "Not measured.")


def test_a_problem_of_measuring_is_told():
    assert measures({"problem": "Too few pictures."}, "folder") == ([], "Not measured. Too few pictures.")


def test_every_measure_of_an_evaluation_can_be_shown_alone():
    for field in ("as_asked", "clear", "recall", "precision", "frechet", "class_deviation", "attribute_deviation"):
        rows, _ = measures({field: {"value": 0.5, "real": None}}, "faces")
        assert len(rows) == 1 and rows[0]["real"] is None, field


def test_a_card_tells_what_a_model_is(own_models):
    card = card_of(registry.find("tiny-classes"))
    assert card["title"] == "Tiny digits by class" and card["about"] == "Random weights, for tests."
    assert card["facts"][:2] == ["28 × 28 pixels, grey", "10 classes"]
    assert dict(card["training"]) == {
        "Seed": "0", "Time": "60 s", "Machine": "CPU", "Steps": "1,000", "Images seen": "64,000",
        "Trained": "2025-01-01", "From the run": "a-run",
    }  # fmt: skip
    assert card["origin"]["licence"] == "none" and card["origin"]["name"] == "digits, 60,000 pictures"
    assert dict(training({"images_seen": 3_912_000}))["Images seen"] == "3.9 million"


def test_a_card_that_tells_nothing_is_shown_with_what_is_known(own_models):
    for odd in ({}, {"seed": "x", "data": 3, "about": None, "training_seconds": [], "command": 7, "quality": 5}):
        (own_models / "tiny-plain" / "card.json").write_text(json.dumps(odd))
        entry = registry.find("tiny-plain")
        card = card_of(entry)
        assert (
            card["about"] == about(entry) == ("Draws handwritten digits, of any class: it was trained without labels.")
        )
        assert card["training"] == [] and card["command"] == "" and card["origin"]["licence"] == "not told"


# Damaged folders


def cut_off(folder: Path) -> None:
    weights = folder / "generator.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("damage", "file"),
    [
        (cut_off, "generator.safetensors is cut off"),
        (lambda folder: (folder / "generator.safetensors").write_bytes(b"<html>"), "generator.safetensors is cut off"),
        (lambda folder: (folder / "generator.safetensors").unlink(), "There is no model"),
        (lambda folder: (folder / "card.json").write_text("{"), "tiny-plain/card.json breaks off or is not JSON"),
        (lambda folder: (folder / "card.json").write_text("[]"), "tiny-plain/card.json: it is a list of 0"),
        (lambda folder: (folder / "config.json").write_text('{"config": 1}'), "tiny-plain/config.json: "),
    ],
)
def test_a_damaged_model_is_named_and_hides_no_other(own_models, damage, file):
    damage(own_models / "tiny-plain")
    cards, damaged = model_cards()
    assert [card["id"] for card in cards] == ["tiny-classes", "tiny-faces"]
    assert len(damaged) == 1 and damaged[0]["id"] == "tiny-plain" and file in damaged[0]["sentence"]
    assert str(own_models) not in damaged[0]["sentence"], "a page shows no folders of the server"


def test_other_folders_are_no_damaged_models(own_models):
    (own_models / ".new.123.tmp").mkdir()
    (own_models / ".new.123.tmp" / "generator.safetensors").write_bytes(b"half")
    (own_models / "classifiers" / "digits").mkdir(parents=True)
    (own_models / "classifiers" / "digits" / "card.json").write_text("{}")
    cards, damaged = model_cards()
    assert len(cards) == 3 and not damaged
    assert registry.published() == ["tiny-classes", "tiny-faces", "tiny-plain"]


# What to try first


def test_the_first_steps_lead_to_models_that_are_here(own_models):
    steps = first_steps(model_cards()[0], [])
    assert [(step["title"], step["page"], step["query"].get("model")) for step in steps] == [
        ("Give a face glasses", "arithmetic", "tiny-faces"),
        ("Ten images of a 7", "digits", "tiny-classes"),
        ("Watch a GAN learn in a minute", "train", None),
    ]


def test_a_painter_is_a_first_step_too(tiny_translators, monkeypatch):
    monkeypatch.setenv("GAN_EXPLORER_MODELS", str(tiny_translators / "models"))
    steps = first_steps(model_cards()[0], [])
    assert [(step["title"], step["page"], step["query"].get("model")) for step in steps][1:] == [
        ("Paint a face", "translate", "tiny-paint"),
        ("Watch a GAN learn in a minute", "train", None),
    ]
    told_nothing = [{**card, "translates": False} for card in model_cards()[0]]
    assert "paint" not in [step["kind"] for step in first_steps(told_nothing, [])], "it draws such faces from z alone"


def test_with_nothing_there_the_first_step_is_to_train():
    assert [step["page"] for step in first_steps([], [])] == ["train"]


def test_without_faces_and_classes_there_are_other_steps(own_models):
    plain = [card for card in model_cards()[0] if card["id"] == "tiny-plain"]
    assert [(step["page"], step["query"]) for step in first_steps(plain, [])] == [
        ("latent", {"model": "tiny-plain"}),
        ("train", {}),
    ]


# Publishing in the background


def test_a_run_is_published_by_a_process_of_its_own(run, homes):
    publications.start(run, "mine", title="Mine: :red[it]", about="--about is no option here")
    (found,) = publications.publications()
    assert (found.name, found.run, found.state) == ("mine", run.id, "working")
    with pytest.raises(ModelError, match="is being published"):
        publications.start(run, "mine")
    until(lambda: not publications.BACKGROUND.jobs())
    (card,), damaged = model_cards()
    assert not damaged and card["title"] == "Mine: :red[it]" and card["about"] == "--about is no option here"
    assert card["quality_note"] == "Measured on 10,000 samples, beside 24 training pictures, in pixel features."
    assert card["quality"] and not card["ships"]
    assert not list((homes.saved / "publishing").iterdir()), "nothing is left of it"


def test_a_failure_is_told_even_after_a_restart_and_until_it_was_read(run, monkeypatch):
    run.best_path.write_bytes(b"not weights")
    publications.start(run, "mine")
    until(lambda: publications.publications()[0].state == "failed")
    said = publications.publications()[0].message
    assert "best.safetensors" in said and "Traceback" not in said
    publications.BACKGROUND.processes.clear()  # as in a new server
    monkeypatch.setattr(processes, "SILENT_S", -1.0)
    assert publications.publications()[0].message == said
    publications.dismiss("mine")
    assert not publications.publications()


def test_a_process_that_vanished_is_told(run, homes, monkeypatch):
    record = homes.saved / "publishing" / "mine.json"
    record.parent.mkdir()
    asked = {"name": "mine", "run": run.id, "title": "", "checkpoint": "best", "started_at": 0.0}
    record.write_text(json.dumps(asked))
    log = record.with_suffix(".log")
    log.write_text('{"share": 0.5, "message": "Drawing samples"}\n')
    (found,) = publications.publications()
    assert (found.state, found.share, found.message) == ("working", 0.5, "Drawing samples")
    os.utime(log, (0, 0))
    (found,) = publications.publications()
    assert found.state == "failed" and "ended without a message" in found.message


@pytest.mark.parametrize(
    ("name", "checkpoint", "sentence"),
    [("tiny-plain", "best", "already"), ("../x", "best", "small letters"), ("", "best", "small letters"),
     ("mine", "999", "keeps no checkpoint of step 999")],
)  # fmt: skip
def test_what_cannot_be_published_is_refused_at_once(own_models, run, name, checkpoint, sentence):
    with pytest.raises(ModelError, match=sentence):
        publications.start(run, name, checkpoint=checkpoint)
    assert not publications.publications()


def test_no_more_than_two_are_published_at_once(run, monkeypatch):
    one = publications.Publication("x", run.id, "", "best", 0.0)
    monkeypatch.setattr(publications, "publications", lambda: [one, one])
    with pytest.raises(ModelError, match="wait half a minute"):
        publications.start(run, "mine")


# The page and its dialogs


def told(page: AppTest, **asked: str) -> AppTest:
    """The page, after its gallery has told something."""
    page.session_state["told_gallery"] = {"asked": (asked, time.monotonic())}
    return checked(page.run())


def test_a_model_is_trained_further(own_models, homes, monkeypatch):
    launched = []
    monkeypatch.setattr(jobs, "launch", launched.append)
    page = told(opened(), verb="further", id="tiny-classes")
    begin = page.selectbox(key="draft_begin")
    assert begin.options == ["new networks", "the model Tiny digits by class"] and begin.value == -1
    assert page.header[0].value == "Tiny digits by class, further"
    assert page.number_input(key="draft_epochs").value == 5
    page.number_input(key="draft_epochs").set_value(3)
    page.button(key="start").click()
    checked(page.run())
    record = launched[0].record()
    assert record.branched_from == "tiny-classes@0" and (record.config.epochs, record.config.width) == (3, 4)
    assert launched[0].checkpoint_steps() == (0,) and selected(page) == launched[0].id


def test_a_model_that_is_gone_is_not_trained_further(own_models):
    page = told(opened(), verb="further", id="gone")
    assert "There is no model and no run 'gone'" in page.error[0].value


def test_what_was_told_long_ago_is_not_meant_any_more(own_models):
    page = opened()
    asked = {"verb": "delete", "id": "tiny-plain"}
    page.session_state["told_gallery"] = {"asked": (asked, time.monotonic() - 60)}
    assert "dialog_yes" not in labels(checked(page.run()))


def opened(verb: str | None = None, about_what: str = "") -> AppTest:
    page = AppTest.from_file(str(PROJECT / "explorer" / "main.py"), default_timeout=30)
    if verb:
        page.session_state["made"] = {OPEN: (verb, about_what)}
    return checked(page.run())


def labels(page: AppTest) -> set[str]:
    return {button.key for button in page.button}


def test_with_no_model_at_all_the_page_says_what_to_do(homes):
    assert "There is no model yet. Train one in a minute" in words(opened())


def test_an_old_link_to_a_run_still_leads_to_it(homes):
    page = AppTest.from_file(str(PROJECT / "explorer" / "main.py"), default_timeout=30)
    page.query_params["run"] = "gone"
    assert "There is no such run here" in words(checked(page.run()))


def test_one_deletes_ones_own_model_after_a_question(own_models):
    page = opened("delete", "tiny-plain")
    assert "gone for good" in words(page) and (own_models / "tiny-plain").exists()
    page.button(key="dialog_no").click()
    checked(page.run())
    assert (own_models / "tiny-plain").exists() and "dialog_yes" not in labels(page)
    page = opened("delete", "tiny-plain")
    page.button(key="dialog_yes").click()
    checked(page.run())
    assert not (own_models / "tiny-plain").exists() and "dialog_yes" not in labels(page)


@pytest.mark.parametrize("verb", ["delete", "rename"])
def test_what_ships_stays(own_models, verb):
    card = own_models / "tiny-plain" / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), "ships": True}))
    page = opened(verb, "tiny-plain")
    if verb == "rename":
        page.text_input(key="dialog_name").set_value("other")
        page.run()
    page.button(key="dialog_yes").click()
    checked(page.run())
    assert "came with the project and stays" in page.error[0].value and (own_models / "tiny-plain").exists()


def test_one_renames_ones_own_model(own_models):
    page = opened("rename", "tiny-plain")
    assert page.button(key="dialog_yes").disabled, "it has that name already"
    for bad, sentence in (("tiny-faces", "already"), ("Bad Name", "small letters")):
        page.text_input(key="dialog_name").set_value(bad)
        checked(page.run())
        assert page.button(key="dialog_yes").disabled and sentence in page.warning[0].value
    page.text_input(key="dialog_name").set_value("nice")
    page.run()
    page.button(key="dialog_yes").click()
    checked(page.run())
    assert registry.published() == ["nice", "tiny-classes", "tiny-faces"] and "dialog_yes" not in labels(page)


@pytest.mark.parametrize("verb", ["delete", "rename", "publish"])
def test_a_dialog_about_what_is_gone_closes_with_a_sentence(own_models, verb):
    page = opened(verb, "gone")
    assert "gone" in page.error[0].value and "dialog_yes" not in labels(page)


def test_publishing_is_asked_for_in_a_dialog(own_models, run, monkeypatch):
    started = []
    monkeypatch.setattr(publications, "start", lambda run, name, **words: started.append((run.id, name, words)))
    page = opened("publish", run.id)
    assert page.text_input(key="dialog_name").value and not page.button(key="dialog_yes").disabled
    page.text_input(key="dialog_name").set_value("tiny-plain")
    checked(page.run())
    assert page.button(key="dialog_yes").disabled and "already" in page.warning[0].value
    page.text_input(key="dialog_name").set_value("noise")
    page.text_input(key="dialog_title").set_value("Noise")
    page.text_input(key="dialog_about").set_value("Bright or dark.")
    page.segmented_control(key="dialog_checkpoint").set_value("last")
    checked(page.run())
    page.button(key="dialog_yes").click()
    checked(page.run())
    assert started == [(run.id, "noise", {"checkpoint": "last", "title": "Noise", "about": "Bright or dark."})]
    assert "dialog_yes" not in labels(page)


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (ModelError("There is a model named *noise* already."), "There is a model named *noise* already."),
        (OSError(28, "No space left on device"), "It cannot be written (No space left on device)."),
    ],
)
def test_a_dialog_that_failed_stays_with_what_was_typed_and_one_sentence(
    own_models, run, monkeypatch, trouble, sentence
):
    def fails(*_, **__):
        raise trouble

    monkeypatch.setattr(publications, "start", fails)
    page = opened("publish", run.id)
    page.text_input(key="dialog_name").set_value("noise")
    page.button(key="dialog_yes").click()
    checked(page.run())
    assert [said(error) for error in page.error] == [sentence] and not page.warning
    assert page.text_input(key="dialog_name").value == "noise" and not page.button(key="dialog_yes").disabled
