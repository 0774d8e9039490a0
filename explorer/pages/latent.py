"""Explore what a GAN has learnt: one large picture, moved along directions of its latent space while one drags."""

import streamlit as st

from explorer.messages import without_paths
from explorer.saved_directions import directions
from explorer.widgets.model_picker import choose_model, no_model, told
from explorer.widgets.own_reader import own_reader
from explorer.widgets.stage import stage
from explorer.widgets.text import literal
from pipelines import data, metrics
from pipelines.errors import GanError
from pipelines.models.registry import Entry
from pipelines.registries import loss_traits, network_traits

# Parts


def wanted_of(entry: Entry) -> dict[str, object]:
    """Which pictures a model was trained on, as ``data.load`` takes them."""
    return entry.config.pictures


def has_labels(entry: Entry) -> bool:
    """Whether directions to what a classifier tells can be found; of classes that are asked for there are none."""
    return bool(metrics.names_of(entry.config.data, entry.fingerprint)) and not entry.config.conditional


def unjudged(entry: Entry) -> str:
    """Why D's opinion of a model's pictures cannot be asked, in a sentence; "" where it can be."""
    if entry.spec.modality != "image":
        return f"D judges what G draws ({entry.spec.modality}), and not pictures of it, so no opinion is shown."
    if entry.run is None and not (entry.folder / "discriminator.safetensors").is_file():
        return "The model comes without its discriminator, so there is no opinion to ask for."
    if not entry.config.adversarial:
        return "The run trains no discriminator (adversarial is 0), so there is no opinion to ask for."
    return ""


def is_prepared(entry: Entry) -> bool:
    """Whether a model's training pictures are on this machine."""
    try:
        return data.is_prepared(entry.config.data, **wanted_of(entry))
    except GanError:
        return False


def prepare(entry: Entry, place: st.delta_generator.DeltaGenerator) -> bool:
    """Bring a model's training pictures, and the test pictures they are compared with, to this machine."""
    name = entry.config.data
    bar = place.progress(0.0, text=f"Preparing {literal(name)} …")

    def progress(share: float, message: str) -> None:
        bar.progress(min(1.0, max(0.0, share)), text=literal(without_paths(message)))

    try:
        wanted = wanted_of(entry)
        for split in data.splits(name, folder=wanted["folder"], held_out=wanted["held_out"]):
            data.load(name, **wanted, split=split, progress=progress)
    except GanError as error:
        place.error(literal(without_paths(str(error))), icon=":material/error:")
        return False
    return True


# Layout

heading, picker, news = st.columns([1, 1.6, 1], vertical_alignment="bottom")
heading.title("Latent space", anchor=False)
with picker:
    entry = choose_model("faces")
if isinstance(entry, str):
    no_model(entry)
else:
    config, reader = entry.config, own_reader(entry)
    wish = stage("latent", "Latent space")(
        entry.id, size=config.size, channels=config.channels, latent=config.latent_size, prior=config.prior,
        data=config.data, reader=reader, prepared=is_prepared(entry), labelled=has_labels(entry), steered=entry.steers,
        pictures=entry.spec.modality == "image", unjudged=unjudged(entry), **told(entry),
        probability=loss_traits(config.loss).says_probability, length=not network_traits(config.network).z_norm,
        attention=network_traits(config.network).attention, styles=network_traits(config.network).mapping,
        stages=network_traits(config.network).grows,
        saved=[{"id": one["definition"], "name": one["name"], "kind": "saved"} for one in directions(entry.id)],
    )  # fmt: skip
    if wish and wish.get("prepare") == entry.id and prepare(entry, news):
        st.rerun()  # the part that moves looks again
