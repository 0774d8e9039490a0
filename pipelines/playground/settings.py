"""What can be set in the plane: frozen, checked, plain; needs no torch, so that a page can show it."""

from __future__ import annotations

import base64
import binascii
import dataclasses
from dataclasses import dataclass
from typing import Any

from pipelines.config.settings import Setting, setting
from pipelines.errors import ConfigError
from pipelines.registries import LOSSES, loss_traits

DATA = {
    "ring": "Ring of 8 Gaussians",
    "grid": "Grid of 25 Gaussians",
    "spirals": "Two spirals",
    "moons": "Two moons",
    "line": "A line",
    "bands": "Two bands",
    "drawing": "Your own drawing",
}
MOST_DRAWN = 400  # points of a drawing
DRAWN_STEPS = 255  # a drawing's places between -1 and 1, so that a point is two bytes in a link


@dataclass(frozen=True)
class PlaneConfig:
    """Everything that decides a game. Same values and the same actions: the same numbers, on a CPU."""

    data: str = setting("ring", "Data", "What is to be learnt.", tuple(DATA))
    drawing: str = setting("", "Data", "The points of a drawing, two bytes each, as base64 for addresses.")
    seed: int = setting(0, "Data", "Seed of all random numbers.", low=0, high=2**31 - 1)

    loss: str = setting("non-saturating", "Loss", "What D and G minimise.", LOSSES.names())
    told: str = setting(
        "nothing", "Loss",
        "What G is told of a real point. x: G draws only y for it, and D judges the two together, as in translation "
        "of pictures.",
        ("nothing", "x"), label="G is told",
    )  # fmt: skip
    adversarial: float = setting(
        1.0, "Loss", "Weight of G's loss from D. 0: G learns from the squared error alone.", low=0.0, high=1.0,
        label="Weight of D's opinion",
    )  # fmt: skip
    error: float = setting(
        0.0, "Loss", "Weight of the squared error between G's y and that of the real point of the same x.",
        low=0.0, high=100.0, label="Squared error",
    )  # fmt: skip
    smoothing: float = setting(
        0.0, "Loss", "One-sided: D's target for real points is 1 minus this. Only for cross-entropy losses.",
        low=0.0, high=0.5, label="Label smoothing",
    )  # fmt: skip
    gradient_penalty: float = setting(
        0.0, "Loss", "Weight of WGAN-GP's penalty: it keeps the norm of D's gradient between real and fake near 1.",
        low=0.0, high=100.0, label="Gradient penalty",
    )  # fmt: skip
    r1: float = setting(
        0.0, "Loss", "Weight of R1, a penalty on D's gradient at real points: it damps oscillation.",
        low=0.0, high=100.0, label="R1 penalty",
    )  # fmt: skip
    clip: float = setting(
        0.0, "Loss", "WGAN: D's weights are clipped to plus or minus this after each step; 0 is off.",
        low=0.0, high=1.0, label="Weight clipping",
    )  # fmt: skip

    optimizer: str = setting(
        "adam", "Steps", "Optimisation algorithm of both networks.", ("adam", "sgd"), label="Optimiser"
    )
    lr_d: float = setting(2e-3, "Steps", "Size of D's steps.", low=0.0, high=10.0, label="Learning rate of D")
    lr_g: float = setting(1e-3, "Steps", "Size of G's steps.", low=0.0, high=10.0, label="Learning rate of G")
    d_steps: int = setting(1, "Steps", "D steps before each G step.", low=1, high=10, label="D steps per G step (k)")
    batch: int = setting(128, "Steps", "Real points and fakes in one step.", low=4, high=512, label="Batch")

    prior: str = setting("gaussian", "Networks", "Distribution of z.", ("gaussian", "uniform"), label="Prior of z")
    latent_size: int = setting(2, "Networks", "Length of z. With one number G can only draw a line.", low=1, high=16,
                               label="Latent size (z)")  # fmt: skip
    g_depth: int = setting(2, "Networks", "Hidden layers of G.", low=0, high=5, label="Depth of G")
    g_width: int = setting(48, "Networks", "Units in a hidden layer of G.", low=2, high=128, label="Width of G")
    d_depth: int = setting(2, "Networks", "Hidden layers of D; without any, its border is a straight line.",
                           low=0, high=5, label="Depth of D")  # fmt: skip
    d_width: int = setting(48, "Networks", "Units in a hidden layer of D.", low=2, high=128, label="Width of D")

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return dataclasses.asdict(self)

    def changed(self, /, **changes: Any) -> PlaneConfig:
        """A checked copy with some values changed; raises as ``from_dict``."""
        return from_dict({**self.to_dict(), **changes})


SETTINGS: dict[str, Setting] = {f.name: f.metadata["setting"] for f in dataclasses.fields(PlaneConfig)}
TYPES: dict[str, type] = {
    f.name: {"str": str, "int": int, "float": float}[f.type] for f in dataclasses.fields(PlaneConfig)
}
WORDS = {int: "a whole number", float: "a number", str: "a text"}


def label_of(name: str) -> str:
    """What a person calls a setting."""
    return SETTINGS[name].label or name.replace("_", " ").capitalize()


def from_dict(values: dict[str, Any]) -> PlaneConfig:
    """A checked configuration from plain values; those that are missing take their defaults.

    Raises:
        ConfigError: a name is none, or a value has the wrong type or lies outside its range; one sentence.
    """
    checked = {}
    for name, value in values.items():
        if name not in SETTINGS:
            raise ConfigError(f"There is no setting named {str(name)[:40]!r}; there are: {', '.join(SETTINGS)}.")
        checked[name] = _checked(name, value)
    config = PlaneConfig(**checked)
    if config.data == "drawing" and not places(config.drawing):
        raise ConfigError("A drawing needs at least one point: draw in the plane first.")
    if config.told == "nothing" and (config.error or config.adversarial != 1.0):
        raise ConfigError(
            "An error compares two y of the same x, which G is not told: let G be told x, or set the squared error to "
            "0 and the weight of D's opinion to 1."
        )
    if not (config.error or config.adversarial):
        raise ConfigError("G has nothing to learn from: raise the weight of D's opinion or of the squared error.")
    if config.smoothing and not loss_traits(config.loss).label_smoothing:
        raise ConfigError(
            f"Label smoothing moves the target of a cross-entropy, and the loss {config.loss!r} has none: set it to 0."
        )
    return config


def places(drawing: str) -> list[tuple[float, float]]:
    """A drawing's points, each coordinate in [-1, 1].

    Raises:
        ConfigError: the text is no drawing, or holds more than ``MOST_DRAWN`` points.
    """
    try:
        packed = base64.b64decode(drawing + "=" * (-len(drawing) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ConfigError("This drawing cannot be read: it is not base64.") from None
    if len(packed) % 2 or len(packed) > 2 * MOST_DRAWN:
        raise ConfigError(f"This drawing cannot be read: it must have two bytes a point, at most {MOST_DRAWN} points.")
    values = [2 * byte / DRAWN_STEPS - 1 for byte in packed]
    return list(zip(values[::2], values[1::2], strict=True))


def packed(points: list[tuple[float, float]]) -> str:
    """The text of a drawing: points in [-1, 1], to the nearest of 256 places each way."""
    whole = [round((min(1.0, max(-1.0, value)) + 1) / 2 * DRAWN_STEPS) for point in points for value in point]
    return base64.urlsafe_b64encode(bytes(whole)).decode().rstrip("=")


def _checked(name: str, value: Any) -> Any:
    rule, kind = SETTINGS[name], TYPES[name]
    said = f"{label_of(name)} is {str(value)[:40]!r}"
    if isinstance(value, bool) or not isinstance(value, (int, float) if kind is float else kind):
        raise ConfigError(f"{said}; it must be {WORDS[kind]}.")
    if rule.choices and value not in rule.choices:
        raise ConfigError(f"{said}; choose one of: {', '.join(map(str, rule.choices))}.")
    if kind is str:
        return value
    if not rule.low <= value <= rule.high:  # nor is what is not finite, or beyond all floats
        raise ConfigError(f"{said}; it must lie between {rule.low:g} and {rule.high:g}.")
    return kind(value)
