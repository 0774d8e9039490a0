"""The path of a folder as people type, paste or drop it, and a path as text that every screen and file can take."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from pipelines.errors import DataError

QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "„": "“", "‘": "’", "«": "»"}
# Spaces, and marks without width: Windows puts U+202A before a path that is copied from a file's properties.
MARGIN = " \t\r\n\v\f\u00a0\u200b\u200e\u200f\u202a\u202b\u202c\ufeff"


def folder_of(text: str | Path) -> Path:
    """The absolute path that a text names: quoted or not, with ``~``, as ``file://`` address, relative to the folder
    that this process works in.

    A folder that exists under exactly this name goes before any interpretation.

    Raises:
        DataError: the text is no path, or an address on another computer.
    """
    try:
        if b"\0" in os.fsencode(text):  # which some calls refuse and others take for a missing file
            raise ValueError("it holds a zero byte")
        path = Path(text)
        if not str(text).strip() or not path.exists():
            if not (bare := _bare(str(text))):
                raise DataError("The folder that is given is an empty text; set folder to the path of your pictures.")
            path = Path(bare).expanduser()
            unescaped = Path(re.sub(r"\\(.)", r"\1", str(path)))  # as a terminal writes a path that is dropped on it
            if os.sep == "/" and not path.exists() and unescaped.exists():
                path = unescaped
        return path.resolve() if ".." in path.parts else path.absolute()
    except (OSError, ValueError, RuntimeError) as problem:  # a NUL, a loop of links, a home that nobody has
        raise DataError(
            f"'{shown(str(text))}' is not the path of a folder ({problem}); set folder to another."
        ) from None


def shown(path: str | Path) -> str:
    """A path as valid Unicode: bytes that are not UTF-8, and control characters, as ``\\xe9``."""
    try:
        text = os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # half a sign, which no file has in its name
        text = str(path).encode("utf-8", "backslashreplace").decode()
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _bare(text: str) -> str:
    """The text without margins, quotation marks and ``file:``."""
    text = text.strip(MARGIN)
    while len(text) > 1 and QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip(MARGIN)
    if not text.lower().startswith("file:"):
        return text
    address = urlsplit(text, allow_fragments=False)
    if address.netloc.lower() not in ("", "localhost"):
        raise DataError(
            f"{shown(text)} is a folder on the computer {address.netloc}; set folder to a path on this computer."
        )
    path = os.fsdecode(unquote_to_bytes(address.path + (f"?{address.query}" if address.query else "")))
    return path[1:] if re.match(r"/[A-Za-z]:", path) and os.name == "nt" else path
