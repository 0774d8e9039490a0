"""The form of every setting, made from the configuration's own metadata, and the draft that it edits.

The draft is the settings of a run not yet started. It lives in the session, one key a setting, and outlasts a change of
the page.
"""

from __future__ import annotations

import typing
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.widgets.text import literal
from pipelines import data
from pipelines.config.presets import PRESETS
from pipelines.config.train_config import GROUPS, SETTINGS, TYPES, TrainConfig, label_of
from pipelines.errors import DataError, printable
from pipelines.registries import network_traits

COLUMNS = 3
FEW = 4  # so many short choices are shown side by side, more in a list


def key_of(name: str) -> str:
    """The session's key of a setting of the draft."""
    return f"draft_{name}"


def fill_draft(config: TrainConfig, preset: str) -> None:
    """Put a configuration into the form.

    Args:
        config: the values.
        preset: what they are compared with; "" where there is none.
    """
    st.session_state["draft_preset"] = preset or None
    for name, value in config.to_dict().items():
        st.session_state[key_of(name)] = _typed(value) if name == "folder" else value


def draft() -> TrainConfig:
    """The configuration that the form shows, not yet checked."""
    values = {name: _stored(name, st.session_state[key_of(name)]) for name in SETTINGS}
    if not data.DATA_SETS.get(values["data"]).NEEDS_FOLDER:
        values["folder"] = None  # the field is not shown then, so what it held before must not count
    return TrainConfig(**values)


def base_of(preset: str | None) -> TrainConfig:
    """What a configuration is compared with: its preset, or the defaults."""
    return PRESETS[preset].config if preset in PRESETS else TrainConfig()


def changed_settings(config: TrainConfig, base: TrainConfig) -> list[str]:
    """The settings in which two configurations differ, in the form's order."""
    return [name for name in SETTINGS if getattr(config, name) != getattr(base, name)]


def in_words(value: Any, name: str = "") -> str:
    """A setting's value for a person."""
    if value is None:
        return "none" if name == "folder" else "no limit"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def settings_form(base: TrainConfig, whose: str = "preset") -> None:
    """All settings in tabs, each with its help; those that differ from ``base`` say what ``whose`` they were."""
    changed = set(changed_settings(draft(), base))
    for tab, group in zip(st.tabs(list(GROUPS)), GROUPS, strict=True):
        names = [name for name, rule in SETTINGS.items() if rule.group == group and _is_shown(name)]
        with tab:
            for start in range(0, len(names), COLUMNS):  # row by row, so that a narrow screen keeps the order
                for column, name in zip(st.columns(COLUMNS), names[start : start + COLUMNS], strict=False):
                    with column:
                        was = f" :violet[({whose}: {literal(in_words(getattr(base, name), name))})]"
                        _field(name, was if name in changed else "")


def folder_field() -> None:
    """The field for the folder of one's own pictures, where the whole form is not shown."""
    if needs_folder():
        _field("folder", "")


def needs_folder() -> bool:
    """Whether the draft's data set is read from a folder."""
    return data.DATA_SETS.get(st.session_state[key_of("data")]).NEEDS_FOLDER


def _is_shown(name: str) -> bool:
    if len(SETTINGS[name].choices) == 1:  # nothing to choose
        return False
    return name not in ("folder", "held_out") or needs_folder()


def _field(name: str, mark: str) -> None:
    """The widget that fits a setting."""
    rule, kinds = SETTINGS[name], _kinds(name)
    common = {"label": label_of(name) + mark, "key": key_of(name), "help": rule.help, "persist_state": "session"}
    if rule.entries:
        st.selectbox(**common, options=rule.choices, format_func=_with_missing_files if name == "data" else str)
        st.caption(rule.entries.describe(st.session_state[key_of(name)]))
    elif name == "size":
        sizes = network_traits(st.session_state[key_of("network")]).sizes or rule.choices
        st.selectbox(**common, options=rule.choices, format_func=lambda size: _size_in_words(size, size in sizes))
    elif rule.choices and len(rule.choices) <= FEW:
        st.segmented_control(**common, options=rule.choices, format_func=str, required=True)
    elif rule.choices:
        st.selectbox(**common, options=rule.choices)
    elif bool in kinds:
        st.toggle(**common)
    elif str in kinds:
        st.text_input(**common, placeholder="/path/to/pictures")
    else:
        number = float if float in kinds else int
        optional = {"value": None, "placeholder": "no limit"} if type(None) in kinds else {}
        # decimal_: the page's script takes a comma as a point there (decimal_comma.js).
        with st.container(key=f"{'decimal' if number is float else 'whole'}_{name}"):
            st.number_input(
                **common,
                **optional,
                min_value=number(rule.low),
                max_value=number(rule.high),
                step=number(rule.step or (0.05 if number is float else 1)),
                format="%g" if number is float else "%d",
            )


def _size_in_words(size: int, drawn: bool) -> str:
    """A size, marked where the chosen network does not draw it."""
    return str(size) if drawn else f"{size} (not drawn by this network)"


def _with_missing_files(data_set: str) -> str:
    """A data set's name, marked where a person must first put its files there."""
    return f"{data_set} (needs its files)" if data.missing_files(data_set) else data_set


def _kinds(name: str) -> tuple[type, ...]:
    """The types that a setting's value may have."""
    return typing.get_args(TYPES[name]) or (TYPES[name],)


def _typed(folder: str | None) -> str:
    """A folder as its field shows it: where its name is no UTF-8, as a ``file:`` address, which a field can hold."""
    if folder is None or printable(folder) == folder:
        return folder or ""
    return Path(folder).absolute().as_uri()


def _absolute(folder: str) -> str:
    """A folder as a run keeps it; as it was typed where it is no path, which the checks then say."""
    try:
        return str(data.folder_of(folder))
    except DataError:
        return folder


def _stored(name: str, value: Any) -> Any:
    """A widget's value as the configuration wants it."""
    if name == "folder":
        return _absolute(value) if value.strip() else None
    return float(value) if float in _kinds(name) and value is not None else value
