"""The cures that lecture notes and papers name, each as changes of settings; only what fits a run is proposed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pipelines.config.checking import batch_norm_in_d, problems
from pipelines.config.settings import as_word
from pipelines.config.train_config import SETTINGS, TrainConfig, label_of
from pipelines.doctor._finding import Remedy
from pipelines.registries import loss_traits, network_traits

Changes = dict[str, Any]


class Cure(NamedTuple):
    """A cure; ``changes`` gives None where it makes no sense for a configuration."""

    name: str
    why: str
    source: str
    changes: Callable[[TrainConfig], Changes | None]


def _plain_d(config: TrainConfig) -> Changes:
    """What a penalty of D's slope needs beside it: a D without batch norm, which mixes the pictures of a batch."""
    return {"d_norm": "none"} if batch_norm_in_d(config) else {}


def _slower_d(config: TrainConfig) -> Changes | None:
    """D at half of G's rate or below."""
    return {"lr_d": config.lr_g / 2} if config.lr_d > config.lr_g else {"lr_d": config.lr_d / 4}


CURES: dict[str, Cure] = {
    "non-saturating": Cure(
        "the non-saturating loss",
        "G then maximises log D(G(z)), which is steep exactly where D wins.",
        "Goodfellow et al. 2014, section 3",
        lambda config: {"loss": "non-saturating"} if loss_traits(config.loss).saturates else None,
    ),
    "gradient-penalty": Cure(
        "the Wasserstein loss with gradient penalty",
        "A critic of bounded slope does not saturate, however certain it is.",
        "Gulrajani et al. 2017",
        lambda config: (
            None
            if config.loss == "wasserstein" and config.gradient_penalty
            else {
                "loss": "wasserstein",
                "gradient_penalty": 10.0,
                "weight_clip": 0.0,
                "label_smoothing": 0.0,
                "r1": 0.0,
                "lr_g": min(config.lr_g, 2e-4),
                "lr_d": min(config.lr_d, 2e-4),
                "optimizer": "adam",
                "beta1": 0.0,
                "beta2": 0.9,
                **_plain_d(config),
            }
        ),
    ),
    "r1": Cure(
        "the R1 penalty",
        "It flattens D where real pictures lie, so that D and G oscillate less.",
        "Mescheder et al. 2018",
        lambda config: (
            None
            if config.r1 or config.gradient_penalty or config.weight_clip
            else {"r1": 0.1 if config.size == 28 else 0.5, **_plain_d(config)}
        ),
    ),
    "spectral-norm": Cure(
        "spectral normalisation of D",
        "It bounds D's slope everywhere, so that D does not get too far ahead of G.",
        "Miyato et al. 2018",
        lambda config: None if config.weight_clip or config.d_norm == "spectral" else {"d_norm": "spectral"},
    ),
    "label-smoothing": Cure(
        "one-sided label smoothing of 0.1",
        "D is asked for 0.9 instead of 1 of real pictures, and is never quite certain.",
        "Salimans et al. 2016; lecture notes",
        lambda config: None if config.label_smoothing else {"label_smoothing": 0.1},
    ),
    "instance-noise": Cure(
        "instance noise",
        "Noise on all that D sees, fading as it trains, lets real and fake overlap, so D cannot win early.",
        "Sønderby et al. 2017; Arjovsky and Bottou 2017",
        lambda config: None if getattr(config, "instance_noise", 0.0) else {"instance_noise": 0.3},
    ),
    "dropout": Cure(
        "dropout in D",
        "A D that loses a part of its features at each step cannot become certain.",
        "Isola et al. 2017; lecture notes",
        lambda config: None if config.dropout or not _has_dropout(config) else {"dropout": 0.4},
    ),
    "slower-d": Cure(
        "a slower D",
        "With a lower learning rate D no longer runs ahead of G (two time scales).",
        "Heusel et al. 2017",
        _slower_d,
    ),
    "one-d-step": Cure(
        "one D step per G step",
        "D is trained no oftener than G.",
        "Goodfellow et al. 2014, algorithm 1",
        lambda config: (
            {"d_steps": 1} if config.d_steps > 1 and not loss_traits(config.loss).needs_bounded_slope else None
        ),
    ),
    "faster-d": Cure(
        "a faster D",
        "A higher learning rate lets D keep up with G (two time scales).",
        "Heusel et al. 2017",
        lambda config: {"lr_d": 2 * config.lr_g} if config.lr_d < config.lr_g else {"lr_d": 2 * config.lr_d},
    ),
    "more-d-steps": Cure(
        "more D steps",
        "Several D steps for each step of G bring D nearer to its best.",
        "Goodfellow et al. 2014, k",
        lambda config: {"d_steps": min(20, max(2, 2 * config.d_steps))},
    ),
    "slower-g": Cure(
        "a slower G",
        "With a lower learning rate G no longer runs away from D (two time scales).",
        "Heusel et al. 2017",
        lambda config: {"lr_g": config.lr_g / 4},
    ),
    "slower-both": Cure(
        "lower learning rates",
        "Both take smaller steps, so neither loses what it has learnt.",
        "lecture notes: sensitivity to hyperparameters",
        lambda config: {"lr_g": min(config.lr_g / 4, 1e-3), "lr_d": min(config.lr_d / 4, 1e-3)},
    ),
    "calm-adam": Cure(
        "Adam with less momentum",
        "Momentum carries each network past the point at which the other has changed direction.",
        "Radford et al. 2016; Gidel et al. 2019",
        lambda config: (
            {"optimizer": "adam", "beta1": 0.0 if config.r1 or config.gradient_penalty else 0.5}
            if config.optimizer == "nadam" or (config.optimizer in ("adam", "sgd") and config.beta1 > 0.5)
            else None
        ),
    ),
    "minibatch-stddev": Cure(
        "minibatch standard deviation",
        "D also sees how much the pictures of a batch differ, and rejects one-sided batches.",
        "Karras et al. 2018; after Salimans et al. 2016",
        lambda config: {"minibatch": "stddev"} if getattr(config, "minibatch", "") == "none" else None,
    ),
    "minibatch-discrimination": Cure(
        "minibatch discrimination",
        "D compares the pictures of a batch with each other, and rejects batches that are too similar.",
        "Salimans et al. 2016; lecture notes",
        lambda config: {"minibatch": "discrimination"} if getattr(config, "minibatch", "") == "none" else None,
    ),
    "feature-matching": Cure(
        "feature matching",
        "G matches the mean of D's inner features over a batch, not D's verdict, which it could chase.",
        "Salimans et al. 2016; lecture notes",
        lambda config: None if getattr(config, "feature_matching", False) else {"feature_matching": True},
    ),
    "replay": Cure(
        "experience replay",
        "D also sees old fakes again, so it does not forget what G has left behind.",
        "lecture notes; Shrivastava et al. 2017",
        lambda config: None if getattr(config, "replay", 0.0) else {"replay": 0.5},
    ),
    "diffaugment": Cure(
        "differentiable augmentation",
        "D sees every picture changed at random, so it cannot memorise a small set.",
        "Zhao et al. 2020",
        lambda config: {"augment": "diffaugment"} if config.augment != "diffaugment" else None,
    ),
    "translation": Cure(
        "augmentation of what D sees",
        "D sees every picture shifted at random, so it cannot memorise a small set.",
        "Zhao et al. 2020",
        lambda config: {"augment": "translation"} if config.augment == "none" else None,
    ),
    "fp32": Cure(
        "full precision",
        "fp32 keeps small differences that bf16 rounds away.",
        "Micikevicius et al. 2018",
        lambda config: {"precision": "fp32"} if config.precision == "bf16" else None,
    ),
}

MOST = 3  # remedies of a finding


def fitting(config: TrainConfig, names: tuple[str, ...], most: int = MOST) -> tuple[Remedy, ...]:
    """The cures that change something, are settings here, and give a configuration that can be trained; best first."""
    found = []
    for name in names:
        cure = CURES[name]
        wanted = cure.changes(config) or {}
        if wanted and (config.gradient_penalty or config.r1):  # older runs have such a penalty beside batch norm
            wanted = {**_plain_d(config), **wanted}
        changes = {key: value for key, value in wanted.items() if getattr(config, key, value) != value}
        if not changes or any(key not in SETTINGS for key in wanted) or problems(config.changed(**changes)):
            continue
        words = tuple(
            f"{label_of(key)}: {as_word(getattr(config, key))} → {as_word(to)}" for key, to in changes.items()
        )
        found.append(Remedy(cure.name, cure.why, cure.source, changes, words))
    return tuple(found[:most])


def _has_dropout(config: TrainConfig) -> bool:
    """Whether D of this pair has dropout."""
    return network_traits(config.network).has("d_dropout", config.size)
