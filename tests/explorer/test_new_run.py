"""The view of a run not yet started, without a browser or a training process: presets, settings, Start."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PIL import Image
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from explorer.widgets import settings_form
from pipelines.config import checking
from pipelines.config.presets import ONE_MINUTE, PRESETS
from pipelines.config.train_config import SETTINGS
from pipelines.data import SIZES
from pipelines.errors import RunError
from pipelines.registries import network_traits
from pipelines.runs import jobs
from pipelines.runs.folder import FINISHED
from tests.explorer.train_pages import RUN, ask_anew, checked, choose, opened, said, selected, words


def open_settings(page: AppTest) -> AppTest:
    page.segmented_control(key="draft_view").set_value("All settings")
    return checked(page.run())


def test_a_preset_stays_chosen_while_another_group_is_looked_at(launched):
    page = opened()
    choose(page, "stylegan-digits")
    page.segmented_control(key="draft_view").set_value("For a GPU")
    checked(page.run())
    assert page.radio(key="preset_of_For a GPU").value is None
    assert page.button(key="start").label == "Start: StyleGAN on digits"
    page.segmented_control(key="draft_view").set_value("Later systems")
    checked(page.run())
    assert page.radio(key="preset_of_Later systems").value == "stylegan-digits"


def test_the_empty_state_offers_the_one_minute_preset(launched):
    page = opened()
    assert page.title[0].value == "Train a GAN"
    assert "Press **Start**" in words(page)
    assert page.radio(key="preset_of_First steps").value == ONE_MINUTE
    start = page.button(key="start")
    assert start.label == "Start: First digits in a minute" and not start.disabled
    assert "not on this computer yet: prepared first, once, about 20 MB" in words(page)
    assert not launched


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_can_be_chosen_and_started(preset, launched, tmp_path):
    page = opened()
    choose(page, preset)
    assert PRESETS[preset].look_for in words(page)
    config = PRESETS[preset].config
    if config.data == "folder":
        assert "needs the folder of your pictures" in words(page) and page.button(key="start").disabled
        Image.new("RGB", (64, 64)).save(tmp_path / "one.png")
        config = config.changed(folder=str(tmp_path))
        page.text_input(key="draft_folder").set_value(config.folder)
        assert "1 picture in" in words(checked(page.run()))
    page.button(key="start").click()
    checked(page.run())
    (run,) = launched
    assert run.record().config == config and run.record().preset == preset
    assert selected(page) == run.id


def test_a_double_click_starts_one_run(launched):
    page = opened()
    page.button(key="start").click()
    page.run()
    del page.query_params["run"]  # as the browser still shows the form when the second click arrives
    page.run()
    page.button(key="start").click()
    checked(page.run())
    assert len(launched) == 1 and selected(page) == launched[0].id


@pytest.mark.parametrize("again", [True, False])
def test_what_is_asked_for_while_a_run_is_started_starts_no_second_one_and_the_first_is_shown(
    launched, monkeypatch, again
):
    page = opened()
    start = WidgetState(id=page.button(key="start").proto.id, trigger_value=True)
    states = WidgetStates(widgets=[start] if again else [])

    def launch(run):
        if not launched:
            ask_anew(states)
        launched.append(run)

    monkeypatch.setattr(jobs, "launch", launch)
    page.button(key="start").click()
    checked(page.run())
    assert len(launched) == 1 and selected(page) == launched[0].id


def test_why_nothing_was_started_is_said_though_the_page_is_asked_for_anew_meanwhile(launched, monkeypatch):
    def launch(run):
        ask_anew()
        raise RunError("There is no room.")

    monkeypatch.setattr(jobs, "launch", launch)
    page = opened()
    page.button(key="start").click()
    checked(page.run())
    assert [said(error) for error in page.error] == ["There is no room."] and selected(page) is None
    checked(page.run())
    assert not page.error, "it is said once"


def test_the_settings_show_every_setting_with_a_choice_but_the_folder(launched):
    page = open_settings(opened())
    keys = {element.key for kind in (page.number_input, page.selectbox, page.toggle, page.segmented_control)
            for element in kind}  # fmt: skip
    single = {f"draft_{name}" for name, rule in SETTINGS.items() if len(rule.choices) == 1}
    assert keys >= {f"draft_{name}" for name in SETTINGS} - {"draft_folder", "draft_held_out"} - single
    assert not keys & single and not page.text_input and "draft_held_out" not in keys
    page.selectbox(key="draft_data").set_value("folder")
    assert checked(page.run()).text_input(key="draft_folder").value == ""
    assert page.number_input(key="draft_held_out").value == 0.1


def test_a_size_that_the_network_does_not_draw_is_said_beside_it(launched, monkeypatch):
    few = SimpleNamespace(**{**vars(network_traits("quick")), "sizes": (32, 64), "has": lambda *_: False})
    for module in (settings_form, checking):
        monkeypatch.setattr(module, "network_traits", lambda name: few)
    page = open_settings(opened())
    size = page.selectbox(key="draft_size")
    assert size.options == [f"{one}{'' if one in (32, 64) else ' (not drawn by this network)'}" for one in SIZES]
    assert page.button(key="start").disabled
    size.set_value(32)
    assert not checked(page.run()).button(key="start").disabled


def test_changed_settings_are_marked_started_and_taken_back(launched):
    page = open_settings(opened())
    page.number_input(key="draft_width").set_value(16)
    page.number_input(key="draft_seconds").set_value(None)
    checked(page.run())
    assert page.number_input(key="draft_width").label == "Width :violet[(preset: 32)]"
    assert "Changed: Width, Seconds." in words(page)
    assert "until 95% of the samples are clear, 300 s at most" in words(page)
    assert "2 settings changed" in words(page)
    page.button(key="start").click()
    page.run()
    assert launched[0].record().config == PRESETS[ONE_MINUTE].config.changed(width=16, seconds=None)

    del page.query_params["run"]
    checked(page.run())
    assert page.number_input(key="draft_width").value == 16, "the form outlasts another view"
    next(button for button in page.button if button.label == "Back to the preset").click()
    checked(page.run())
    assert page.number_input(key="draft_width").value == 32 and page.number_input(key="draft_seconds").value == 60.0


def test_another_preset_replaces_the_changes(launched):
    page = open_settings(opened())
    page.number_input(key="draft_width").set_value(16)
    page.run()
    page.segmented_control(key="draft_view").set_value("First steps")
    checked(page.run())
    page.radio(key="preset_of_First steps").set_value("wgan-gp")
    checked(page.run())
    page.button(key="start").click()
    page.run()
    assert launched[0].record().config == PRESETS["wgan-gp"].config


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("weight_clip", 0.01, "Weight clipping belongs to the Wasserstein loss"),
        ("flip", True, "Mirrored digits are not digits"),
        ("loss", "wasserstein", "holds only for a D of bounded slope"),
        ("data", "folder", "The data set 'folder' needs the folder of your pictures"),
        ("data", "pairs", "The data set 'pairs' needs the folder of your pictures"),
    ],
)
def test_a_combination_that_cannot_work_is_explained_before_start(launched, name, value, sentence):
    page = open_settings(opened())
    widget = {float: page.number_input, bool: page.toggle, str: page.selectbox}[type(value)](key=f"draft_{name}")
    widget.set_value(value)
    checked(page.run())
    assert any(sentence in said(warning) for warning in page.warning)
    assert page.button(key="start").disabled


def test_a_set_whose_files_are_not_there_says_so_before_start(launched):
    page = open_settings(opened())
    options = page.selectbox(key="draft_data").options
    assert "celeba (needs its files)" in options and "lfw (needs its files)" in options
    assert {"digits", "clothes", "faces", "folder"} <= set(options)
    page.selectbox(key="draft_data").set_value("celeba")
    checked(page.run())
    (warning,) = page.warning
    assert "The data set 'celeba' is not fetched by itself" in said(warning) and "img_align_celeba" in said(warning)
    assert page.button(key="start").disabled
    page.selectbox(key="draft_data").set_value("clothes")
    checked(page.run())
    assert not page.warning and not page.button(key="start").disabled


def test_a_folder_without_classes_cannot_be_conditional(launched, tmp_path):
    from PIL import Image

    page = open_settings(opened())
    page.selectbox(key="draft_data").set_value("folder")
    page.run()
    page.text_input(key="draft_folder").set_value(str(tmp_path / "nowhere"))
    checked(page.run())
    assert page.button(key="start").disabled and str(tmp_path / "nowhere") in said(page.warning[0])

    flat = tmp_path / "flat"
    flat.mkdir()
    Image.new("L", (28, 28)).save(flat / "one.png")
    page.text_input(key="draft_folder").set_value(str(flat))
    checked(page.run())
    assert page.button(key="start").disabled and "one subfolder for each class" in page.warning[0].value
    page.toggle(key="draft_conditional").set_value(False)
    checked(page.run())
    assert not page.warning and not page.button(key="start").disabled


def test_a_start_that_fails_says_why_and_keeps_the_form(homes, monkeypatch):
    def fail(folder):
        raise RunError("The process cannot be started (No space left on device).")

    monkeypatch.setattr(jobs, "launch", fail)
    page = open_settings(opened())
    page.number_input(key="draft_width").set_value(48)
    page.run()
    page.button(key="start").click()
    checked(page.run())
    assert [said(error) for error in page.error] == ["The process cannot be started (No space left on device)."]
    assert selected(page) is None and page.number_input(key="draft_width").value == 48
    checked(page.run())
    assert not page.error, "a problem is said once"


def test_the_length_in_epochs_is_told_from_an_earlier_run(launched, made):
    record = made(FINISHED, images_seen=3_000_000, seconds=1000.0).folder.record()
    page = opened(RUN)
    next(button for button in page.button if button.label == "Duplicate").click()
    page.run()
    page.number_input(key="draft_seconds").set_value(None)
    page.number_input(key="draft_epochs").set_value(9)
    checked(page.run())
    assert record.data["count"] == 60_000
    assert "9 epochs (about 3 min here)" in words(page)
