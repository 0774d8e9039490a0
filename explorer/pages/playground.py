"""A small GAN on points in the plane, trained a step at a time or live."""

from dataclasses import asdict

import streamlit as st

from explorer.widgets.stage import stage
from pipelines.playground import settings
from pipelines.registries import LOSSES, loss_traits

# Parts


def on_offer() -> list[dict[str, object]]:
    """Every setting as the page's script takes it."""
    rest = settings.PlaneConfig().to_dict()
    return [
        {
            "name": name, "label": settings.label_of(name), "help": rule.help, "choices": rule.choices, "low": rule.low,
            "high": rule.high, "whole": settings.TYPES[name] is int, "rest": rest[name],
            **asdict(settings.OFFERED[name]),
        }
        for name, rule in settings.SETTINGS.items()
    ]  # fmt: skip


# Layout

st.title("Playground", anchor=False)
stage("playground", "A GAN in the plane", "findings")(
    "",
    settings=on_offer(),
    shapes=settings.DATA,
    formulas={name: loss_traits(name).formulas for name in LOSSES.names()},
    losses={name: LOSSES.describe(name) for name in LOSSES.names()},
    smoothable=[name for name in LOSSES.names() if loss_traits(name).label_smoothing],
    need_bounded_slope=[name for name in LOSSES.names() if loss_traits(name).needs_bounded_slope],
    most_drawn=settings.MOST_DRAWN,
)
