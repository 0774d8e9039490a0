"""Ask a generator for a class: its images, the same z in every class, a morph, a number; and search without classes."""

import streamlit as st

from explorer.widgets.model_picker import all_entries, choose_model, no_model, told
from explorer.widgets.own_reader import own_reader
from explorer.widgets.stage import stage
from pipelines import metrics
from pipelines.errors import GanError
from pipelines.models.registry import Entry
from pipelines.registries import network_traits

DEFAULT = "digits-by-class"
digits = stage("digits", "Digits by class")

# Loaders


def asks(entry: Entry) -> bool:
    """Whether the model can be asked for a class."""
    return entry.config.conditional and bool(entry.class_names)


def default_model(entries: list[Entry]) -> str:
    """The one that ships, else the first that can be asked, else whatever there is."""
    asked = [entry.id for entry in entries if asks(entry)]
    return DEFAULT if DEFAULT in asked else next(iter(asked), DEFAULT)


def same_pictures(entry: Entry, other: Entry) -> bool:
    """Whether both learnt from the same pictures."""
    mine, others = entry.config, other.config
    return (mine.data, mine.folder, mine.size, mine.channels) == (
        others.data,
        others.folder,
        others.size,
        others.channels,
    )


def is_rival(chosen: Entry, other: Entry) -> bool:
    """Whether another model draws the same pictures without the classes that the chosen one is asked for."""
    by_class = asks(chosen) and not chosen.spec.condition
    return by_class and not other.config.conditional and same_pictures(chosen, other)


def readable_names(entry: Entry) -> list[str]:
    """What the classifier of the model's pictures tells."""
    return list(metrics.names_of(entry.config.data, entry.fingerprint))


def heading(chosen: Entry | str) -> str:
    """What the page is called with a model."""
    if isinstance(chosen, str) or chosen.config.data == "digits":
        return "Digits"
    return "Conditions" if chosen.spec.condition else "Classes"


def accuracy_of(entry: Entry) -> float | None:
    """The share of real test pictures that the classifier names rightly, by its card."""
    try:
        card = metrics.card_of(entry.config.data, entry.fingerprint)
    except GanError:
        return None
    return card.test_accuracy if card and isinstance(card.test_accuracy, float) else None


# Layout

title, picker = st.columns([1, 2], vertical_alignment="center")
entries, _ = all_entries()
with picker:
    chosen = choose_model(default_model(entries), fits=asks)  # a model without classes is not carried over to here
title.title(heading(chosen), anchor=False)
if isinstance(chosen, str):
    no_model(chosen)
else:
    names, reader = readable_names(chosen), own_reader(chosen)
    digits(
        chosen.id,
        **told(chosen),
        embedding=network_traits(chosen.config.network).class_embedding and not chosen.spec.condition,
        mixable=chosen.spec.condition_dtype == "uint8",
        names=names,
        classified=bool(names),
        attributes=metrics.attributes_available(chosen.config.data, chosen.fingerprint),
        reader=reader,
        accuracy=accuracy_of(chosen) if names else None,
        rivals=[{"id": entry.id, "title": entry.title} for entry in entries if is_rival(chosen, entry)],
        conditionals=[{"id": entry.id, "title": entry.title} for entry in entries if asks(entry)],
    )
