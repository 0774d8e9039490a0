"""The settings of the objective: what the networks minimise."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.config.settings import Role, setting
from pipelines.registries import LOSSES, METHODS


@dataclass(frozen=True)
class Objective:
    """What the networks minimise, and what is done to what D sees."""

    # fmt: off
    method: str = setting(
        "gan", "Objective", "Training method: which networks there are, and what one step does.", entries=METHODS,
        role=Role.TRAINING, speed=True)
    loss: str = setting(
        "non-saturating", "Objective", "What D and G minimise.", entries=LOSSES, role=Role.TRAINING,
        speed=True)
    d_steps: int = setting(
        1, "Objective", "Discriminator steps for each generator step (k).", low=1, high=20,
        label="D steps per G step", role=Role.TRAINING, speed=True)
    label_smoothing: float = setting(
        0.0, "Objective", "One-sided: D's target for real pictures is 1 minus this (0.1 is usual).",
        low=0.0, high=0.5, role=Role.TRAINING)
    feature_matching: bool = setting(
        False, "Objective",
        "Replace G's loss: G learns pictures whose mean features in D are those of real pictures, instead of "
        "maximising D's output.",
        role=Role.TRAINING, speed=True)
    instance_noise: float = setting(
        0.0, "Objective",
        "Standard deviation of noise added to every picture that D sees, real or fake (0.1 to 0.5; pixels reach from "
        "-1 to 1). It falls to zero by the end of the run. Real and fake then overlap, so G gets a gradient even when "
        "D is certain.",
        low=0.0, high=2.0, role=Role.TRAINING)
    replay: float = setting(
        0.0, "Objective",
        "Share of earlier fakes among the fakes that D sees (0.5 is usual), so that D does not forget them. It helps "
        "against mode cycling.",
        low=0.0, high=1.0, label="Experience replay", role=Role.TRAINING)
    gradient_penalty: float = setting(
        0.0, "Objective", "Weight of WGAN-GP's penalty on D's gradient between real and fake (10 in the paper).",
        low=0.0, high=1000.0, step=1.0, role=Role.TRAINING, speed=True)
    r1: float = setting(
        0.0, "Objective",
        "Weight of R1, a penalty on D's gradient at real pictures (0.1 to 10; D without batch norm). It damps "
        "oscillation between D and G.",
        low=0.0, high=1000.0, label="R1 penalty", role=Role.TRAINING, speed=True)
    r2: float = setting(
        0.0, "Objective",
        "Weight of R2, the same penalty at fakes. With the relativistic loss both are needed for training to converge.",
        low=0.0, high=1000.0, label="R2 penalty", role=Role.TRAINING, speed=True)
    penalty_every: int = setting(
        16, "Objective",
        "Steps between two that pay R1 and R2, each time with as many times the weight: 16 in StyleGAN2, 1 in R3GAN.",
        low=1, high=64, label="R1 and R2 every (steps)", role=Role.TRAINING, speed=True)
    orthogonal: float = setting(
        0.0, "Objective",
        "Weight of a penalty on G's filters for not being orthogonal to each other (0.0001 in BigGAN). Truncated "
        "samples then stay clean.",
        low=0.0, high=1.0, label="Orthogonal regularisation", step=0.0001, role=Role.TRAINING, speed=True)
    path_length: float = setting(
        0.0, "Objective",
        "Weight of a penalty that keeps equal steps in W equal changes of the picture (2 in StyleGAN2), for a G with a "
        "mapping network.",
        low=0.0, high=100.0, label="Path length regularisation", step=0.5, role=Role.TRAINING, speed=True)
    style_mixing: float = setting(
        0.0, "Objective",
        "Share of fakes whose coarse layers take the style of one z and whose fine layers that of another (0.9 in "
        "StyleGAN), for a G with a mapping network.",
        low=0.0, high=1.0, label="Style mixing", role=Role.TRAINING, speed=True)
    weight_clip: float = setting(
        0.0, "Objective", "WGAN: clip D's weights to plus or minus this after each step (0.01 in the paper); 0 is off.",
        low=0.0, high=1.0, label="Weight clipping", step=0.01, role=Role.TRAINING)
    augment: str = setting(
        "none", "Objective",
        "Change every picture that D sees, real or fake, at random, so that D cannot memorise a small set of pictures. "
        "G does not learn to draw changed pictures. translation: shifted a little. diffaugment: also a square cut out, "
        "and brightness, contrast and colour changed.",
        ("none", "translation", "diffaugment"), label="Augmentation of what D sees", role=Role.TRAINING)
    augment_target: float = setting(
        0.0, "Objective",
        "Change pictures only as often as D overfits (ADA): the chance of each change rises while D's overfitting is "
        "above this (0.6 in the paper), else it falls. Overfitting is 1 where D takes held-out pictures for fakes, and "
        "0 where it takes them for training pictures; without held-out pictures D's outputs for training pictures "
        "tell. 0: every picture is always changed.",
        low=0.0, high=1.0, label="Adaptive augmentation (target)", role=Role.TRAINING, speed=True)
    augment_images: int = setting(
        500_000, "Objective",
        "Real pictures that D sees while the chance of a change can rise from 0 to 1, with adaptive augmentation "
        "(500,000 in the paper; fewer in a short run).",
        low=1000, high=100_000_000, label="Adaptive augmentation (images)", step=1000, role=Role.TRAINING)
    lecam: float = setting(
        0.0, "Objective",
        "Weight of LeCam regularisation (0.01 to 0.3 is usual), for few pictures: D's outputs for real pictures are "
        "kept near their moving average for fakes, and the reverse, so that the two do not drift apart.",
        low=0.0, high=100.0, label="LeCam regularisation", step=0.01, role=Role.TRAINING)
    freeze_d: int = setting(
        0, "Objective",
        "Stages of D that do not learn (FreezeD), counted from the picture: each reads maps of half the resolution of "
        "the one before. For a run that begins with a trained model and learns from few pictures.",
        low=0, high=8, label="Frozen stages of D", role=Role.TRAINING, speed=True)
    adversarial: float = setting(
        1.0, "Objective",
        "Weight of D's opinion in G's loss where G turns one picture into another (1; 0.001 in SRGAN). 0: D is not "
        "trained, and G learns by the other weights alone.",
        low=0.0, high=1000.0, label="Adversarial loss", step=0.1, role=Role.TRAINING, speed=True)
    reconstruction: float = setting(
        0.0, "Objective",
        "Weight of the difference of G's picture from the true one: absolute in pix2pix (100 in the paper) and SPADE, "
        "squared in SRGAN. Alone it gives blurred pictures, the mean of all that is possible.",
        low=0.0, high=10_000.0, label="Difference from the truth", step=1.0, role=Role.TRAINING, speed=True)
    content: float = setting(
        0.0, "Objective",
        "Weight of the squared difference from the true picture in what the data set's own classifier sees (SRGAN), "
        "where one ships.",
        low=0.0, high=10_000.0, label="Content loss", step=0.1, role=Role.TRAINING, speed=True)
    layer_matching: float = setting(
        0.0, "Objective",
        "Weight of the difference from the true picture in D's layers (10 in pix2pixHD and SPADE).",
        low=0.0, high=1000.0, label="Matching of D's layers", step=1.0, role=Role.TRAINING, speed=True)
    kl: float = setting(
        0.0, "Objective",
        "Weight of the Kullback-Leibler divergence of the style that an encoder reads from each true picture (0.05 in "
        "SPADE). G draws with this style while it learns, so that z says what the condition leaves open. 0: z is drawn "
        "at random, and no encoder is trained.",
        low=0.0, high=100.0, label="Style from the true picture (KL)", step=0.01, role=Role.TRAINING, speed=True)
    cycle: float = setting(
        0.0, "Objective",
        "Weight of CycleGAN's cycle loss: how far a picture comes back from itself, to the other domain and back again "
        "(10 in the paper). Without it nothing ties G's picture to its input.",
        low=0.0, high=1000.0, label="Cycle loss", step=1.0, role=Role.TRAINING, speed=True)
    identity: float = setting(
        0.0, "Objective",
        "Weight of CycleGAN's identity loss: how far G changes a picture that is of its own domain already (half of "
        "the cycle loss in the paper). It keeps colours.",
        low=0.0, high=1000.0, label="Identity loss", step=1.0, role=Role.TRAINING, speed=True)
    # fmt: on
