"""What is drawn of methods that turn one picture into another."""

from __future__ import annotations

from dataclasses import replace

from pipelines.described import Series, Title, View
from pipelines.methods._adversarial import SERIES, VIEWS

_TRUTH = "How far G's picture is from the true one. It falls also where the picture becomes blurred."
_CONTENT = "How far G's picture is from the true one in what the data set's classifier sees, squared."
_LAYERS = "How far D's layers see G's picture from the true one, summed over the layers."
_STYLE = (
    "How far the styles that the encoder reads from true pictures are from N(0, 1), of which z is drawn later: what a "
    "style says of its picture, in nats."
)
_CYCLE = "How far a picture is from itself after it went to the other domain and back. Pixels reach from -1 to 1."
_IDENTITY = "How far G changes a picture that is of its own domain already. Pixels reach from -1 to 1."
_BACK = "Of the two networks that go back, from the picture to its condition."
_ADVERSARIAL = ("d_loss", "g_loss", "d_real", "d_fake", "grad_d")  # that only a trained D gives

_RECONSTRUCTION = View(
    "reconstruction", "truth", "To the truth", "mean absolute difference", _TRUTH, from_zero=True,
    titles=(Title("G's picture is {reconstruction:.2g} from the true one"),),
)  # fmt: skip

PAIRED_VIEWS = (
    *VIEWS[:2],
    _RECONSTRUCTION,
    View(
        "content", "truth", "To the truth", "squared difference of features", _CONTENT, from_zero=True,
        titles=(Title("The classifier sees a difference of {content:.2g}"),),
    ),
    View(
        "layer_matching", "truth", "To the truth", "difference in D's layers", _LAYERS, from_zero=True,
        titles=(Title("D's layers see a difference of {layer_matching:.2g}"),),
    ),
    *VIEWS[2:],
)  # fmt: skip

PAIRED_SERIES = (
    *(replace(one, setting="adversarial") if one.name in _ADVERSARIAL else one for one in SERIES),
    Series("reconstruction", "reconstruction", "difference", "fake", "in pixels", _TRUTH, "reconstruction"),
    Series("content", "content", "content", "fake", "in content", _CONTENT, "content"),
    Series("layer_matching", "layer_matching", "D's layers", "d", "in D's layers", _LAYERS, "layer_matching"),
)

STYLE_VIEW = View(
    "kl", "style", "Style", "nats", _STYLE, from_zero=True, titles=(Title("A style says {kl:.2g} nats of its picture"),)
)
STYLE_SERIES = (
    Series("kl", "kl", "style", "g", "of styles", _STYLE, "kl"),
    Series("grad_s", "gradient norm", "encoder", "fake", "gradient of the encoder", setting="kl"),
)

CYCLE_VIEWS = (
    *VIEWS[:2],
    View("losses_back", "losses", "Loss", "loss", _BACK, log="choice"),
    View(
        "cycle", "cycle", "There and back", "mean absolute difference", _CYCLE, from_zero=True,
        titles=(Title("A picture comes back {cycle:.2g} away, its condition {cycle_back:.2g}"),),
    ),
    View(
        "identity", "cycle", "There and back", "mean absolute difference", _IDENTITY, from_zero=True,
        titles=(Title("A picture of its own domain is changed by {identity:.2g}"),),
    ),
    *VIEWS[2:3],
)  # fmt: skip

CYCLE_SERIES = (
    *(one for one in SERIES if not one.setting),
    Series("d_loss_back", "losses_back", "D back", "d", "of D back", _BACK),
    Series("g_loss_back", "losses_back", "G back", "g", "of G back", _BACK),
    Series("cycle", "cycle", "picture", "real", "of pictures", _CYCLE),
    Series("cycle_back", "cycle", "condition", "fake", "of conditions", _CYCLE),
    Series("identity", "identity", "identity", "g", "of its own domain", _IDENTITY, "identity"),
    Series("grad_b", "gradient norm", "G back", "fake", "gradient of G back", _BACK),
    Series("grad_e", "gradient norm", "D back", "real", "gradient of D back", _BACK),
)


def squared() -> tuple[tuple[View, ...], tuple[Series, ...]]:
    """Views and series of a method with pairs whose difference from the truth is squared."""
    other = replace(_RECONSTRUCTION, axis="mean squared difference")
    return tuple(other if view is _RECONSTRUCTION else view for view in PAIRED_VIEWS), PAIRED_SERIES
