"""Small pieces of text that several widgets need."""

from __future__ import annotations

import re

from pipelines.errors import printable

# A place in Markdown where nothing is shown: Streamlit makes links, emoji, icons and arrows of what is left when all
# backslashes are gone, so a backslash does not keep them away, and an empty element between two characters does.
_NOTHING = ":small[]"
_GAPS = re.compile(r"(?<=[:@])(?=\S)|(?=@)|(?<=[-<>=~])(?=[-<>=])|(?<=www)(?=\.)", re.IGNORECASE)


def literal(text: object) -> str:
    """A text so that Markdown shows it as it is: no links, pictures, formulas, emoji, lists or directives.

    Whatever is not one of our own sentences goes through here where Streamlit takes Markdown: bodies, headings, labels,
    captions, help and messages. Line breaks and runs of spaces become one space.
    """
    gapped = _GAPS.sub("\0", " ".join(printable(text).replace("\0", " ").split()))
    escaped = re.sub(r"([\\`*_{}\[\]()#+!|$~<>:&-])", r"\\\1", gapped)
    return re.sub(r"^(\d+)\.", r"\1\\.", escaped).replace("\0", _NOTHING)


def api_link(run_id: str, what: str) -> str:
    """Where the browser finds something of a run.

    Relative to the page, whose address is one level below the app's root: so it is right below a path of the server,
    and behind a proxy that takes a path away before the server sees it.
    """
    return f"api/runs/{run_id}/{what}"
