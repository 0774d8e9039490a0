"""What does checking cost when a run's rows are read? json, msgspec and pydantic on 100,000 rows of metrics, as ratios.

``python -m benchmarks.reading`` decodes the same rows by each: plain json without any check, msgspec and pydantic with
types and bounds. Times are medians of turns, divided by those of json. What the project itself does (``runs/rows.py``)
stands below.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import msgspec
from typing_extensions import TypedDict

from benchmarks._machine import keep
from pipelines.runs.rows import decode_rows

FIELDS = (
    "seconds", "epoch", "d_loss", "g_loss", "d_real", "d_fake", "grad_d", "grad_g", "images_per_s",
)  # fmt: skip


def rows(count: int) -> bytes:
    """So many rows of metrics, a line each, as a run writes them."""
    lines = []
    for step in range(count):
        numbers = {name: round(0.1234567 + step % 977 / 1000, 6) for name in FIELDS}
        lines.append(json.dumps({"step": step, "images_seen": 64 * step, **numbers}))
    return "\n".join(lines).encode() + b"\n"


def contenders() -> dict[str, Callable[[bytes], Any]]:
    """By name, what decodes rows; pydantic only where it is installed, since the project does not need it."""
    whole = msgspec.Meta(ge=0, le=10**15)
    least = msgspec.Meta(ge=-1e300, le=1e300)
    typed: dict[str, Any] = {name: Annotated[int, whole] for name in ("step", "images_seen")}
    typed |= {name: Annotated[float, least] | None for name in FIELDS}
    struct = msgspec.defstruct("Row", [(name, kind, None) for name, kind in typed.items()])
    found = {
        "json, unchecked": lambda content: json.loads(b"[" + b",".join(content.splitlines()) + b"]"),
        "msgspec, objects": msgspec.json.Decoder(struct).decode_lines,
        "msgspec, dicts": msgspec.json.Decoder(TypedDict("Row", typed, total=False)).decode_lines,
    }
    try:
        import pydantic
    except ImportError:
        return found
    whole, least = pydantic.Field(ge=0, le=10**15), pydantic.Field(ge=-1e300, le=1e300)
    typed = {name: Annotated[int, whole] for name in ("step", "images_seen")}
    typed |= {name: Annotated[float, least] | None for name in FIELDS}
    model = pydantic.create_model("Row", **{name: (kind, None) for name, kind in typed.items()})
    for words, kind in (("objects", model), ("dicts", TypedDict("Row", typed, total=False))):
        adapter = pydantic.TypeAdapter(list[kind])
        found[f"pydantic, {words}"] = lambda content, adapter=adapter: adapter.validate_json(
            b"[" + b",".join(content.splitlines()) + b"]"
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=7)
    given = parser.parse_args()
    content = rows(given.rows)
    tried = {**contenders(), "rows.decode_rows": decode_rows}
    took: dict[str, list[float]] = {name: [] for name in tried}
    for _ in range(given.turns):
        for name, decode in tried.items():
            start = time.perf_counter()
            kept = decode(content)
            took[name].append(time.perf_counter() - start)
            del kept
    middle = {name: statistics.median(times) for name, times in took.items()}
    ratios = {name: round(one / middle["json, unchecked"], 2) for name, one in middle.items()}
    for name, ratio in ratios.items():
        print(f"{name:20} {ratio:5.2f}")
    keep("reading", {"date": date.today().isoformat(), "rows": given.rows, "ratios": ratios})


if __name__ == "__main__":
    main()
