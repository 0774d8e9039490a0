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


RATES = (0, 1e-4, 3e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.3, 1)
WEIGHTS = (0, 0.01, 0.1, 0.5, 1, 5, 10)
DEPTHS, WIDTHS = (0, 1, 2, 3, 4, 5), (4, 8, 16, 32, 48, 64, 96, 128)


@dataclass(frozen=True)
class Offered:
    """How the page offers a setting.

    Args:
        values: to choose from; others that fit can be given in an address.
        short: its name in a word or two, where there is little room; "": its label.
        zero: what the value 0 is called; "": 0.
        player: whose it is: "d", "g", or "" of neither.
        folded: whether it is a click away, so that few are seen at once.
    """

    values: tuple[Any, ...] = ()
    short: str = ""
    zero: str = ""
    player: str = ""
    folded: bool = False


def _offered(
    default: Any, group: str, help: str, choices: tuple[str, ...] = (), *, values: tuple[float, ...] = (),
    short: str = "", zero: str = "", player: str = "", folded: bool = False, **more: Any,
) -> Any:  # fmt: skip
    """A field that carries a ``Setting`` and how it is offered."""
    made = setting(default, group, help, choices, **more)
    offered = Offered(values or tuple(choices), short, zero, player, folded)
    return dataclasses.field(default=default, metadata={**made.metadata, "offered": offered})


@dataclass(frozen=True)
class PlaneConfig:
    """Everything that decides a game. Same values and the same actions: the same numbers, on a CPU."""

    data: str = _offered("ring", "Data", "What is to be learnt.", tuple(DATA))
    drawing: str = _offered("", "Data", "The points of a drawing, two bytes each, as base64 for addresses.")
    seed: int = _offered(0, "Data", "Seed of all random numbers.", low=0, high=2**31 - 1)

    loss: str = _offered("non-saturating", "Loss", "What D and G minimise.", LOSSES.names())
    told: str = _offered(
        "nothing", "Loss",
        "What G is told of a real point. x: G draws only y for it, and D judges the two together, as in translation "
        "of pictures.",
        ("nothing", "x"), label="G is told", short="told", folded=True,
    )  # fmt: skip
    adversarial: float = _offered(
        1.0, "Loss", "Weight of G's loss from D. 0: G learns from the squared error alone.", low=0.0, high=1.0,
        label="Weight of D's opinion", values=(0, 0.01, 0.1, 0.3, 1), short="D's opinion", zero="off", folded=True,
    )  # fmt: skip
    error: float = _offered(
        0.0, "Loss", "Weight of the squared error between G's y and that of the real point of the same x.",
        low=0.0, high=100.0, label="Squared error", values=WEIGHTS, short="squared error", zero="off", folded=True,
    )  # fmt: skip
    smoothing: float = _offered(
        0.0, "Loss", "One-sided: D's target for real points is 1 minus this. Only for cross-entropy losses.",
        low=0.0, high=0.5, label="Label smoothing", values=(0, 0.1, 0.2, 0.3), short="smoothing", zero="off",
        folded=True,
    )  # fmt: skip
    gradient_penalty: float = _offered(
        0.0, "Loss", "Weight of WGAN-GP's penalty: it keeps the norm of D's gradient between real and fake near 1.",
        low=0.0, high=100.0, label="Gradient penalty", values=WEIGHTS, short="penalty", zero="off",
    )  # fmt: skip
    r1: float = _offered(
        0.0, "Loss", "Weight of R1, a penalty on D's gradient at real points: it damps oscillation.",
        low=0.0, high=100.0, label="R1 penalty", values=WEIGHTS, zero="off", folded=True,
    )  # fmt: skip
    clip: float = _offered(
        0.0, "Loss", "WGAN: D's weights are clipped to plus or minus this after each step; 0 is off.",
        low=0.0, high=1.0, label="Weight clipping", values=(0, 0.01, 0.05, 0.1, 0.5), short="clipping", zero="off",
        folded=True,
    )  # fmt: skip

    optimizer: str = _offered(
        "adam", "Steps", "Optimisation algorithm of both networks.", ("adam", "sgd"), label="Optimiser", folded=True
    )
    lr_d: float = _offered(
        2e-3, "Steps", "Size of D's steps.", low=0.0, high=10.0, label="Learning rate of D", values=RATES,
        short="rate of D", zero="0 (stands still)", player="d",
    )  # fmt: skip
    lr_g: float = _offered(
        1e-3, "Steps", "Size of G's steps.", low=0.0, high=10.0, label="Learning rate of G", values=RATES,
        short="rate of G", zero="0 (stands still)", player="g",
    )  # fmt: skip
    d_steps: int = _offered(
        1, "Steps", "D steps before each G step.", low=1, high=10, label="D steps per G step (k)",
        values=(1, 2, 3, 5, 10), short="k",
    )  # fmt: skip
    batch: int = _offered(
        128, "Steps", "Real points and fakes in one step.", low=4, high=512, label="Batch",
        values=(8, 16, 32, 64, 128, 256, 512), folded=True,
    )  # fmt: skip

    prior: str = _offered(
        "gaussian", "Networks", "Distribution of z.", ("gaussian", "uniform"), label="Prior of z", folded=True
    )
    latent_size: int = _offered(
        2, "Networks", "Length of z. With one number G can only draw a line.", low=1, high=16,
        label="Latent size (z)", values=(1, 2, 3, 4, 8, 16), short="z", folded=True,
    )  # fmt: skip
    g_depth: int = _offered(
        2, "Networks", "Hidden layers of G.", low=0, high=5, label="Depth of G", values=DEPTHS, short="depth G",
        player="g",
    )  # fmt: skip
    g_width: int = _offered(
        48, "Networks", "Units in a hidden layer of G.", low=2, high=128, label="Width of G", values=WIDTHS,
        short="width G", player="g",
    )  # fmt: skip
    d_depth: int = _offered(
        2, "Networks", "Hidden layers of D; without any, its border is a straight line.", low=0, high=5,
        label="Depth of D", values=DEPTHS, short="depth D", player="d",
    )  # fmt: skip
    d_width: int = _offered(
        48, "Networks", "Units in a hidden layer of D.", low=2, high=128, label="Width of D", values=WIDTHS,
        short="width D", player="d",
    )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return dataclasses.asdict(self)

    def changed(self, /, **changes: Any) -> PlaneConfig:
        """A checked copy with some values changed; raises as ``from_dict``."""
        return from_dict({**self.to_dict(), **changes})


SETTINGS: dict[str, Setting] = {f.name: f.metadata["setting"] for f in dataclasses.fields(PlaneConfig)}
OFFERED: dict[str, Offered] = {f.name: f.metadata["offered"] for f in dataclasses.fields(PlaneConfig)}
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
