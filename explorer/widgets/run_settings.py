"""What a run was made with: every setting beside its preset's, its data, and the machine it was resolved to."""

from __future__ import annotations

import streamlit as st

from explorer.messages import without_paths
from explorer.widgets.settings_form import base_of, changed_settings, in_words
from explorer.widgets.text import literal
from pipelines.config.train_config import GROUPS, SETTINGS, label_of
from pipelines.runs.folder import Record

COLUMNS = 4


def run_settings(record: Record) -> None:
    """A closed panel; settings that differ from the preset are bold and say what the preset has."""
    base = base_of(record.preset)
    changed = changed_settings(record.config, base)
    count = f", {len(changed)} changed from the preset" if changed and record.preset else ""
    with st.expander(f"Settings of this run{count}", icon=":material/list_alt:"):
        for start in range(0, len(GROUPS), COLUMNS):
            for column, group in zip(st.columns(COLUMNS), GROUPS[start : start + COLUMNS], strict=False):
                with column:
                    st.markdown(f"**{group}**")
                    st.markdown("\n".join(_line(name, record, base, changed) for name in _of_group(group)))
        _data_and_machine(record)


def _of_group(group: str) -> list[str]:
    return [name for name, rule in SETTINGS.items() if rule.group == group]


def _line(name: str, record: Record, base: object, changed: list[str]) -> str:
    value = literal(in_words(getattr(record.config, name), name))
    if name in changed:
        was = f" (preset: {literal(in_words(getattr(base, name), name))})" if record.preset else ""
        return f"- **{label_of(name)}: {value}**{was}"
    return f"- {label_of(name)}: {value}"


def _data_and_machine(record: Record) -> None:
    """Where the pictures came from, and what 'auto' meant."""
    facts = []
    if record.data.get("source"):
        count = f"{record.data['count']:,} pictures. " if record.data.get("count") else ""
        source = str(record.data["source"])
        facts.append(f"**Data:** {count}{literal(source if record.config.folder else without_paths(source))}")
    for title, values in (("Machine", record.resolved), ("Versions", record.versions)):
        if values:
            words = ", ".join(f"{literal(name)} {literal(value)}" for name, value in values.items())
            facts.append(f"**{literal(title)}:** {words}")
    if record.branched_from:
        changed = f", with {record.branched_with}" if record.branched_with else ""
        facts.append(f"**Made from:** {literal(record.branched_from + changed)}")
    st.markdown("\n\n".join(facts))
