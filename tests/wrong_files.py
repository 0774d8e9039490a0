"""Wrong versions of files: a value replaced, a file cut off, zero bytes, other bytes, nothing."""

from __future__ import annotations

import json
import random
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
    at = chance.randrange(len(content))
    if how == "cut":
        return content[:at]
    middle = b"\0" * chance.choice([1, 40, 500]) if how == "zeros" else chance.randbytes(3)
    return b"" if how == "nothing" else content[:at] + middle + content[at + len(middle) :]
