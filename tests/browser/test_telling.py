"""A widget's wish is told until the page has heard it, and heard once."""

from __future__ import annotations

import pytest

from explorer import scripts
from explorer.widgets import assets

pytestmark = pytest.mark.browser

TOLD = """async ([address, heard]) => {
    const { Telling } = await import(`${address}/shared/telling.js`);
    const [sent, telling] = [[], new Telling()];
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const send = (name, wish) => sent.push({ name, ...wish });
    telling.listen({ data: {}, setTriggerValue: send });
    const app = document.createElement("i"); // before Streamlit's own, which changes when it likes
    document.body.prepend(app);
    app.dataset.testScriptState = "running";
    telling.tell("wish", { verb: "save" });
    await wait(1500);
    const whileRunning = sent.length;
    app.dataset.testScriptState = "notRunning";
    if (heard) telling.listen({ data: { heard: { wish: sent[0].id } }, setTriggerValue: send });
    await wait(1500);
    telling.close();
    return { whileRunning, sent };
}"""


@pytest.mark.parametrize("heard", [True, False])
def test_a_wish_is_told_again_by_a_page_at_rest_that_has_not_heard_it(shared_server, page, heard: bool) -> None:
    page.goto(shared_server.url)
    page.get_by_role("heading").first.wait_for()
    told = page.evaluate(TOLD, [f"{shared_server.url}/{scripts.address()}", heard])
    assert told["whileRunning"] == 1
    assert len(told["sent"]) == 1 if heard else len(told["sent"]) > 1
    assert all(wish == told["sent"][0] for wish in told["sent"])
    assert told["sent"][0]["value"] == {"verb": "save"}


def test_a_wish_that_comes_twice_is_noted_once(monkeypatch) -> None:
    state: dict = {"list": {"selected": {"id": "1", "value": "a-run"}}}
    monkeypatch.setattr(assets.st, "session_state", state)
    assets._note("list", "selected")
    assert state.pop("told_list")["selected"][0] == "a-run"
    assets._note("list", "selected")
    assert "told_list" not in state
    state["list"] = {"selected": {"id": "2", "value": "a-run"}}
    assets._note("list", "selected")
    assert state["told_list"]["selected"][0] == "a-run"


@pytest.mark.parametrize("wish", [None, "a-run", {"value": "a-run"}])
def test_what_is_no_wish_is_not_noted(monkeypatch, wish) -> None:
    state: dict = {"list": {"selected": wish}}
    monkeypatch.setattr(assets.st, "session_state", state)
    assets._note("list", "selected")
    assert "told_list" not in state
