"""The doctor beside a game in the plane: it names what goes wrong, is silent where nothing does, and its cures cure."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipelines import gallery
from pipelines.plane import saved
from pipelines.plane.game import Game
from pipelines.plane.settings import PlaneConfig
from pipelines.plane.watch import EVERY, Watch

COLLAPSE = gallery.get("collapse-ring").settings("sick")
CYCLING = gallery.get("cycling-ring").settings("sick")


def watched(game: Game, steps: int, watch: Watch | None = None) -> list[dict[str, Any]]:
    """All that the doctor says while a game goes on for so many steps, and at the end."""
    watch, said = watch or Watch(), []
    for _ in range(steps // 10):
        game.advance(10)
        if watch.look(game):
            said += watch.findings
    return said


@pytest.mark.parametrize("seed", [0, 3])
@pytest.mark.parametrize(("config", "ailment"), [(COLLAPSE, "mode-collapse"), (CYCLING, "mode-cycling")])
def test_what_goes_wrong_is_named(config: PlaneConfig, ailment: str, seed: int) -> None:
    said = watched(Game(config.changed(seed=seed)), 700)
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
    assert watched(Game(PlaneConfig(seed=2, **settings)), 900) == []


@pytest.mark.parametrize("config", [COLLAPSE, CYCLING], ids=["collapse", "cycling"])
def test_each_cure_cures_as_it_says(config: PlaneConfig) -> None:
    game, watch = Game(config.changed(seed=1)), Watch()
    watched(game, 500, watch)
    remedies = watch.findings[0]["remedies"]
    assert [remedy["goes_on"] for remedy in remedies] == [True, False]
    for remedy in remedies:
        cured = game if remedy["goes_on"] else Game(game.config.changed(**remedy["changes"]))
        cured.change(**remedy["changes"])
        watched(cured, 1000)
        assert cured.rows[-1].modes == 8
        assert not watch.look(cured) or watch.findings == []


def test_it_looks_from_the_last_change_of_a_setting_on() -> None:
    game, watch = Game(COLLAPSE), Watch()
    watched(game, 500, watch)
    assert watch.findings
    game.change(lr_g=1e-3)
    assert watch.look(game) and watch.findings == []  # nothing is known yet of a game with this rate
    watched(game, 100, watch)
    assert all(one["since"] >= 500 for one in watch.findings)


def test_it_looks_only_now_and_then_and_says_whether_something_is_new() -> None:
    game, watch = Game(PlaneConfig()), Watch()
    assert not watch.look(game)
    game.advance(EVERY - 1)
    watch.findings = [{"ailment": "kept"}]
    assert not watch.look(game) and watch.findings == [{"ailment": "kept"}]
    game.advance(1)
    assert watch.look(game) and watch.findings == []


def test_a_saved_game_is_still_sick() -> None:
    game = Game(COLLAPSE)
    watched(game, 500)
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
