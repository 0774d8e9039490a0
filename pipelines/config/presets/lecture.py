"""The first minutes, and what the lecture trains: dense layers, DCGAN, classes, Wasserstein."""

from __future__ import annotations

from pipelines.config.presets._preset import Preset
from pipelines.config.train_config import TrainConfig

# For a minute or three on a laptop: D learns half as fast as G, and neither has momentum.
_QUICK = TrainConfig(
    network="quick", width=32, latent_size=32, dropout=0.0, ema=0.9995, batch_size=64, lr_g=1.5e-3, lr_d=7e-4,
    beta1=0.0, beta2=0.99, log_every=10,
)  # fmt: skip
# Each ends within half an hour on two CPU cores, a lesson; the lecture notes train 50 epochs.
_LECTURE_DCGAN = TrainConfig(network="dcgan", width=64, latent_size=100, batch_size=32, epochs=20)

PRESETS: dict[str, Preset] = {
    "first-digits": Preset(
        "First digits in a minute",
        "Ten rows, one class each: from noise to readable digits in one minute on a laptop. A slow computer trains on "
        "until they are clear, for five minutes at most.",
        _QUICK.changed(conditional=True, seconds=60.0, until_clear=0.95, most_seconds=300.0),
    ),
    "first-faces": Preset(
        "First faces in three minutes",
        "Each row is told other attributes, such as glasses or red hair: recognisable faces after a minute or two. "
        "Then explore them, and choose the attributes yourself.",
        _QUICK.changed(
            data="faces", size=32, channels=3, conditional=True, flip=True, minibatch="stddev", r1=0.5, seconds=180.0
        ),
    ),
    "lecture-mlp": Preset(
        "The lecture's simple GAN",
        "Three dense layers in each network: strokes appear within seconds, but speckled. Compare them with DCGAN's.",
        TrainConfig(
            network="mlp",
            width=100,
            latent_size=30,
            dropout=0.0,
            optimizer="rmsprop",
            lr_g=1e-3,
            lr_d=1e-3,
            beta2=0.9,
            batch_size=32,
            epochs=50,
            ema=0.0,
        ),
    ),
    "dcgan-digits": Preset(
        "DCGAN on digits",
        "Convolutions instead of dense layers: whole strokes instead of speckle. D(x) and D(G(z)) come near 0.5.",
        _LECTURE_DCGAN,
    ),
    "conditional-digits": Preset(
        "Conditional DCGAN on digits",
        "Both networks get the label, so each row of the grid shows one digit.",
        _LECTURE_DCGAN.changed(conditional=True),
    ),
    "clothes": Preset(
        "Conditional DCGAN on clothes",
        "Ten kinds of clothes, one in each row: outlines appear first, texture and prints late.",
        _LECTURE_DCGAN.changed(data="clothes", conditional=True),
    ),
    "wgan": Preset(
        "Wasserstein GAN, clipped weights",
        "Minus D's loss estimates the distance of fakes from real pictures: it rises, then falls as they improve.",
        TrainConfig(
            network="dcgan",
            loss="wasserstein",
            weight_clip=0.01,
            d_norm="layer",
            d_steps=5,
            optimizer="rmsprop",
            lr_g=2e-4,
            lr_d=2e-4,
            beta2=0.99,
            dropout=0.0,
            epochs=25,
        ),
    ),
    "wgan-gp": Preset(
        "Wasserstein GAN with gradient penalty",
        "A penalty on D's gradient instead of clipped weights. Compare its curves and pictures with the preset 'wgan'.",
        TrainConfig(
            network="dcgan",
            loss="wasserstein",
            gradient_penalty=10.0,
            d_steps=5,
            lr_g=1e-4,
            lr_d=1e-4,
            beta1=0.0,
            beta2=0.9,
            dropout=0.0,
            epochs=25,
        ),
    ),
    "dcgan-64": Preset(
        "DCGAN at 64 x 64, as in the paper",
        "Four transposed convolutions from 4 x 4 to 64 x 64: slow on a CPU; see the images per second.",
        TrainConfig(network="dcgan", size=64, width=64, latent_size=100, batch_size=128, epochs=6),
        gpu=True,
    ),
}
