"""Wrong versions of files: a value replaced, a file cut off, zero bytes, other bytes, nothing."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any


def damage(chance: random.Random, value: Any) -> Any:
    """One value of a JSON document replaced by something else."""
    if isinstance(value, dict | list) and value and chance.random() < 0.8:
        keys = list(value) if isinstance(value, dict) else range(len(value))
        key = chance.choice(keys)
        changed = dict(value) if isinstance(value, dict) else list(value)
        if isinstance(value, dict) and chance.random() < 0.1:
            del changed[key]
        else:
            changed[key] = damage(chance, value[key])
        return changed
    deep: Any = 1
    for _ in range(chance.choice([3, 6, 300])):
        deep = [deep] if chance.random() < 0.5 else {"a": deep}
    wrong = [None, True, -1, 0, 1.5, 10**9, 10**12, 10**400, -(10**30), 1e300, "", "x", "a" * 2000, [], {}, [None],
             {"value": None}, "\ud800", deep]  # fmt: skip
    return chance.choice(wrong)


def damaged(chance: random.Random, content: bytes) -> bytes:
    """A wrong version of a file: another value, cut off, zero bytes, other bytes, or nothing."""
    how = chance.choice(["value"] * 6 + ["cut", "zeros", "bytes", "nothing"])
    if how == "value":
        return json.dumps(damage(chance, json.loads(content))).encode()
    return altered(chance, content, how, chance.randrange(len(content)))


def altered(chance: random.Random, content: bytes, how: str, at: int) -> bytes:
    """A file that is ``cut`` at a place, has ``zeros`` or other ``bytes`` there, or holds ``nothing``."""
    if how in ("cut", "nothing"):
        return content[: at if how == "cut" else 0]
    middle = b"\0" * chance.choice([1, 40, 500]) if how == "zeros" else chance.randbytes(3)
    return content[:at] + middle + content[at + len(middle) :]


def damaged_tensors(chance: random.Random, content: bytes) -> bytes:
    """A wrong version of a safetensors file: another value in its header, or as ``damaged_bytes``."""
    if chance.random() < 0.5:
        return damaged_bytes(chance, content)
    return with_header(content, lambda header: damage(chance, header))


def damaged_words(chance: random.Random, content: bytes) -> bytes:
    """A wrong version of a safetensors file: another value in the JSON of its metadata."""

    def changed(header: dict[str, Any]) -> dict[str, Any]:
        words = {name: json.dumps(damage(chance, json.loads(text))) for name, text in header["__metadata__"].items()}
        return {**header, "__metadata__": words}

    return with_header(content, changed)


def with_state(content: bytes, change: Callable[[Any], Any]) -> bytes:
    """A checkpoint whose plain values are changed."""

    def changed(header: dict[str, Any]) -> dict[str, Any]:
        state = json.loads(header["__metadata__"]["state"])
        return {**header, "__metadata__": {"state": json.dumps(change(state))}}

    return with_header(content, changed)


def with_header(content: bytes, change: Callable[[Any], Any]) -> bytes:
    """A safetensors file whose header is changed."""
    length = int.from_bytes(content[:8], "little")
    header = json.dumps(change(json.loads(content[8 : 8 + length]))).encode()
    return len(header).to_bytes(8, "little") + header + content[8 + length :]


def damaged_bytes(chance: random.Random, content: bytes) -> bytes:
    """A wrong version of any file: cut off, zero bytes, other bytes, or nothing; near its ends more often."""
    at = chance.randrange(min(chance.choice([100, 1000, len(content)]), len(content)))
    at = at if chance.random() < 0.5 else len(content) - 1 - at
    return altered(chance, content, chance.choice(["cut", "zeros", "bytes", "nothing"]), at)
