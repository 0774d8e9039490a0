"""What the browser asks of games in the plane, and what it is told."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from explorer.server import playground_answers
from explorer.server.guard import VISITOR
from explorer.server.playground_routes import MOST_BYTES, PLANE_ROUTES
from pipelines.paths import PROJECT
from pipelines.playground import saved
from pipelines.playground.frame import unpack
from pipelines.playground.settings import DATA
from tests.playground.test_game import SMALL, game, told


@pytest.fixture(scope="module")
def client():
    """The routes on a real server, without Streamlit around them."""
    app = Starlette(routes=[Route(path, answer, methods=[how]) for path, answer, how in PLANE_ROUTES])
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:  # of no protocol, it would have each answer wait 40 ms
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", trust_env=False, timeout=60
        ) as made:
            yield made
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def ask(client, monkeypatch):
    """``ask(verb, **body)`` answers with a frame; games are this test's own."""
    monkeypatch.setattr(playground_answers, "GAMES", playground_answers.Games())

    def send(verb: str = "", **body):
        answer = client.post(f"/api/plane{verb}", json=body)
        assert answer.status_code == 200, answer.text
        return unpack(answer.content)

    return send


def begun(ask, **settings) -> str:
    return f"/{ask(config={**SMALL, **settings})['id']}"


def kept(place: str):
    return playground_answers.GAMES.get(place[1:])[0]


def test_the_server_starts_without_torch():
    code = "import explorer.server.playground_routes, explorer.server.routes, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT).returncode == 0


def test_the_routes_are_the_servers():
    from explorer.server.routes import ROUTES

    assert {path for path, _, _ in PLANE_ROUTES} < {route.path for route in ROUTES}


def test_a_game_is_started_and_goes_on_as_in_python(ask):
    first = ask(config={**SMALL, "seed": 3})
    assert first["row"][:2] == [0, 0] and first["row"][2:4] == [None, None] and first["config"]["seed"] == 3
    place = f"/{first['id']}"
    ask(f"{place}/advance", steps=30)
    ask(f"{place}/advance", steps=2, action="d")
    last = ask(f"{place}/advance", action="g")
    here = game(seed=3)
    for _ in range(2):
        here.advance(12)  # as the server takes turns
    here.advance(6), here.advance(2, "d"), here.advance(1, "g")
    assert last["row"][:2] == [31, 32] and told(kept(place)) == told(here)
    assert "real" not in last and "real" in ask(f"{place}/advance", steps=0, whole=True)
    assert ask(f"{place}/advance", steps=0)["row"] == last["row"], "to look is no step"


def test_the_doctor_is_in_whole_frames_and_where_he_says_something_new(ask):
    place = begun(ask, lr_g=1e-4, lr_d=1e-2, d_steps=3)
    assert ask(f"{place}/advance", steps=0, whole=True)["doctor"] == []
    assert "doctor" not in ask(f"{place}/advance", steps=1)
    said = [ask(f"{place}/advance", steps=60).get("doctor") for _ in range(12)]
    (collapse,) = next(filter(None, said))
    assert collapse["ailment"] == "mode-collapse" and collapse["remedies"][0]["changes"]["loss"] == "wasserstein"
    whole = ask(f"{place}/change", settings={"lr_g": 1e-3})
    assert whole["doctor"] == [], "of a game with these settings nothing is known yet"


def test_settings_change_while_it_goes_on(ask):
    place = begun(ask)
    changed = ask(f"{place}/change", settings={"loss": "hinge", "d_depth": 3})
    assert changed["anew"] == ["D"] and changed["config"]["loss"] == "hinge" and changed["kind"] == "score"
    assert ask(f"{place}/change", settings={"lr_g": 0.01})["anew"] == []
    assert ask(f"{place}/advance", steps=1)["row"][0] == 1


def test_a_saved_game_is_opened_again_and_goes_on_exactly(ask, client):
    place = begun(ask)
    ask(f"{place}/advance", steps=5)
    file = client.get(f"/api/plane{place}/saved")
    assert 'filename="ring-0-step-5.json"' in file.headers["content-disposition"]
    again = ask(saved=file.text)
    assert again["row"][0] == 5 and f"/{again['id']}" != place and len(again["rows"]) == 2
    ask(f"/{again['id']}/advance", steps=2), ask(f"{place}/advance", steps=2)
    assert saved.save(kept(f"/{again['id']}")) == saved.save(kept(place))


def test_thumbnails_are_points_of_each_distribution(client):
    shapes = client.get("/api/plane/shapes").json()
    assert set(shapes) == set(DATA) - {"drawing"} and {len(points) for points in shapes.values()} == {160}


def test_numbers_that_run_away_are_told_in_the_frame(ask):
    place = begun(ask, loss="wasserstein", optimizer="sgd", lr_d=10.0, lr_g=10.0)
    found = {}
    for _ in range(20):
        found = ask(f"{place}/advance", steps=100)
        if found["trouble"]:
            break
    assert "would no longer be finite" in found["trouble"]
    assert ask(f"{place}/change", settings={"lr_d": 0.001, "lr_g": 0.001})["row"][:2] == found["row"][:2]


@pytest.mark.parametrize(
    "verb, body, words",
    [
        ("", {"config": {"lr_g": "fast"}}, "must be a number"),
        ("", {"config": []}, "config is a list of 0; it must be an object"),
        ("", {"config": {"data": "drawing"}}, "draw in the plane"),
        ("", {"saved": "{}"}, "no saved game"),
        ("", {"saved": 3}, "saved is 3; it must be a text"),
        ("", {"colour": "red"}, "nothing named 'colour'"),
        ("", {"config": {"batch": 10**400}}, "more than 30 digits"),
        ("/change", {"settings": {"self": 1}}, "no setting named"),
        ("/advance", {"steps": 201}, "from 0 to 200"),
        ("/advance", {"steps": True}, "whole number"),
        ("/advance", {"steps": -1}, "whole number"),
        ("/advance", {"action": "win"}, "both, d, g"),
        ("/advance", {"action": ["d"]}, "both, d, g"),
        ("/change", {"settings": {"seed": 3}}, "start a new game"),
        ("/change", {"settings": {"nothing": 3}}, "no setting named"),
        ("/change", {}, "settings is missing; it must be an object"),
    ],
)
def test_bad_input_is_answered_by_one_sentence(ask, client, verb, body, words):
    place = begun(ask) if verb else ""
    answer = client.post(f"/api/plane{place}{verb}", json=body)
    assert answer.status_code == 400 and words in answer.text and "\n" not in answer.text and len(answer.text) < 400


def test_what_is_no_json_or_too_long_is_refused(client):
    def send(content, kind="application/json"):
        return client.post("/api/plane", content=content, headers={"content-type": kind}).status_code

    assert [send(b"{"), send(b"[1]"), send(b"[" * 100_000)] == [400, 400, 400]
    assert send(b"{}", "text/plain") == 415 and send(b" " * (MOST_BYTES + 1)) == 413


@pytest.mark.parametrize("verb", ["advance", "change", "saved"])
@pytest.mark.parametrize("name", ["nobody", "..%5c..", "a" * 500])
def test_a_game_that_is_not_there_is_a_404_with_what_to_do(client, verb, name):
    place = f"/api/plane/{name}/{verb}"
    answer = (
        client.get(place) if verb == "saved" else client.post(place, json={"settings": {}} if verb == "change" else {})
    )
    assert answer.status_code == 404 and "start it again" in answer.text


def test_the_least_recently_used_game_goes(ask, client, monkeypatch):
    monkeypatch.setattr(playground_answers, "GAMES", playground_answers.Games(most=3))
    one, two, three = begun(ask), begun(ask), begun(ask)
    ask(f"{one}/advance", steps=1)
    four = begun(ask)
    codes = [client.post(f"/api/plane{place}/advance", json={}).status_code for place in (one, two, three, four)]
    assert codes == [200, 404, 200, 200] and len(playground_answers.GAMES) == 3


def test_whoever_has_most_games_loses_one_of_theirs():
    games, one = playground_answers.Games(most=5), game()
    quiet = [games.add(one, "quiet")[0] for _ in range(2)]
    busy = [games.add(one, "busy")[0] for _ in range(20)]
    late = games.add(one, "late")[0]
    kept_ = [name for name in (*quiet, *busy, late) if name in games._games]
    assert kept_ == [*quiet, *busy[-2:], late] and len(games) == 5


def test_visitors_of_one_address_are_told_apart_by_their_cookies(ask, client, monkeypatch):
    """As behind a proxy: somebody who starts many games takes none from the others."""
    monkeypatch.setattr(playground_answers, "GAMES", playground_answers.Games(most=3))

    def start(name: str | None) -> str:
        cookie = {"cookie": f"{VISITOR}={name}"} if name else {}
        answer = client.post("/api/plane", json={"config": SMALL}, headers=cookie)
        return unpack(answer.content)["id"]

    quiet, *busy, without = start("quiet"), start("busy"), start("busy"), start("busy"), start(None)
    assert list(playground_answers.GAMES._games) == [quiet, busy[2], without]
    assert [seat.visitor for seat in playground_answers.GAMES._games.values()] == ["quiet", "busy", "127.0.0.1"]


def test_a_class_plays_at_once_and_each_gets_its_own_game(ask):
    places = [begun(ask, seed=number) for number in range(8)]

    def play(place: str) -> int:
        for _ in range(3):
            last = ask(f"{place}/advance", steps=2)
        return last["row"][0]

    with ThreadPoolExecutor(16) as pool:  # and two windows on each: no step is lost or done twice
        steps = list(pool.map(play, places * 2))
    assert max(steps) == 12 and {kept(place).step for place in places} == {12}
    here = game(seed=7)
    for _ in range(6):
        here.advance(2)
    assert told(kept(places[7])) == told(here)


def test_a_long_request_lets_others_through(ask, monkeypatch):
    """Somebody asks for 200 steps; another's single one is done before they are."""
    monkeypatch.setattr(playground_answers, "TURNS", playground_answers.FairSemaphore(1))
    long, short = begun(ask), begun(ask)
    first, order = threading.Event(), []
    real = type(kept(long)).advance

    def noted(self, *given):
        order.append(self is kept(short))
        first.set()
        return real(self, *given)

    monkeypatch.setattr(type(kept(long)), "advance", noted)
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(ask, f"{long}/advance", steps=200)
        assert first.wait(30)
        ask(f"{short}/advance", steps=1)
        slow.result(60)
    assert order.count(True) == 1 and order.index(True) < len(order) - 3


def test_a_full_game_of_the_largest_networks_can_be_opened(ask, client):
    place = begun(ask, g_depth=5, g_width=128, d_depth=5, d_width=128)
    ask(f"{place}/advance", steps=1)
    text = client.get(f"/api/plane{place}/saved").text
    assert len(json.dumps({"saved": text})) < MOST_BYTES and ask(saved=text)["row"][0] == 1
