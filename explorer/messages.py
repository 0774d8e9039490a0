"""Error messages for the browser: the sentence, with names of files but without the server's folders."""

from __future__ import annotations

import re

from pipelines import paths

# An absolute path, from its start to its last separator. Those of web addresses follow a colon and are left alone.
_FOLDERS = re.compile(r"""(?<![^\s'"`(=])(?:[A-Za-z]:)?[\\/](?:[^\\/\s'"`]+[\\/])+""")


def without_paths(text: str) -> str:
    """A text in which files are named from the app's own folder on: ``a-run/config.json``; any others by name alone."""
    homes = {paths.runs_home(), paths.models_home(), paths.data_home(), paths.saved_home(), paths.PROJECT}
    places = {str(place) for home in homes for place in (home, home.resolve())}
    for place in sorted(places, key=len, reverse=True):  # those inside others first
        text = text.replace(f"{place}/", "").replace(f"{place}\\", "")
    return _FOLDERS.sub("", text)
