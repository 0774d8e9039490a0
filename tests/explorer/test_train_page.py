"""The view of a run, without a browser or a training process: states, controls, and what can go wrong."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer.widgets import branching, double_click, errors, starting
from pipelines.config.presets import PRESETS
from pipelines.errors import RunError
from pipelines.paths import PROJECT
from pipelines.runs import jobs
from pipelines.runs.folder import FAILED, FINISHED, PAUSED, PREPARING, QUEUED, RUNNING, STOPPED, STOPPING, Notes
from tests.explorer.train_pages import RUN, ask_anew, checked, opened, said, selected, words

VERBS = ("pause", "step", "resume", "stop")
POSSIBLE = {  # which verbs each state allows
    QUEUED: {"stop"},
    PREPARING: {"stop"},
    RUNNING: {"pause", "step", "stop"},
    PAUSED: {"step", "resume", "stop"},
    STOPPING: set(),
    STOPPED: {"resume"},
    FAILED: {"resume"},
    FINISHED: set(),
}


@pytest.mark.parametrize("state", POSSIBLE)
def test_each_state_allows_what_makes_sense(made, state):
    made(state, message="A message.")
    page = opened(RUN)
    assert {verb for verb in VERBS if not page.button(key=f"do_{verb}").disabled} == POSSIBLE[state]
    assert page.title[0].value == "First digits in a minute"


@pytest.mark.parametrize(
    ("state", "status", "sentence"),
    [
        (QUEUED, {"place": 2}, "Place 2 in the queue for "),
        (PREPARING, {}, "Getting the data ready"),
        (RUNNING, {}, PRESETS["first-digits"].look_for),
        (PAUSED, {}, "Paused at step 200."),
        (STOPPED, {}, "Stopped at step 200. Nothing is lost"),
        (FINISHED, {}, "Finished at step 200. To go further, duplicate it, give it more seconds and let it"),
    ],
)
def test_each_state_says_what_to_do(made, state, status, sentence):
    made(state, **status)
    assert sentence in words(opened(RUN))


def test_a_failed_run_shows_its_reason_and_the_end_of_its_log(made):
    fake = made(FAILED, message="D's loss was not finite at step 200; lower a learning rate.")
    fake.folder.log_path.write_text("\n".join(f"line {number}" for number in range(100)))
    page = opened(RUN)
    assert "loss was not finite at step 200; lower a learning rate" in page.error[0].value
    assert page.code[0].value.splitlines()[-1] == "line 99"


def test_a_lost_run_has_its_log_and_resumes(made, launched):
    fake = made(RUNNING)
    fake.let_go()
    fake.folder.log_path.write_text("Killed")
    page = opened(RUN)
    assert "ended without a message after step 200" in page.warning[0].value and page.code[0].value == "Killed"
    page.button(key="do_resume").click()
    checked(page.run())
    assert [run.id for run in launched] == [RUN] and not page.error


def test_the_verbs_ask_the_process(made):
    fake = made(RUNNING)
    page = opened(RUN)
    page.button(key="do_pause").click()
    checked(page.run())
    assert fake.folder.control().want == "pause"
    assert page.button(key="do_pause").disabled, "it has been asked for"
    page.button(key="do_step").click()
    page.run()
    assert fake.folder.control().single_steps == 1
    fake.status(PAUSED)
    page.run()
    page.button(key="do_resume").click()
    page.run()
    assert fake.folder.control().want == "run"
    page.button(key="do_stop").click()
    checked(page.run())
    assert fake.folder.control().want == "stop" and page.button(key="do_stop").disabled


def test_learning_rates_show_what_is_in_force_and_change(made):
    fake = made(RUNNING, lr_g=3e-4, lr_d=2e-4)
    page = opened(RUN)
    rate_g, rate_d = page.number_input(key=f"lr_g_{RUN}"), page.number_input(key=f"lr_d_{RUN}")
    assert (rate_g.value, rate_d.value) == (3e-4, 2e-4) and rate_g.label == "Learning rate of G, now 0.0003"
    rate_g.set_value(1e-4)
    next(button for button in page.button if button.label == "Apply").click()
    checked(page.run())
    assert (fake.folder.control().lr_g, fake.folder.control().lr_d) == (1e-4, 2e-4)
    assert page.number_input(key=f"lr_g_{RUN}").label == "Learning rate of G, now 0.0001"


def test_name_and_note_are_stored_and_shown_as_they_were_written(made):
    fake = made(FINISHED)
    page = opened(RUN)
    page.text_input(key=f"name_{RUN}").set_value("Best *so* far")
    checked(page.run())
    page.text_area(key=f"note_{RUN}").set_value("width 32 :red[was] enough")
    checked(page.run())
    assert fake.folder.notes() == Notes("Best *so* far", "width 32 :red[was] enough")
    assert page.title[0].value == r"Best \*so\* far"
    assert "width 32 :red[was] enough" in [text.value for text in page.text]
    assert "First digits in a minute" in page.caption[0].value


def test_duplicate_opens_the_same_settings(made, launched):
    fake = made(FINISHED)
    page = opened(RUN)
    next(button for button in page.button if button.label == "Duplicate").click()
    checked(page.run())
    assert selected(page) is None
    assert page.number_input(key="draft_seconds").value == 60.0
    page.number_input(key="draft_seconds").set_value(120.0)
    page.run()
    page.button(key="start").click()
    checked(page.run())
    assert launched[0].record().config == fake.folder.record().config.changed(seconds=120.0)
    assert launched[0].record().preset == "first-digits"


def duplicated(page):
    """The form with the settings of the run that is shown."""
    next(button for button in page.button if button.label == "Duplicate").click()
    return checked(page.run())


def test_a_duplicate_may_begin_where_the_run_stood(made, launched):
    fake = made(FINISHED)
    for step in (100, 200):
        fake.folder.checkpoint_path(step).write_bytes(b"weights")
    page = duplicated(opened(RUN))
    begin = page.selectbox(key="draft_begin")
    name = "First digits in a minute"
    assert (begin.value, begin.options) == (0, ["new networks", f"{name}, step 200", f"{name}, step 100"])
    begin.set_value(200)
    page.number_input(key="draft_seconds").set_value(120.0)
    page.run()
    page.button(key="start").click()
    checked(page.run())
    (branch,) = launched
    record = branch.record()
    assert record.branched_from == f"{RUN}@200" and record.branched_with == "seconds 60.0 to 120.0"
    assert record.config == fake.folder.record().config.changed(seconds=120.0) and selected(page) == branch.id
    assert branch.checkpoint_steps() == (200,) and branch.checkpoint_path(200).read_bytes() == b"weights"


def test_the_page_that_is_drawn_while_a_branch_is_made_shows_the_branch(made, launched, monkeypatch):
    """As the run is paused for its branch its live view asks for a rerun, which Streamlit begins at once."""
    fake = made(RUNNING)
    page = AppTest.from_file(str(PROJECT / "explorer" / "main.py"), default_timeout=30)
    page.query_params["run"] = RUN
    session, held = SimpleNamespace(session_state={}), {}
    with monkeypatch.context() as patches:
        patches.setattr(double_click, "st", session)
        patches.setattr(starting, "st", SimpleNamespace(**vars(session), context=SimpleNamespace(cookies={})))
        patches.setattr(jobs, "pause", lambda run: held.update(copy.deepcopy(session.session_state)))
        made_id = branching.branch(fake.folder, 0, {"seconds": 120.0})
    for key, value in held.items():  # what that rerun would find
        page.session_state[key] = value
    checked(page.switch_page("pages/train.py").run())
    assert selected(page) == made_id
    page.query_params["run"] = RUN  # a second one, with the URL that the browser still has
    checked(page.run())
    assert selected(page) == made_id
    monkeypatch.setattr(branching, "STALE_S", 0.0)
    page.query_params["run"] = RUN  # later somebody goes back
    checked(page.run())
    assert selected(page) == RUN


def test_a_branch_is_started_though_the_page_is_asked_for_anew_meanwhile(made, launched, monkeypatch):
    made(FINISHED).folder.checkpoint_path(200).write_bytes(b"weights")
    page, real = duplicated(opened(RUN)), branching.branching.branch

    def branch(*given):
        run = real(*given)
        ask_anew()  # at the next yield point this run would end
        return run

    monkeypatch.setattr(branching.branching, "branch", branch)
    page.selectbox(key="draft_begin").set_value(200)
    page.run()
    page.button(key="start").click()
    checked(page.run())
    assert len(launched) == 1


def test_a_click_is_acted_on_though_the_page_is_asked_for_anew_before(made, monkeypatch):
    stopped, real = [], errors.noted

    def stop(run):
        stopped.append(run.id)
        raise RunError("It cannot be stopped.")

    def noted(*given, **more):
        ask_anew()
        return real(*given, **more)

    monkeypatch.setattr(jobs, "stop", stop)
    made(RUNNING)
    page = opened(RUN)
    monkeypatch.setattr(errors, "noted", noted)
    page.button(key="do_stop").click()
    page.query_params["run"] = RUN
    checked(page.run())
    assert stopped == [RUN]


def test_what_a_run_cannot_go_on_with_is_one_sentence(made, launched):
    made(FINISHED).folder.checkpoint_path(200).write_bytes(b"weights")
    page = duplicated(opened(RUN))
    page.selectbox(key="draft_begin").set_value(200)
    page.number_input(key="draft_latent_size").set_value(50)
    page.run()
    page.button(key="start").click()
    checked(page.run())
    assert not launched and selected(page) is None
    assert [said(error) for error in page.error] == [
        "With another latent size (z) (latent_size) nothing that was learnt fits: begin with new networks (step 0)."
    ]


def test_a_preset_or_a_run_without_a_checkpoint_offers_new_networks_only(made, launched):
    fake = made(FINISHED)
    page = duplicated(opened(RUN))
    assert not [box for box in page.selectbox if box.key == "draft_begin"]
    fake.folder.checkpoint_path(200).write_bytes(b"weights")
    assert checked(page.run()).selectbox(key="draft_begin").value == 0
    page.selectbox(key="draft_begin").set_value(200)
    page.run()
    page.segmented_control(key="draft_view").set_value("First steps")
    page.run()
    page.radio(key="preset_of_First steps").set_value("wgan")
    checked(page.run())
    assert not [box for box in page.selectbox if box.key == "draft_begin"]


def test_delete_asks_first(made):
    fake = made(STOPPED)
    page = opened(RUN)
    next(button for button in page.button if button.label == "Delete").click()
    checked(page.run())
    assert fake.folder.exists() and "gone for good" in words(page)
    page.button(key="delete_no").click()
    checked(page.run())
    assert fake.folder.exists() and selected(page) == RUN
    next(button for button in page.button if button.label == "Delete").click()
    page.run()
    fake.status(PAUSED)
    page.run()  # as the live view asks for when the state changes
    page.button(key="delete_yes").click()
    checked(page.run())
    assert not fake.folder.exists() and selected(page) is None
    assert page.title[0].value == "Train a GAN"


def test_the_page_that_is_drawn_while_a_run_is_deleted_knows_of_it(made, monkeypatch):
    """The live view asks for a rerun once the folder is gone; Streamlit begins it while the click is still at work."""
    made(PAUSED)
    meanwhile = AppTest.from_file(str(PROJECT / "explorer" / "main.py"), default_timeout=30)
    meanwhile.query_params["run"] = RUN

    def delete(run):
        run.remove()
        meanwhile.session_state["deleted_run"] = st.session_state.get("deleted_run")  # what that rerun would find

    monkeypatch.setattr(jobs, "delete", delete)
    page = opened(RUN)
    next(button for button in page.button if button.label == "Delete").click()
    checked(page.run()).button(key="delete_yes").click()
    checked(page.run())
    checked(meanwhile.switch_page("pages/train.py").run())
    assert not meanwhile.warning and selected(meanwhile) is None, "a new run is offered, none is missed"


def test_the_settings_of_a_run_mark_what_was_changed(homes):
    config = PRESETS["first-digits"].config.changed(width=16)
    run = jobs.create(config, "first-digits")
    run.write_status(jobs.Status(state=STOPPED))
    page = opened(run.id)
    assert "- **Width: 16** (preset: 32)" in words(page) and "- Latent size (z): 32" in words(page)
    assert [panel.label for panel in page.expander] == ["Settings of this run, 1 changed from the preset"]


def test_a_run_can_be_explored_from_its_first_checkpoint_on(made):
    fake = made(RUNNING)
    page = opened(RUN)
    assert not page.get("page_link"), "nothing to explore yet"
    fake.folder.checkpoints_path.mkdir(exist_ok=True)
    fake.folder.checkpoint_path(100).write_bytes(b"weights")
    checked(page.run())
    links = {link.proto.label: link.proto for link in page.get("page_link")}
    assert list(links) == ["Latent space", "Arithmetic", "Digits"]
    assert all(f"model={RUN}" in link.query_string and not link.disabled for link in links.values())


# What can go wrong


@pytest.mark.parametrize("run_id", ["20260101-000000-gone-aaaa", "..", "/etc", "../../etc/passwd", "A B", "%2e%2e"])
def test_an_unknown_run_in_the_url_is_one_sentence(made, run_id):
    made(FINISHED)
    page = opened(run_id)
    assert [warning.value.partition(";")[0] for warning in page.warning] == ["There is no such run here"]
    next(button for button in page.button if button.label == "Start a new run").click()
    checked(page.run())
    assert selected(page) is None and page.title[0].value == "New run"


def test_a_run_deleted_while_it_is_open_is_one_sentence(made):
    fake = made(PAUSED)
    page = opened(RUN)
    fake.folder.remove()
    page.button(key="do_step").click()
    checked(page.run())
    assert not fake.folder.path.exists(), "nothing is written for a run that is gone"
    assert "There is no such run here" in page.warning[0].value


def test_broken_configurations_spoil_neither_the_list_nor_other_runs(made):
    made(FINISHED)
    contents = ("", '{"config": {"da', "{}", "[]", '{"config": 3}', '{"config": {"no_such": 1}}')
    for number, content in enumerate(contents):
        broken = made(FINISHED, f"20260101-13000{number}-broken-abcd").folder
        (broken.path / "config.json").write_text(content)
        assert "This run is damaged and cannot be shown" in opened(broken.id).error[0].value, content
    assert opened(RUN).title[0].value == "First digits in a minute"
    assert opened().title[0].value == "New run"
