"""Error messages for the browser: the sentence, with names of files but without the server's folders."""

from __future__ import annotations

import re

from pipelines import paths

# An absolute path, from its start to its last separator. Those of web addresses follow a colon and are left alone.
_FOLDERS = re.compile(r"""(?<![^\s'"`(=])(?:[A-Za-z]:)?[\\/](?:[^\\/\s'"`]+[\\/])+""")


def without_paths(text: str) -> str:
    """A text in which files are named from the app's own folder on: ``a-run/config.json``; any others by name alone.

    Whatever is shown to every visitor goes through here where it may name a file. What a person has typed is not: the
    folder of their pictures stands in the settings of their run, and in what the form says of it.
    """
    if "/" not in text and "\\" not in text:
        return text
    data = paths.data_home()
    # Pictures keep the folder of the data, to which a person may have to copy files.
    homes = {paths.runs_home(): "", paths.models_home(): "", paths.saved_home(): "", paths.PROJECT: "",
             data: f"{data.name}/"}  # fmt: skip
    places = {str(place): kept for home, kept in homes.items() for place in (home, home.resolve())}
    for place in sorted(places, key=len, reverse=True):  # those inside others first
        text = text.replace(f"{place}/", places[place]).replace(f"{place}\\", places[place])
    return _FOLDERS.sub("", text)
