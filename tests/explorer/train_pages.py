"""Opens and reads the Train page in tests."""

from __future__ import annotations

import re

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from pipelines.config.presets import group_of
from pipelines.paths import PROJECT

RUN = "20260101-120000-first-digits-abcd"


def opened(run_id: str | None = None) -> AppTest:
    """The page, with a run in its URL or without."""
    page = AppTest.from_file(str(PROJECT / "explorer" / "main.py"), default_timeout=30)
    if run_id:
        page.query_params["run"] = run_id
    return checked(page.switch_page("pages/train.py").run())


def choose(page: AppTest, preset: str) -> None:
    """Click on a preset, in its group."""
    group = group_of(preset)
    if page.segmented_control(key="draft_view").value != group:
        page.segmented_control(key="draft_view").set_value(group)
        page.run()
    page.radio(key=f"preset_of_{group}").set_value(preset)
    checked(page.run())


def checked(page: AppTest) -> AppTest:
    assert not page.exception, page.exception[0].value
    return page


def words(page: AppTest) -> str:
    """Everything that the page says."""
    kinds = (page.title, page.header, page.markdown, page.caption, page.text, page.info, page.success, page.warning,
             page.error, page.code)  # fmt: skip
    return "\n".join(said(element) for kind in kinds for element in kind)


def said(element: Element) -> str:
    """An element's text as a person sees it, without what ``literal`` puts in for Markdown."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", str(element.value).replace(":small[]", ""))


def selected(page: AppTest) -> str | None:
    value = page.query_params.get("run")  # a list before the first run of the page, a text after it
    return value[0] if isinstance(value, list) else value


def ask_anew(states: WidgetStates | None = None) -> None:
    """Ask for the page as a browser does: Streamlit ends its run at the next yield point, and begins the next one."""
    run = get_script_run_ctx()
    asked = RerunData(widget_states=states or WidgetStates(), page_script_hash=run.page_script_hash)
    run.script_requests.request_rerun(asked)
