"""Checks a configuration: each setting's own rule, and combinations that cannot be trained."""

from __future__ import annotations

from dataclasses import fields

from pipelines.config.objective import Objective
from pipelines.config.settings import as_word, problem
from pipelines.config.train_config import SETTINGS, TYPES, TrainConfig
from pipelines.errors import ConfigError, DataError
from pipelines.registries import (
    DATA_SETS,
    METHODS,
    MODALITIES,
    NETWORKS,
    loss_traits,
    method_traits,
    modality_of,
    network_traits,
)  # fmt: skip
from pipelines.typed_path import folder_of

# Settings of the objective that change nothing by themselves, and the method and the loss, which all methods have.
_WITH_ANOTHER = ("method", "loss", "penalty_every", "augment_images")
# What is done to D, or learnt from it.
_OF_D = (
    "d_steps", "label_smoothing", "instance_noise", "replay", "gradient_penalty", "r1", "r2", "weight_clip",
    "layer_matching",
)  # fmt: skip


def out_of_range(config: TrainConfig) -> list[str]:
    """Which settings have a value that they cannot have, one sentence each."""
    each = (problem(name, getattr(config, name), rule, TYPES[name]) for name, rule in SETTINGS.items())
    return [sentence for sentence in each if sentence]


def problems(config: TrainConfig) -> list[str]:
    """What is wrong with a configuration, one sentence each; empty when it can be trained."""
    if found := out_of_range(config):
        return found
    found += _of_method(config)
    traits = loss_traits(config.loss)
    needs_folder = DATA_SETS.get(config.data).NEEDS_FOLDER
    if needs_folder and not config.folder:
        found.append(f"The data set {config.data!r} needs the folder of your pictures: set folder to its path.")
    if not needs_folder and config.folder:
        found.append(
            f"A folder is given ({config.folder}) but the data set is {config.data!r}: set data to "
            f"{DATA_SETS.those_with('NEEDS_FOLDER')}."
        )
    try:
        placed(config)
    except DataError as error:
        found.append(str(error))
    sizes = network_traits(config.network).sizes
    if sizes and config.size not in sizes:
        found.append(
            f"The network {config.network!r} draws pictures of {' or '.join(map(str, sizes))} pixels, and size is "
            f"{config.size}: set size to one of them, or choose another network."
        )
    if network_traits(config.network).translates:
        found += _translating(config)
    if config.flip and not DATA_SETS.get(config.data).FLIP_MAKES_SENSE:
        found.append(f"Mirrored {config.data} are not {config.data}: switch flip off.")
    modality = modality_of(config.data)
    if not MODALITIES.constants(modality)["PICTURES"]:
        for name, off in (("augment", "none"), ("self_conditional", False), ("flip", False)):
            if getattr(config, name) != off:
                found.append(f"{name} is for pictures, and the data set {config.data!r} has none: set it to {off}.")
    if config.label_smoothing and not traits.label_smoothing:
        found.append(
            f"Label smoothing moves the target of a cross-entropy, and the loss {config.loss!r} has none: "
            "set label_smoothing to 0, or the loss to 'non-saturating'."
        )
    if traits.needs_bounded_slope and not (config.weight_clip or config.gradient_penalty):
        found.append(
            f"The loss {config.loss!r} holds only for a D of bounded slope: set weight_clip (WGAN, 0.01) or "
            "gradient_penalty (WGAN-GP, 10)."
        )
    penalties = " and ".join(name for name in ("gradient_penalty", "r1", "r2") if getattr(config, name))
    if penalties and batch_norm_in_d(config):
        found.append(
            "A penalty needs D's gradient at single pictures, and with batch norm D's output for one depends on its "
            f"whole batch: set d_norm to 'none', 'layer' or 'spectral', or {penalties} to 0."
        )
    if not network_traits(config.network).mapping:
        for name in ("path_length", "style_mixing"):
            if getattr(config, name):
                found.append(
                    f"{name} is for a generator with a mapping network, and {config.network!r} has none: set it to 0, "
                    "or choose another network."
                )
    if config.kl and not network_traits(config.network).smooth_z:
        found.append(
            f"kl lets an encoder read z, and pictures of {config.network!r} do not change with z little by little: set "
            "kl to 0, or choose the network 'spade'."
        )
    if config.global_residual and not network_traits(config.network).residual:
        found.append(
            f"global_residual adds the picture that G is told to what it draws, which {config.network!r} does not: "
            "switch it off, or choose the network 'srresnet' or 'resnet'."
        )
    if config.image_gan and not network_traits(config.network).patches:
        found.append(
            f"image_gan lets a D of patches judge whole pictures, and {config.network!r} has no such D: switch it off, "
            "or choose the network 'resnet' or 'unet'."
        )
    if config.weight_clip and config.gradient_penalty:
        found.append("Weight clipping and the gradient penalty do the same job: set one of the two to 0.")
    if config.weight_clip and config.d_norm == "spectral":
        found.append(
            "Weight clipping and spectral norm both bound D's weights: set weight_clip to 0, or d_norm to 'none'."
        )
    if config.weight_clip and not traits.needs_bounded_slope:
        found.append(f"Weight clipping belongs to the Wasserstein loss, and the loss is {config.loss!r}: set it to 0.")
    if config.feature_matching and traits.needs_bounded_slope:
        found.append(
            "Feature matching takes the place of G's loss, and Wasserstein's D measures a distance only for a G that "
            "follows it: switch feature_matching off, or set the loss to 'non-saturating'."
        )
    if config.replay and (config.conditional or config.self_conditional) and traits.g_sees_real:
        found.append(
            f"The loss {config.loss!r} compares each fake with a real picture of its class and group, and replay mixes "
            "in fakes of others: set replay to 0, or choose another loss."
        )
    if config.self_conditional and config.prior != "mixture":
        found.append(
            f"A self-conditioned GAN needs a prior with centres, and the prior is {config.prior!r}: set prior to "
            "'mixture', or switch self_conditional off."
        )
    if config.augment_target and config.augment == "none":
        found.append(
            "augment_target says how often pictures are changed, and augment is 'none': set augment to 'diffaugment' "
            "or 'translation', or augment_target to 0."
        )
    if config.augment_target and traits.balance is None and not _holds_out(config):
        found.append(
            f"With the loss {config.loss!r} only held-out pictures tell how far D overfits, and there are none here: "
            "set held_out to more, the loss to 'non-saturating' or 'hinge', or augment_target to 0."
        )
    if config.freeze_d and config.weight_clip:
        found.append("Weight clipping changes all weights of D: set freeze_d or weight_clip to 0.")
    if None not in (config.seconds, config.most_seconds) and config.most_seconds < config.seconds:
        found.append(
            f"The run may take {config.most_seconds:g} seconds at most (most_seconds) and {config.seconds:g} at least "
            "(seconds): raise most_seconds, or lower seconds."
        )
    if config.decay and not any((config.seconds, config.most_seconds, config.epochs)):
        found.append(
            "Learning rates fall at the end of a run, and this run has no end: set seconds or epochs, or decay to 0."
        )
    if config.batch_size % config.gpus:
        found.append(
            f"A batch of {config.batch_size} cannot be shared evenly among {config.gpus} GPUs: set batch_size to a "
            f"multiple of {config.gpus}, or gpus to 1."
        )
    if config.compiled and (penalties or config.path_length):
        found.append(
            "A penalty differentiates a network twice, and torch.compile does not support that: switch compiled off, "
            f"or set {penalties or 'path_length'} to 0."
        )
    if config.gpus > 1 and config.cuda_graphs:
        found.append("Steps of several GPUs cannot be replayed: switch cuda_graphs off, or set gpus to 1.")
    if config.device == "mps" and config.precision == "bf16":
        found.append("bf16 is not supported on mps here: set precision to 'auto' or 'fp32'.")
    return found


def _of_method(config: TrainConfig) -> list[str]:
    """What does not go together with the method, one sentence each."""
    traits, found = method_traits(config.method), []
    settings = [field for field in fields(Objective) if field.name not in _WITH_ANOTHER]
    set_here = [field for field in settings if getattr(config, field.name) != field.default]
    if traits.uses is not None:
        for field in set_here:
            if field.name not in traits.uses:
                users = [name for name in METHODS.names() if field.name in (method_traits(name).uses or ())]
                found.append(
                    f"The method {config.method!r} does not use {field.name}: set it to {as_word(field.default)}, or "
                    f"choose a method that does ({', '.join(users)})."
                )
    if not traits.translates:
        return found
    if not network_traits(config.network).translates:  # one that does has needs of its own
        others = [name for name in NETWORKS.names() if network_traits(name).translates]
        found.append(
            f"The method {config.method!r} turns one picture into another, and the network {config.network!r} reads "
            f"none: choose one that does ({', '.join(others) or 'none here'})."
        )
    if traits.pairs and not DATA_SETS.constants(config.data).get("PAIRED", True):
        others = [name for name in METHODS.names() if not method_traits(name).pairs]
        found.append(
            f"The method {config.method!r} compares each picture with its true one, and in the data set "
            f"{config.data!r} no picture belongs to a condition: choose another data set, or a method that needs no "
            f"pairs ({', '.join(others)})."
        )
    if config.adversarial:
        return found
    if not traits.pairs:
        found.append(
            f"Without D's opinion the method {config.method!r} does not learn what the other domain looks like: set "
            "adversarial above 0."
        )
    elif not (config.reconstruction or config.content):
        found.append(
            "With adversarial 0 G learns from the true pictures alone, and neither reconstruction nor content has a "
            "weight: set one of the three above 0."
        )
    if of_d := " and ".join(field.name for field in set_here if field.name in _OF_D):
        found.append(
            f"With adversarial 0 D is not trained, and {of_d} would change nothing: set it back, or raise adversarial."
        )
    return found


def _translating(config: TrainConfig) -> list[str]:
    """What is wrong for a network that reads a picture or a map of labels and draws another picture."""
    found, name = [], config.network
    if not DATA_SETS.constants(config.data).get("CONDITION"):
        able = ", ".join(name for name in DATA_SETS.names() if DATA_SETS.constants(name).get("CONDITION"))
        found.append(
            f"The network {name!r} draws a picture of another one or of a map of labels, and the data set "
            f"{config.data!r} has none: choose a set with such a condition ({able or 'there is none yet'}), or another "
            "network."
        )
    elif not config.conditional:
        found.append(f"The network {name!r} draws a picture of another one: switch conditional on, so that it is told.")
    for setting, off in (("self_conditional", False), ("minibatch", "none"), ("feature_matching", False)):
        if getattr(config, setting) != off:
            found.append(
                f"{setting} is for networks that draw without a picture to begin with, and {name!r} begins with one: "
                f"set it to {off}, or choose another network."
            )
    return found


def _holds_out(config: TrainConfig) -> bool:
    """Whether D can be asked about pictures that nothing is learnt from."""
    entry = DATA_SETS.get(config.data)
    known = "test" in entry.SPLITS and (config.held_out > 0 or not getattr(entry, "HOLDS_OUT", False))
    return known and not config.self_conditional  # of a group, which is not known of them


def batch_norm_in_d(config: TrainConfig) -> bool:
    """Whether D of this pair has batch norm at this size."""
    return config.d_norm == "batch" and network_traits(config.network).has("d_batch_norm", config.size)


def placed(config: TrainConfig) -> TrainConfig:
    """The configuration with its folder as an absolute path, which holds wherever a process works.

    Raises:
        DataError: the folder's text is no path.
    """
    return config.changed(folder=str(folder_of(config.folder))) if config.folder else config


def check(config: TrainConfig) -> TrainConfig:
    """The configuration, with its folder as an absolute path, if it can be trained.

    Raises:
        ConfigError: it cannot; the text names every problem.
    """
    if found := problems(config):
        raise ConfigError(" ".join(found))
    return placed(config)
