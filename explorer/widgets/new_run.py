"""The view of a run not yet started: what will happen and the Start button, then the presets or every setting."""

from __future__ import annotations

import os

import streamlit as st

from explorer.messages import without_paths
from explorer.widgets import double_click, errors, starting
from explorer.widgets.begin_with import begin_with, chosen, further_model, offer
from explorer.widgets.branching import branch, to_be_shown
from explorer.widgets.memory import memory
from explorer.widgets.own_pictures import folder_summary
from explorer.widgets.settings_form import (
    base_of,
    changed_settings,
    draft,
    fill_draft,
    folder_field,
    key_of,
    needs_folder,
    settings_form,
)
from explorer.widgets.text import literal
from pipelines import data
from pipelines.config.checking import problems
from pipelines.config.presets import GROUPS, ONE_MINUTE, PRESETS, group_of
from pipelines.config.settings import Role
from pipelines.config.train_config import SPEED, TrainConfig, label_of, of_role
from pipelines.errors import DataError, GanError
from pipelines.metrics import clear_wanted
from pipelines.models import fine_tuning
from pipelines.models.registry import Entry
from pipelines.paths import data_home
from pipelines.registries import stated_by
from pipelines.runs import jobs
from pipelines.runs.folder import RunFolder
from pipelines.told import duration

SETTINGS_VIEW = "All settings"
# What decides how long an epoch takes, so that an earlier run with the same values tells the length of this one.
SAME_SPEED = (*of_role(Role.DATA), *SPEED)


@st.cache_data(ttl=10, show_spinner=False, max_entries=50)
def _look_at_data(
    name: str, path: bytes | None, size: int, channels: int, held_out: float, home: str
) -> tuple[data.Overview | None, str]:
    """What is known of a data set, and what is wrong with it; ``home`` keys the cache."""
    folder = os.fsdecode(path) if path else None  # whose name may be no text that a cache's key can hold
    try:
        found = data.overview(name, size=size, channels=channels, folder=folder, held_out=held_out)
        return found, "" if found.prepared else without_paths(data.missing_files(name))
    except DataError as error:
        return None, str(error) if folder else without_paths(str(error))


def new_run(is_first: bool) -> None:
    """The view for starting a run; sets the query parameter ``run`` when one was started.

    Args:
        is_first: there is no run yet, so say what this is about.
    """
    if key_of("data") not in st.session_state:
        fill_draft(PRESETS[ONE_MINUTE].config, ONE_MINUTE)
    preset = st.session_state["draft_preset"]
    model, config = None if preset else further_model(), draft()  # a preset may begin with one and is still a preset
    base = model.config if model else base_of(preset)
    changed = changed_settings(config, base)

    st.title("Train a GAN" if is_first else "New run", anchor=False)
    if is_first:
        st.markdown(
            "Press **Start**: a generator learns to draw from noise while a discriminator learns to tell its pictures "
            "from real ones. You watch every step."
        )
    with st.container(border=True):
        _what_will_happen(config, preset, model, changed)
    st.session_state.setdefault("draft_view", group_of(preset))
    view = st.segmented_control(
        "Choose by", [*GROUPS, SETTINGS_VIEW], key="draft_view", required=True,
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    if view == SETTINGS_VIEW:
        _changes(changed, preset, base)
        memory(config, wrong=bool(problems(config)))
        settings_form(base, "model" if model else "preset")
    else:
        _presets(view, preset)


def _presets(group: str, chosen: str | None) -> None:
    """The presets of a group, of which the chosen one is marked."""
    key, names = f"preset_of_{group}", GROUPS[group]
    st.session_state[key] = chosen if chosen in names else None
    st.radio(
        "Preset",
        names,
        index=None,
        key=key,
        format_func=lambda name: PRESETS[name].title,
        captions=[PRESETS[name].look_for for name in names],
        on_change=_take_preset,
        args=(key,),
        label_visibility="collapsed",
    )


def _what_will_happen(config: TrainConfig, preset: str | None, model: Entry | None, changed: list[str]) -> None:
    """The chosen run in a few words, whatever stands in its way, and the Start button."""
    title, about = "Your own settings", "These settings are not based on a preset."
    if model:
        title, about = f"{model.title}, further", "Trains this model's networks further; the model itself is kept."
    elif preset:
        title, about = PRESETS[preset].title, PRESETS[preset].look_for
    path = os.fsencode(config.folder) if config.folder else None
    seen, data_problem = _look_at_data(
        config.data, path, config.size, config.channels, config.held_out, str(data_home())
    )
    found = problems(config)
    # problems() says that a folder is not given, or no path
    if data_problem and (config.folder or not needs_folder()):
        found += [data_problem] if data_problem not in found else []
    elif config.conditional and seen and not data_problem and not seen.condition and len(seen.class_names) < 2:
        found.append(
            "A conditional model needs at least two classes, or attributes: give the folder one subfolder for each "
            "class, or an attributes.csv."
        )

    words, button = st.columns([5, 3], vertical_alignment="center", gap="large")
    with words:
        st.header(literal(title), anchor=False)
        st.markdown(literal(about))
        facts = [data.describe(config.data).partition(":")[0], _length(config)]
        if changed:
            facts.append(f"{len(changed)} {'setting' if len(changed) == 1 else 'settings'} changed")
        if seen and not seen.prepared and not found:
            megabytes = stated_by(config.data).get("DOWNLOAD_MB")
            size = f", about {megabytes:,} MB" if isinstance(megabytes, int) else ""
            facts.append(f"not on this computer yet: prepared first, once{size}")
        st.caption(" · ".join(facts))
        if st.session_state.get("draft_view") != SETTINGS_VIEW:
            folder_field()
        if seen and seen.pictures is not None:
            folder_summary(seen)
        begin_with()
    with button:
        st.button(
            f"Start: {literal(title)}",
            type="primary",
            icon=":material/play_arrow:",
            key="start",
            width="stretch",
            disabled=bool(found),
            on_click=_start,
        )
    for sentence in found:
        st.warning(literal(sentence), icon=":material/block:")


def _changes(changed: list[str], preset: str | None, base: TrainConfig) -> None:
    """What differs from the preset, in a place that is there before anything does."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        if changed:
            st.caption(f"Changed: {', '.join(label_of(name) for name in changed)}.", width="content")
        else:
            st.caption(f"As in the preset {PRESETS[preset].title!r}." if preset else "All as set out.", width="content")
        st.button(
            "Back to the preset",
            icon=":material/undo:",
            disabled=not changed or not preset,
            on_click=fill_draft,
            args=(base, preset or ""),
        )


def _length(config: TrainConfig) -> str:
    """How long it will train, as far as that can be known."""
    ends = []
    least = f"{config.seconds:g} s of training" if config.seconds else ""
    most = f"{config.most_seconds:g} s at most" if config.most_seconds else ""
    if wanted := clear_wanted(config):
        clear = f"until {wanted:.0%} of the samples are clear"
        first = f"{least} or longer, {clear}" if least else clear
        ends.append(f"{first}, {most}" if most else first)
    elif least or most:
        ends.append(least or most)
    if config.epochs:
        expected = _expected_seconds(config)
        about = f" (about {duration(expected)} here)" if expected else ""
        ends.append(f"{config.epochs:,} {'epoch' if config.epochs == 1 else 'epochs'}{about}")
    return " or ".join(ends) + (", whichever ends first" if len(ends) == 2 else "") if ends else "until you stop it"


def _expected_seconds(config: TrainConfig) -> float | None:
    """From the speed of the newest run on the same data with networks of the same cost, if there is one."""
    for run in jobs.runs()[:50]:
        try:
            record, status = run.record(), run.status()
        except GanError:
            continue
        same = all(getattr(record.config, name) == getattr(config, name) for name in SAME_SPEED)
        if same and status.seconds and status.images_seen and record.data.get("count"):
            return config.epochs * config.epoch_of(record.data["count"]) * status.seconds / status.images_seen
    return None


def _take_preset(key: str) -> None:
    preset = st.session_state[key]
    fill_draft(PRESETS[preset].config, preset)
    offer(PRESETS[preset].begins_with)


def _start() -> None:
    """Start the run as it is set now, once, however often the button was hit, and show it.

    Read at the click: a number typed just before it is in the session, but not yet on the page that was clicked on.
    """
    config, preset, begin = draft(), st.session_state["draft_preset"] or "", chosen()
    asked = (config, begin and (begin[0].id, begin[1]))
    kept = double_click.notes()

    def make() -> str | None:
        run_id = _begun(config, *begin) if begin else starting.start(lambda: jobs.create(config, preset)).id
        if run_id:
            to_be_shown(kept, run_id, in_place_of=None)
        return run_id

    with errors.noted():
        if run_id := double_click.once("run", asked, make):
            st.query_params["run"] = run_id


def _begun(config: TrainConfig, origin: RunFolder | Entry, step: int) -> str | None:
    """The id of a run with these settings that begins with another's networks.

    None where a branch could not be made, which the page then says.
    """
    before = origin.config if isinstance(origin, Entry) else origin.record().config
    changes = {name: getattr(config, name) for name in changed_settings(config, before)}
    if isinstance(origin, RunFolder):
        return branch(origin, step, changes)
    return starting.start(lambda: fine_tuning.begin(origin.id, changes)).id
