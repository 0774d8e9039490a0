"""What a setting chooses by name: the registries of data sets, modalities, networks, losses, methods and launchers.

An entry is a file of the package that its registry names; the docstring of that package says what the file offers.
What an entry states of itself, its traits, is read here without importing it. This module imports none of those
packages, so that the configuration, which all of them import, can consult it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from pipelines.errors import ConfigError, DataError, GanError, RunError
from pipelines.paths import PROJECT
from pipelines.registry import Registry

WORDS = r"^[A-Za-z][A-Za-z ]{0,39}\Z"  # what a loss may call D's output


def _registry(package: str, kind: str, error: type[GanError]) -> Registry:
    return Registry(f"pipelines.{package}", str(PROJECT / "pipelines" / package / "__init__.py"), kind, error)


DATA_SETS = _registry("data", "data set", DataError)
MODALITIES = _registry("modalities", "modality", DataError)
NETWORKS = _registry("networks", "network", ConfigError)
LOSSES = _registry("objectives", "loss", ConfigError)
METHODS = _registry("methods", "method", ConfigError)
LAUNCHERS = _registry("launchers", "launcher", RunError)


@dataclass(frozen=True)
class NetworkTraits:
    """What the rest of the project knows of a family: the constants of its file, by their names in small letters.

    Where something holds at some sizes only, those are stated; else True or False.
    """

    sizes: tuple[int, ...] | None = None  # heights and widths that it can draw; None: all that a run may have
    d_batch_norm: bool | tuple[int, ...] = False  # whether D has batch norm where ``d_norm`` is "batch"
    d_dropout: bool | tuple[int, ...] = False  # whether D has dropout
    mapping: bool = False  # whether G has a mapping network that gives a style for each layer
    z_norm: bool = False  # whether G sees the direction of z alone: its length, and so truncation of z, changes nothing
    translates: bool = False  # whether G reads a picture, its condition, and draws another
    residual: bool = False  # whether ``global_residual`` adds that to what it draws
    patches: bool = False  # whether D judges patches, or with ``image_gan`` whole pictures
    z_role: Literal["smooth", "dropout", "none"] = "smooth"  # pictures change with z little by little; or it decides
    # what is dropped, and changes nothing without dropout; or it changes nothing, so that a condition has one picture
    grows: bool = False  # whether its resolution grows, in stages of ``growth`` pictures
    attention: bool = False  # whether G has self-attention, which ``_attention.attention_maps`` shows
    class_embedding: bool = False  # whether G reads a class by one linear embedding, which all its layers share
    standing_statistics: bool = False  # whether samples are drawn with statistics computed anew (``_standing.py``)
    bf16: bool = True  # whether bf16 may be faster than fp32 where the processor computes it natively

    @property
    def smooth_z(self) -> bool:
        """Whether pictures change with z little by little."""
        return self.z_role == "smooth"

    def z_changes(self, dropout: float) -> bool:
        """Whether z changes pictures at all, with so much dropout in G."""
        return self.smooth_z or (self.z_role == "dropout" and dropout > 0)

    def has(self, what: str, size: int) -> bool:
        """Whether the family has ``d_batch_norm`` or ``d_dropout`` at a size."""
        stated = getattr(self, what)
        return stated if isinstance(stated, bool) else size in stated


@dataclass(frozen=True)
class LossTraits:
    """What the rest of the project knows of a loss: the constants of its file, by their names in small letters."""

    d_output: str  # what D's output is, in a word that is shown: "probability" (of being real), "score", "distance" ...
    formulas: dict[str, str]  # of what D and G minimise, for a person, by "D" and "G"
    real_is_higher: bool = True  # whether D's output is to be higher for real pictures than for fakes
    balance: float | None = None  # D's output where it cannot tell real from fake; None where it has no such value
    d_loss_at_balance: float | None = None  # D's loss there; None where it has no such value
    label_smoothing: bool = False  # whether ``d_loss`` takes ``smoothing``
    needs_bounded_slope: bool = False  # whether it holds only for a D whose slope is bounded
    g_sees_real: bool = False  # whether ``g_loss`` takes the logits of real pictures too
    saturates: bool = False  # whether G's loss is flat where D is sure that the fakes are fake
    stays_steep: bool = False  # whether it is steep there, and D's output has no value to rest at
    g_loss_misleads: bool = False  # whether G's loss may rise while its pictures improve
    level: str = "g_loss"  # the loss that has a level of its own and so shows swings: "g_loss" or "d_loss"

    @property
    def says_probability(self) -> bool:
        """Whether D's output is a probability of being real."""
        return self.d_output == "probability"


@dataclass(frozen=True)
class MethodTraits:
    """What the rest of the project knows of a method: the constants of its file, by their names in small letters."""

    sampler: str = "generator"  # the player that draws the samples
    critic: str = "discriminator"  # the player whose opinion of samples is asked
    publishes: Mapping[str, str] = field(default_factory=dict)  # further players of a model; see ``pipelines/methods``
    uses: tuple[str, ...] | None = None  # the settings of the objective that it reads; None: not stated
    translates: bool = False  # whether each fake is drawn of one condition, a picture that G reads
    pairs: bool = True  # whether it is told which condition belongs to a picture; False: both are domains of their own


@dataclass(frozen=True)
class LauncherTraits:
    """What the rest of the project knows of a launcher: the constants of its file, by their names in small letters."""

    here: bool = False  # whether it is this computer, so that a command that waits for a run may train it itself


@cache
def network_traits(name: str) -> NetworkTraits:
    """The traits of a network family; raises ``ConfigError`` where there is no such family."""
    return NETWORKS.traits(name, NetworkTraits)


@cache
def loss_traits(name: str) -> LossTraits:
    """The traits of a loss.

    Raises:
        ConfigError: there is no such loss, or its file does not state what it must.
    """
    found = LOSSES.traits(name, LossTraits)
    if not re.search(WORDS, found.d_output):  # pages show it, and a run keeps it
        raise ConfigError(
            f"The loss {name!r} calls D's output {found.d_output!r} (D_OUTPUT); it may have 40 letters and spaces at "
            "most."
        )
    return found


@cache
def launcher_traits(name: str) -> LauncherTraits:
    """The traits of a launcher; raises ``RunError`` where there is no such launcher."""
    return LAUNCHERS.traits(name, LauncherTraits)


def method_traits(name: str) -> MethodTraits:
    """The traits of a method; raises ``ConfigError`` where there is no such method."""
    return METHODS.traits(name, MethodTraits)


def sampler_of(method: str) -> str:
    """The player of a method that draws the samples; raises ``ConfigError`` where there is no such method."""
    return method_traits(method).sampler


def critic_of(method: str) -> str:
    """The player whose opinion of samples is asked; raises ``ConfigError`` where there is no such method."""
    return method_traits(method).critic


def stated_by(data_set: str) -> Mapping[str, Any]:
    """The constants of a data set's file, by name; none of a set that is not here any more."""
    return DATA_SETS.constants(data_set) if data_set in DATA_SETS.names() else {}


def modality_of(data_set: str) -> str:
    """What an example of a data set is: ``image``, or another of ``pipelines.modalities``.

    Raises:
        DataError: there is no such set.
    """
    return DATA_SETS.constants(data_set).get("MODALITY", "image")
