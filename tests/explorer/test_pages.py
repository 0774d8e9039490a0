"""Every page of the app: its script runs whatever there is and whatever the URL says, and loads no torch."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import forward_msg_cache
from streamlit.testing.v1 import AppTest

from pipelines.paths import PROJECT
from tests.explorer.train_pages import checked, words
from tests.fake_run import FakeRun

MAIN = PROJECT / "explorer" / "main.py"
PAGES = sorted(path.name for path in (PROJECT / "explorer" / "pages").glob("*.py"))
EXPLORING = ["arithmetic.py", "digits.py", "latent.py"]


def opened(page_name: str, **query: str) -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=30)
    checked(page.run())  # before, Streamlit does not know which pages there are
    for name, value in query.items():
        page.query_params[name] = value
    return checked(page.switch_page(f"pages/{page_name}").run())


def test_every_page_is_in_the_navigation():
    listed = re.findall(r'st\.Page\("pages/([a-z_]+\.py)"', MAIN.read_text("utf-8"))
    assert sorted(listed) == PAGES and set(EXPLORING) < set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_with_no_model(homes, name):
    page = opened(name)
    assert page.title, "it says what it is"
    if name in EXPLORING:
        assert "There is no model yet" in words(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_with_models(own_models, name):
    assert "There is no model yet" not in words(opened(name))


@pytest.mark.parametrize("model", ["tiny-classes", "tiny-faces", "tiny-plain"])
@pytest.mark.parametrize("name", EXPLORING)
def test_a_page_explores_the_model_of_its_link(own_models, name, model):
    page = opened(name, model=model)
    assert page.selectbox(key="picked_model").value == model and not page.warning


def test_the_model_goes_along_from_page_to_page(own_models):
    page = opened("latent.py", model="tiny-plain")
    for name in ("arithmetic.py", "train.py", "latent.py"):
        page.query_params.pop("model", None)  # as a click on the navigation does
        checked(page.switch_page(f"pages/{name}").run())
        assert name == "train.py" or page.selectbox(key="picked_model").value == "tiny-plain"


def test_what_a_page_shows_unasked_is_no_choice_for_the_next(own_models):
    for tiny, name in (("tiny-classes", "digits-by-class"), ("tiny-faces", "faces")):
        (own_models / tiny).rename(own_models / name)
    page = opened("digits.py")
    assert page.selectbox(key="picked_model").value == "digits-by-class"
    page.run()
    page.query_params.pop("model", None)
    checked(page.switch_page("pages/latent.py").run())
    assert page.selectbox(key="picked_model").value == "faces", "each page has a model of its own to begin with"
    checked(page.selectbox(key="picked_model").select("digits-by-class").run())
    page.query_params.pop("model", None)
    checked(page.switch_page("pages/arithmetic.py").run())
    assert page.selectbox(key="picked_model").value == "digits-by-class", "what a person picks goes along"


@pytest.mark.parametrize(
    ("name", "model"),
    [
        (name, model)
        for name in PAGES
        for model in ("../../etc/passwd", "gone", "gone@best", "A B", "")
        if model == "../../etc/passwd" or name in (*EXPLORING, "translate.py")  # others read none
    ],
)
def test_a_page_runs_with_a_deleted_model_in_its_link(own_models, name, model):
    page = opened(name, model=model)
    if name in EXPLORING and model:
        assert "There is no model" in page.warning[0].value
        assert page.selectbox(key="picked_model").value in ("tiny-classes", "tiny-faces", "tiny-plain")


@pytest.mark.parametrize("name", EXPLORING)
def test_a_deleted_model_where_there_is_no_other_is_no_trouble(homes, name):
    page = opened(name, model="gone")
    assert "There is no model" in page.warning[0].value and "There is no model yet" in words(page)


def test_a_runs_kept_checkpoints_are_chosen_beside_it(own_models, homes):
    run = FakeRun("a-run", home=homes.runs).folder
    for step in (30, 900, 2_000):
        run.checkpoint_path(step).write_bytes(b"weights")
    page = opened("latent.py", model="a-run", tab="sliders")
    picker = page.selectbox(key="picked_checkpoint")
    assert picker.options == ["best step", "step 2,000", "step 900", "step 30"] and picker.value == "best"
    checked(picker.select("900").run())
    assert "a-run@900" in page.query_params["model"] and "sliders" in page.query_params["tab"], "the view stays"
    page.query_params.pop("model")
    checked(page.switch_page("pages/arithmetic.py").run())
    assert page.selectbox(key="picked_model").value == "a-run", "the checkpoint goes along from page to page"
    assert page.selectbox(key="picked_checkpoint").value == "900" and "a-run@900" in page.query_params["model"]
    page.query_params["model"] = "a-run@7"
    checked(page.run())
    assert "keeps no checkpoint of step 7; it keeps those of 30, 900, 2000" in words(page)
    checked(page.selectbox(key="picked_checkpoint").select("30").run())
    assert not page.error and "a-run@30" in page.query_params["model"]
    checked(page.selectbox(key="picked_model").select("tiny-plain").run())
    assert "tiny-plain" in page.query_params["model"]
    assert not [each for each in page.selectbox if each.key == "picked_checkpoint"], "a model has one state alone"


@pytest.mark.parametrize("name", EXPLORING)
def test_a_damaged_model_or_run_is_listed_and_says_what_is_wrong(own_models, homes, name):
    (own_models / "tiny-plain" / "card.json").write_bytes(b"\0\0")
    run = FakeRun("a-run", home=homes.runs).folder
    run.checkpoint_path(30).write_bytes(b"weights")
    (run.path / "config.json").write_text("{")
    for model, sentence in (
        ("tiny-plain", "tiny-plain/card.json holds zero bytes"),
        ("a-run", "a-run/config.json breaks"),
    ):
        page = opened(name, model=model)
        picker = page.selectbox(key="picked_model")
        assert [option for option in picker.options if "damaged" in option] == [
            f"⚠ {one} · damaged" for one in ("tiny-plain", "a-run")
        ]
        assert picker.value == model and not page.warning
        said = words(page)
        assert (
            f"The model {model} is damaged and cannot be used. {sentence}" in said
            and "There is no model yet" not in said
        )
        checked(picker.select("tiny-classes").run())
        assert page.selectbox(key="picked_model").value == "tiny-classes" and not page.error, "the others can be used"


def test_no_page_and_no_route_loads_torch(own_models):
    script = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "import explorer.server.routes\n"
        f"page = AppTest.from_file({str(MAIN)!r}, default_timeout=60).run()\n"
        f"for name in {PAGES!r}:\n"
        "    page.switch_page(f'pages/{name}').run()\n"
        "    assert not page.exception, page.exception[0].value\n"
        "print('torch' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "PYTHONPATH": str(PROJECT)})  # fmt: skip
    assert done.stdout.strip() == "False", done.stderr


def test_no_message_is_left_to_what_the_browser_may_have_forgotten() -> None:
    message = ForwardMsg()
    message.delta.new_element.markdown.body = "x" * 1_000_000
    forward_msg_cache.populate_hash_if_needed(message)
    assert not message.metadata.cacheable, ".streamlit/config.toml says why"
