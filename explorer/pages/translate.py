"""Translate pictures: paint a map or a drawing, sharpen a small picture, change a picture's style and back."""

import streamlit as st

from explorer.widgets.model_picker import all_entries, choose_model, no_model
from explorer.widgets.stage import stage
from explorer.widgets.text import literal
from pipelines.config.presets import PRESETS
from pipelines.models.registry import Entry
from pipelines.registries import network_traits

DEFAULT = "paint-faces"
PAINT, DRAW, SHARPEN, STYLE = "paint", "draw", "sharpen", "style"
translating = stage("translate", "Translate pictures")

# Loaders


def translates(entry: Entry) -> bool:
    """Whether a model is of use here."""
    return entry.translates


def mode_of(entry: Entry) -> str:
    """What one does with a model that translates, by what it reads."""
    spec = entry.spec
    if spec.condition_dtype == "int8":
        return PAINT
    if spec.condition_shape[1] < entry.config.size:
        return SHARPEN
    return DRAW if spec.paired else STYLE


def is_rival(chosen: Entry, other: Entry) -> bool:
    """Whether another model translates the same inputs into pictures of the same kind."""
    mine, others = chosen.config, other.config
    return other.id != chosen.id and chosen.spec == other.spec and mine.data == others.data and (
        mine.pictures == others.pictures
    )  # fmt: skip


def made_for_it() -> list[str]:
    """The presets that train such a model without a GPU."""
    return [
        name for name, preset in PRESETS.items() if network_traits(preset.config.network).translates and not preset.gpu
    ]


def names_of(entries: list[Entry]) -> dict[str, str]:
    """What models are called, by id: their titles, or where two have one, their ids."""
    titles = [entry.title for entry in entries]
    return {entry.id: entry.id if titles.count(entry.title) > 1 else entry.title for entry in entries}


# Parts


def no_translator() -> None:
    """What the page says where no model translates: which presets train one."""
    st.info("There is no model that translates pictures yet. Train one: it can be used from its first checkpoint on.",
            icon=":material/info:")  # fmt: skip
    if presets := made_for_it():
        st.markdown("Presets that train one:")
        st.markdown(
            "\n".join(f"- **{literal(PRESETS[name].title)}**: {literal(PRESETS[name].look_for)}" for name in presets)
        )
    st.page_link("pages/train.py", label="Train a GAN", icon=":material/model_training:")


# Layout

heading, picker = st.columns([1, 2], vertical_alignment="center")
heading.title("Translate", anchor=False)
entries = [entry for entry in all_entries()[0] if translates(entry)]
with picker:
    chosen = choose_model(DEFAULT, fits=translates, without="reads no picture, so it translates none")
if chosen == "":
    no_translator()
elif isinstance(chosen, str):
    no_model(chosen)
else:
    names = names_of([*entries, *([] if chosen.id in {entry.id for entry in entries} else [chosen])])
    translating(
        chosen.id,
        mode=mode_of(chosen),
        condition=chosen.spec.condition,
        data=chosen.config.data,
        title=names[chosen.id],
        models=[{"id": entry.id, "mode": mode_of(entry)} for entry in entries],
        rivals=[
            {"id": entry.id, "title": names[entry.id], "published": entry.run is None}
            for entry in entries
            if is_rival(chosen, entry)
        ],
    )
