"""The doctor beside a game in the plane: it names what goes wrong, is silent where nothing does, and its cures cure."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from pipelines import failures
from pipelines.playground import saved
from pipelines.playground.game import Game
from pipelines.playground.settings import PlaneConfig
from pipelines.playground.watch import EVERY, Watch

COLLAPSE = failures.get("collapse-ring").settings("sick")
CYCLING = failures.get("cycling-ring").settings("sick")
WIDE = COLLAPSE.changed(g_width=128, d_width=128, seed=3)  # collapses sooner, and is cured in fewer steps
SICK = 400  # steps, after which both are sick


@pytest.fixture(scope="module")
def sick() -> Callable[[str], Game]:
    """``sick(name)``: a game of ``SICK`` steps that collapsed or cycles; each time its own, from where it was saved."""

    @cache
    def played(name: str) -> str:
        game = Game(WIDE if name == "collapse" else CYCLING.changed(seed=1))
        watched(game, SICK)
        return saved.save(game)

    return lambda name: saved.load(played(name))


def watched(game: Game, steps: int, watch: Watch | None = None) -> list[dict[str, Any]]:
    """All that the doctor says while a game goes on for so many steps, and at the end."""
    watch, said = watch or Watch(), []
    for _ in range(steps // 10):
        game.advance(10)
        if watch.look(game):
            said += watch.findings
    return said


@pytest.mark.parametrize(("config", "ailment"), [(COLLAPSE, "mode-collapse"), (CYCLING, "mode-cycling")])
def test_what_goes_wrong_is_named(config: PlaneConfig, ailment: str) -> None:
    said = watched(Game(config.changed(seed=3)), 700)
    assert ailment in {one["ailment"] for one in said}
    assert {one["ailment"] for one in said} <= {"mode-collapse", "mode-cycling"}
    json.dumps(said, allow_nan=False)  # as it is sent


@pytest.mark.parametrize(
    "settings",
    [{"data": "ring"}, {"data": "grid"}, {"data": "moons"}, {"loss": "minimax"}, {"smoothing": 0.1},
     {"loss": "wasserstein", "gradient_penalty": 0.1, "d_steps": 5}],
    ids=str,
)  # fmt: skip
def test_a_healthy_game_is_left_alone(settings: dict[str, Any]) -> None:
    config = PlaneConfig(seed=2, **settings)
    assert watched(Game(config), 600 if config.d_steps == 1 else 300) == []


@pytest.mark.parametrize("name", ["collapse", "cycling"])
@pytest.mark.parametrize("goes_on", [True, False])
def test_each_cure_cures_as_it_says(sick: Callable[[str], Game], name: str, goes_on: bool) -> None:
    game, watch = sick(name), Watch()
    assert watch.look(game)
    (remedy,) = [one for one in watch.findings[0]["remedies"] if one["goes_on"] == goes_on]
    if goes_on:
        game.change(**remedy["changes"])
    else:
        game = Game(game.config.changed(**remedy["changes"]))
    well = 0  # how often in a row, 50 steps apart, all modes are there and the doctor is silent
    for _ in range(20):
        watched(game, 50, watch)
        well = well + 1 if game.rows[-1].modes == 8 and watch.findings == [] else 0
        if well == 2:
            return
    pytest.fail(f"not cured in 1000 steps: {game.rows[-1].modes} modes, {watch.findings}")


def test_it_looks_from_the_last_change_of_a_setting_on(sick: Callable[[str], Game]) -> None:
    game, watch = sick("collapse"), Watch()
    assert watch.look(game) and watch.findings
    game.change(lr_g=1e-3)
    assert watch.look(game) and watch.findings == []  # nothing is known yet of a game with this rate
    watched(game, 100, watch)
    assert all(one["since"] >= SICK for one in watch.findings)


def test_it_looks_only_now_and_then_and_says_whether_something_is_new() -> None:
    game, watch = Game(PlaneConfig()), Watch()
    assert not watch.look(game)
    game.advance(EVERY - 1)
    watch.findings = [{"ailment": "kept"}]
    assert not watch.look(game) and watch.findings == [{"ailment": "kept"}]
    game.advance(1)
    assert watch.look(game) and watch.findings == []


def test_a_saved_game_is_still_sick(sick: Callable[[str], Game]) -> None:
    game = sick("collapse")
    again, watch, other = saved.load(saved.save(game)), Watch(), Watch()
    assert watch.look(game) and other.look(again)
    assert other.findings == watch.findings
    assert again.looks == game.looks and again.set_at == game.set_at
    game.advance(50)
    again.advance(50)
    assert again.rows[-1] == game.rows[-1]


@pytest.mark.parametrize(
    "damage",
    [{"looks": [[100, [0.5], [0.5]]]}, {"looks": [[100, [2.0] * 8, [0.1] * 8]]}, {"looks": 3}, {"set_at": "now"}],
    ids=str,
)
def test_a_damaged_one_is_refused(damage: dict[str, Any]) -> None:
    text = json.dumps({**json.loads(saved.save(Game(PlaneConfig()))), **damage})
    with pytest.raises(Exception, match="no saved game"):
        saved.load(text)


def test_an_older_saved_game_goes_on() -> None:
    kept = json.loads(saved.save(Game(PlaneConfig())))
    kept["rows"] = [row[:8] for row in kept["rows"]]
    del kept["looks"], kept["set_at"]
    assert saved.load(json.dumps(kept)).looks == []
