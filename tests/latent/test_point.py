"""Points as plain data: every bound, every wrong kind, and vectors written as text."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from explorer.server.asked import Points
from pipelines import schema
from pipelines.errors import ModelError
from pipelines.latent.point import (
    MOST_MOVES,
    MOST_NAMES,
    MOST_POINTS,
    MOST_SOURCES,
    Point,
    all_checked,
    coordinate_of,
    noise_of,
    pack,
    parse,
    sample_of,
    unpack,
)

WRONG_NUMBERS = [None, "1", True, False, [], {}, math.nan, math.inf, -math.inf, 10**400, -(10**400), 1e9, -1e9]
BAD: list[object] = [
    None, 3, "point", [], True,
    {"z": None}, {"z": []}, {"z": {}}, {"z": "0.1"}, {"z": [["0.1"]]}, {"z": [["0.1", 1, 2]]},
    {"z": [[1, 1]]}, {"z": [None]}, {"z": ["0.1"]}, {"z": [["0.1", 1]] * (MOST_SOURCES + 1)},
    *({"z": [[name, 1]]} for name in (
        "", "0", "0.", ".1", "0.1.2", "-1.0", "0.-1", "12345678901.0", "0.12345678", "n.0", "n.n.0.1", "v.", "v.!!!!",
        "v." + "A" * 5000, "0.1\n", " 0.1", "٣.٤", "../../etc/passwd", "x" * 10_000)),
    *({"z": [["0.1", number]]} for number in WRONG_NUMBERS),
    *({"psi": number} for number in [*WRONG_NUMBERS, -0.1, 2.1]),
    *({"to": {}, "t": number} for number in [*WRONG_NUMBERS, -0.1, 1.1]),
    *({"moves": {"z0": number}} for number in [*WRONG_NUMBERS, 101]),
    {"moves": []}, {"moves": "z0"}, {"moves": 0}, {"moves": False}, {"moves": {"": 1}}, {"moves": {"x" * 2001: 1}},
    {"moves": {f"z{number}": 1 for number in range(MOST_MOVES + 1)}},
    {"shell": 1}, {"shell": "yes"}, {"shell": []},
    {"path": "arc"}, {"path": None}, {"path": []}, {"path": "x" * 10_000},
    {"y": "7"}, {"y": 7.5}, {"y": True}, {"y": []}, {"y": {}}, {"y": ["1"]}, {"y": [1, None]}, {"y": [11.0]},
    {"y": [0.1] * 1001}, {"y": 10**400}, {"y": [10**400]},
    {"to": 3}, {"to": []}, {"to": {"to": {}}}, {"to": {"psi": 5}}, {"to": "0.1"},
]  # fmt: skip


@pytest.mark.parametrize("values", BAD, ids=lambda values: repr(values)[:60])
def test_what_is_no_point_is_one_sentence(values) -> None:
    with pytest.raises(ModelError) as caught:
        parse(values)
    sentence = str(caught.value)
    assert (
        sentence.endswith(".")
        and sentence.replace("... ", "").count(". ") == 0
        and "\n" not in sentence
        and len(sentence) < 300
    )


def test_what_is_left_out_takes_its_default() -> None:
    assert parse({}) == Point()
    assert parse({"moves": None, "y": None, "to": None, "shell": None}) == Point()


def test_a_whole_point() -> None:
    text = json.dumps({
        "z": [["0.12", 1], ["n.3.4", -0.5]], "moves": {"glasses~smile": 1.5, "z7": -0.5}, "psi": 0.8, "shell": True,
        "y": [0.5, 0.5], "to": {"z": [["1.2", 1]], "y": 3}, "t": 0.25, "path": "lerp",
    })  # fmt: skip
    point = parse(json.loads(text))
    assert point.z == (("0.12", 1.0), ("n.3.4", -0.5)) and point.moves == {"glasses~smile": 1.5, "z7": -0.5}
    assert (point.psi, point.shell, point.y, point.t, point.path) == (0.8, True, (0.5, 0.5), 0.25, "lerp")
    assert point.to == Point(z=(("1.2", 1.0),), y=3) and point.first_sample == (0, 12)


def parse_all(values: object) -> list[Point]:
    return all_checked(schema.convert(values, Points, "points", ModelError))


@pytest.mark.parametrize("values", [None, {}, "x", [], [{}] * (MOST_POINTS + 1), [{}, 3]])
def test_a_list_of_points_has_its_bounds(values) -> None:
    with pytest.raises(ModelError):
        parse_all(values)
    assert len(parse_all([{}] * MOST_POINTS)) == MOST_POINTS


def test_points_together_name_few_directions() -> None:
    half = MOST_NAMES // 2
    points = [{"moves": {f"m:0.{n},0.1|0.2,0.3": 1}, "to": {"moves": {f"z{n}": 1}}} for n in range(half)]
    assert len(parse_all(points)) == half
    with pytest.raises(ModelError, match="directions"):
        parse_all([*points, {"moves": {"one-more": 1}}])


def test_names_of_sources_and_coordinates() -> None:
    assert sample_of("0.12") == (0, 12) and sample_of("n.0.12") is None and sample_of("v.AA") is None
    assert noise_of("n.0.12") == (0, 12) and noise_of("0.12") is None
    assert coordinate_of("z7") == 7 and coordinate_of("z") is None and coordinate_of("z-1") is None
    assert parse({"z": [["n.1.2", 1]]}).first_sample is None


def test_a_vector_is_written_and_read() -> None:
    vector = np.random.default_rng(0).standard_normal(100).astype(np.float32)
    text = pack(vector)
    assert text.startswith("v.") and len(text) < 300 and not set(text[2:]) & set("+/=")
    again = unpack(text, 100)
    assert again.dtype == np.float32 and np.array_equal(again, vector.astype(np.float16))
    assert np.abs(again - vector).max() < 2e-3 and np.array_equal(unpack(pack(again), 100), again)
    for size in range(1, 8):
        assert len(unpack(pack(vector[:size]), size)) == size
    assert parse({"z": [[pack(np.zeros(1024)), 1]]}).z[0][1] == 1  # the largest that a configuration allows


@pytest.mark.parametrize(
    "text", ["v.", "v.A", "v.AAAA", pack(np.zeros(7)), pack(np.zeros(5)), pack(np.full(6, np.nan)), "v.ä",
             pack(np.full(6, np.inf)), pack(np.zeros(6)).replace("A", "!", 1), "0.1", pack(np.zeros(6)) + "===="]
)  # fmt: skip
def test_another_text_is_no_vector(text: str) -> None:
    with pytest.raises(ModelError, match="The vector given"):
        unpack(text, 6)
