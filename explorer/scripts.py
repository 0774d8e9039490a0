"""The scripts in ``web/``: where each lies, and the version of them all, which stands in their address below the root.

The browser keeps what it fetched from such an address for good, and a change of one script is a new address.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

WEB = Path(__file__).parent / "web"


def find(name: str) -> Path | None:
    """A script by its path below ``explorer/web``, or None where there is none there."""
    return _scripts().get(name)


def version() -> str:
    """Changes when any script does."""
    return _hash(tuple((name, path.stat().st_mtime_ns) for name, path in _scripts().items()))


def address() -> str:
    """Where the scripts lie, below the app's root."""
    return f"assets/{version()}"


def _scripts() -> dict[str, Path]:
    return {path.relative_to(WEB).as_posix(): path for path in sorted(WEB.rglob("*.js"))}


@cache
def _hash(stamps: tuple[tuple[str, int], ...]) -> str:
    digest = hashlib.sha256()
    for name, _ in stamps:
        digest.update((WEB / name).read_bytes())
    return digest.hexdigest()[:12]
