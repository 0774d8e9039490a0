"""What is read is checked against types with bounds, by msgspec and, where that is missing, by plain functions."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import schema
from pipelines.errors import ConfigError, GanError
from pipelines.schema import Meta

CHEAP = settings(max_examples=150, derandomize=True, deadline=None)


@dataclass(frozen=True)
class Inner:
    size: Annotated[int, Meta(ge=1, le=64)]
    word: Annotated[str, Meta(max_length=5, pattern="^[a-z]*$")] = ""


class Row(TypedDict, total=False):
    step: schema.Step
    loss: float | None


@dataclass(frozen=True)
class Outer:
    state: Literal["on", "off"] = "on"
    step: schema.Step = 0
    share: schema.Share | None = None
    names: schema.Names = field(default_factory=list)
    inner: Inner | None = None
    rows: list[Row] = field(default_factory=list)
    pairs: tuple[schema.Whole, ...] = ()
    place: tuple[schema.Count, float | None] = (0, None)
    rest: schema.Values = field(default_factory=dict)
    flag: bool = False


WRONG = {
    b'{"step": null}': "step is null; it must be a whole number from 0 to 1,000,000,000,000",
    b'{"step": 3.5}': "step is 3.5; it must be a whole number",
    b'{"step": true}': "step is true; it must be a whole number",
    b'{"step": -1}': "step is -1; it must be a whole number from 0",
    b'{"step": 3e400}': "step is inf; it must be a whole number",
    b'{"step": %b}' % (b"9" * 400): "step is a whole number of more than 30 digits; it must be",
    b'{"step": %b}' % (b"9" * 9000): "holds a number that is not finite or has thousands of digits",
    b'{"share": NaN}': "holds a number that is not finite",
    b'{"share": 1.5}': "share is 1.5; it must be a number from 0 to 1",
    b'{"names": 5}': "names is 5; it must be a list of at most 10,000",
    b'{"names": ["a", 5]}': "names[1] is 5; it must be a text of at most 1,000 letters",
    b'{"names": ["%b"]}' % (b"a" * 1001): "it must be a text of at most 1,000 letters",
    b'{"rest": 5}': "rest is 5; it must be an object",
    b'{"rest": {"a": {"b": [[[[]]]]}}}': "rest.a.b[0][0] is a list of 1; it must be null or true or false or a number",
    b'{"place": [1]}': "place is a list of 1; it must be a list of 2",
    b'{"place": [1, "x"]}': "place[1] is 'x'; it must be a number or null",
    b'{"state": "gone"}': "state is 'gone'; it must be one of: on, off",
    b'{"inner": {}}': "inner.size is missing; it must be a whole number from 1 to 64",
    b'{"inner": {"size": 65}}': "inner.size is 65; it must be",
    b'{"inner": {"size": 2, "word": "ABC"}}': "inner.word is 'ABC'; it must be a text",
    b'{"rows": [{"step": 1}, {"step": "1"}]}': "rows[1].step is '1'; it must be a whole number",
    b"[]": "it is a list of 0; it must be an object",
    b"": "is empty",
    b"\0\0\0": "holds zero bytes",
    b'{"step": 1': "breaks off or is not JSON (line 1)",
    b'{"names": ["\xff"]}': "is not UTF-8",
    b"[" * 200_000: "is nested too deeply",
    b'{"rest": %b}' % (b"[" * 5000 + b"]" * 5000): "is nested too deeply",
}


@pytest.mark.parametrize("content", WRONG, ids=lambda content: content[:40].decode("ascii", "replace"))
def test_what_does_not_fit_is_one_sentence(content: bytes) -> None:
    with pytest.raises(ConfigError) as raised:
        schema.decode(content, Outer, "run/file.json", ConfigError)
    said = str(raised.value)
    assert said.startswith("run/file.json")
    assert WRONG[content] in said
    assert "\n" not in said and len(said) < 400


def test_what_fits_is_filled_and_unknown_keys_are_passed_over() -> None:
    content = b'{"step": 5, "share": 1, "inner": {"size": 3}, "rows": [{"loss": null, "new": 1}], "new": [[[[[]]]]]}'
    found = schema.decode(content, Outer, "it")
    assert found == Outer(step=5, share=1.0, inner=Inner(3), rows=[{"loss": None}])
    assert isinstance(found.share, float)


def test_a_file_name_that_is_not_utf8_is_kept() -> None:
    assert schema.decode(b'{"names": ["caf\\udce9"]}', Outer, "it").names == ["caf\udce9"]


def test_files_are_bounded_before_they_are_parsed(tmp_path) -> None:
    path = tmp_path / "run" / "status.json"
    assert schema.read(path, Outer) is None
    path.parent.mkdir()
    path.write_text(json.dumps({"names": ["a" * 50] * 10}))
    assert len(schema.read(path, Outer).names) == 10
    with pytest.raises(GanError, match=r"run/status.json is larger than 0.0002 MB"):
        schema.read(path, Outer, limit=200)
    with path.open("wb") as file:
        file.truncate(10**11)  # a hundred gigabytes of nothing
    with pytest.raises(GanError, match="larger than 4 MB"):
        schema.read(path, Outer)
    with pytest.raises(GanError, match="cannot be read"):
        schema.read(tmp_path, Outer)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6)
    | st.sampled_from([10**12, 10**12 + 1, 2**53, 2**64, 10**400, 1e300, -1, 0, "on", "off"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["size", "word", "step", "x"]), inner,
                                                                max_size=3),
    max_leaves=8,
)  # fmt: skip


@CHEAP
@given(st.dictionaries(st.sampled_from([*Outer.__dataclass_fields__, "other"]), JSON, max_size=4))
def test_plain_checks_and_msgspec_agree(values: dict[str, Any]) -> None:
    content = json.dumps(values).encode()
    try:
        fast = schema._decoder(Outer)(content)
    except ValueError:
        fast = None
    try:
        plain = schema.convert(values, Outer, "it")
    except GanError:
        plain = None
    assert fast == plain


@CHEAP
@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_a_sentence(content: bytes) -> None:
    try:
        schema.decode(content, Outer, "it")
    except GanError as error:
        assert str(error).startswith("it")


def test_a_number_that_is_not_finite_fits_nowhere() -> None:
    for value in (math.nan, math.inf):
        with pytest.raises(GanError, match="must be a number"):
            schema.convert({"share": value}, Outer, "it")


PLAIN = """
import sys
sys.modules["msgspec"] = None
from pipelines import schema
from tests import test_schema as t
assert schema.msgspec is None
for content, sentence in t.WRONG.items():
    try:
        schema.decode(content, t.Outer, "it")
    except schema.GanError as error:
        assert sentence in str(error), (content[:50], str(error))
    else:
        raise SystemExit(f"accepted: {content[:50]}")
t.test_what_fits_is_filled_and_unknown_keys_are_passed_over()
from tests.runs import test_rows as r
r.test_rows_that_do_not_fit_are_left_out_and_counted()
t.test_a_file_name_that_is_not_utf8_is_kept()
print("agreed")
"""


def test_without_msgspec_the_same_is_checked() -> None:
    found = subprocess.run([sys.executable, "-c", PLAIN], capture_output=True, text=True, check=False)
    assert found.stdout.strip() == "agreed", found.stderr


TOGETHER = """
import sys, threading
from dataclasses import make_dataclass
from pipelines import schema
sys.setswitchinterval(1e-6)
for number in range(100):
    inner = make_dataclass(f"Inner{number}", [(f"a{i}", schema.Share) for i in range(20)])
    more = [(f"b{i}", schema.Count | None, None) for i in range(20)]
    outer = make_dataclass(f"Outer{number}", [("inner", inner), *more])
    values = "{%s}" % ", ".join(f'"a{i}": 0.5' for i in range(20))
    asked = [(values, inner), ('{"inner": %s}' % values, outer)] * 3
    start, found = threading.Barrier(len(asked)), []
    def ask(content, kind):
        start.wait()
        found.append(schema.decode(content.encode(), kind, "it"))
    threads = [threading.Thread(target=ask, args=each) for each in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(asked)
print("whole")
"""


def test_types_that_several_threads_ask_for_first_are_known_whole() -> None:
    found = subprocess.run([sys.executable, "-c", TOGETHER], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout.strip()) == (0, "whole"), found.stderr
