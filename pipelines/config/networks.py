"""The settings of the data and of the networks: what a run learns from, and what learns."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.config.settings import Role, setting
from pipelines.registries import DATA_SETS, NETWORKS


@dataclass(frozen=True)
class Data:
    """Which real pictures a run learns from."""

    # fmt: off
    data: str = setting(
        "digits", "Data", "The set of real pictures.", entries=DATA_SETS, label="Data set", role=Role.DATA)
    folder: str | None = setting(
        None, "Data",
        "Folder of your own pictures: for the data set 'folder', whose subfolders are the classes, or for 'pairs', "
        "whose subfolders are a (inputs) and b (what to draw), or which holds pictures of both side by side. JPEG, "
        "PNG, WebP, GIF, TIFF, BMP, AVIF, JPEG 2000, HEIC (with pillow-heif) and other formats that Pillow opens are "
        "read.",
        role=Role.DATA)
    held_out: float = setting(
        0.1, "Data",
        "Share of your own pictures, for the data sets 'folder' and 'pairs', that nothing is learnt from, so that "
        "samples can be compared with pictures that are new to the networks. The names of the files decide which; each "
        "class gives the same share. 0: none. Other data sets have such pictures already.",
        low=0.0, high=0.5, label="Held-out pictures (share)", role=Role.DATA)
    size: int = setting(
        28, "Data", "Height and width of a picture, in pixels.", (16, 28, 32, 64, 128, 256), label="Size (pixels)",
        role=Role.ARCHITECTURE, speed=True)
    channels: int = setting(
        1, "Data", "1 for grey, 3 for colour.", (1, 3), label="Colour channels", role=Role.ARCHITECTURE, speed=True)
    flip: bool = setting(
        False, "Data", "Mirror half of the real pictures left to right: useful for faces, wrong for digits.",
        label="Mirror pictures", role=Role.TRAINING)
    # fmt: on


@dataclass(frozen=True)
class Networks:
    """What the networks are."""

    # fmt: off
    network: str = setting(
        "dcgan", "Networks", "The generator and discriminator pair.", entries=NETWORKS, role=Role.ARCHITECTURE,
        speed=True)
    width: int = setting(
        64, "Networks",
        "Feature maps of the layer of highest resolution (64 in the DCGAN paper), or units of the first hidden layer "
        "where layers are dense (100 in the lecture). Doubling it makes training about four times as slow.",
        low=4, high=1024, step=8, role=Role.ARCHITECTURE, speed=True)
    latent_size: int = setting(
        100, "Networks", "Length of the latent vector z.", low=1, high=1024, label="Latent size (z)", step=10,
        role=Role.ARCHITECTURE, speed=True)
    prior: str = setting(
        "gaussian", "Networks",
        "Distribution of z. A mixture of Gaussians has gaps between its centres, so fewer samples lie between two "
        "kinds of pictures.",
        ("gaussian", "uniform", "mixture"), label="Prior of z", role=Role.ARCHITECTURE)
    centres: int = setting(
        32, "Networks", "Number of Gaussians in the mixture prior.", low=2, high=1024, label="Centres of the mixture",
        role=Role.ARCHITECTURE)
    self_conditional: bool = setting(
        False, "Networks",
        "Group similar real pictures, without labels, into as many groups as the mixture has centres (in each class). "
        "D is given the group of each real picture and the centre of each fake, so each centre learns one kind of "
        "picture (self-conditioned GAN).",
        label="Self-conditioned", role=Role.ARCHITECTURE)
    conditional: bool = setting(
        False, "Networks",
        "Tell G which class to draw and D which class to expect (conditional GAN). In training and in measures, fakes "
        "have the same shares of classes as the real pictures. Of a data set with another condition, that is told; of "
        "one with attributes and no classes, these.",
        role=Role.ARCHITECTURE, speed=True)
    dropout: float = setting(
        0.4, "Networks",
        "Share of D's features dropped in training, where the family uses dropout. In 'unet' of G's features, as z "
        "says, also in what it draws (0.5 in pix2pix).",
        low=0.0, high=0.9, role=Role.TRAINING)
    d_norm: str = setting(
        "batch", "Networks",
        "Normalisation in D. batch: batch norm, where the pair has it at this size; not possible with R1 or a gradient "
        "penalty. layer: layer norm, each picture by itself. instance: each map of each picture by itself (CycleGAN). "
        "spectral: spectral norm of the weights; it bounds D's slope, so G gets a gradient even when D is certain.",
        ("batch", "none", "layer", "instance", "spectral"), label="Normalisation in D", role=Role.TRAINING, speed=True)
    minibatch: str = setting(
        "none", "Networks",
        "Show D how similar the pictures of a batch are, so that it can reject a G that always draws the same. stddev: "
        "their mean standard deviation (progressive growing). discrimination: learnt distances between them "
        "(Salimans et al., 2016).",
        ("none", "stddev", "discrimination"), label="Batch statistics for D", role=Role.TRAINING, speed=True)
    image_gan: bool = setting(
        False, "Networks",
        "Let D judge the whole picture at once (ImageGAN), where a network that draws a picture of another one has a D "
        "of patches (PatchGAN). It then sees whether parts belong together.",
        label="D of whole pictures", role=Role.TRAINING, speed=True)
    ema: float = setting(
        0.999, "Networks",
        "Decay of the moving average of G's weights, which draws the samples; 0 uses G's own weights. The decay is "
        "lower in the first steps, so that the average follows G there.",
        low=0.0, high=0.9999, label="Moving average of G (EMA)", step=0.001, role=Role.TRAINING)
    g_spectral: bool = setting(
        False, "Networks",
        "Spectral norm of G's weights too, as in SAGAN. It keeps G from jumping between two kinds of pictures.",
        label="Spectral norm in G", role=Role.ARCHITECTURE, speed=True)
    global_residual: bool = setting(
        False, "Networks",
        "Add the picture that G is told to what it draws, a smaller one enlarged by bicubic interpolation (VDSR). G "
        "then learns only what differs, and keeps colours and places from the start.",
        label="Global residual", role=Role.ARCHITECTURE)
    growth: int = setting(
        20_000, "Networks",
        "Real pictures that D sees in each stage of a network whose resolution grows, and again in each fade to the "
        "next stage (600,000 in the paper).",
        low=64, high=10_000_000, label="Pictures per stage (growing)", step=1000, role=Role.TRAINING)
    # fmt: on
