"""The dialogs of models, where the browser asks for the page again while they act."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from explorer.widgets import double_click, errors
from explorer.widgets.model_dialogs import OPEN, YES
from pipelines.paths import PROJECT
from tests.explorer.train_pages import ask_anew, checked


def test_a_click_is_acted_on_though_the_page_is_asked_for_anew_meanwhile(own_models: Path, monkeypatch) -> None:
    page = AppTest.from_file(str(PROJECT / "explorer" / "main.py"), default_timeout=30)
    page.session_state["made"] = {OPEN: ("delete", "tiny-plain")}
    checked(page.run())
    real, asked = errors.noted, []

    def noted(*given, **more):
        if given == ("It",) and not asked and double_click.notes():
            asked.append(True)
            ask_anew()
        return real(*given, **more)

    monkeypatch.setattr(errors, "noted", noted)
    page.button(key="dialog_yes").click()
    checked(page.run())
    assert asked and not (own_models / "tiny-plain").exists()
    assert YES not in page.session_state["made"] and OPEN not in page.session_state["made"]
