"""Residual networks: SNGAN, SAGAN and BigGAN, each small for two CPU cores and as wide as in its paper for a GPU."""

from __future__ import annotations

from pipelines.config.presets._preset import Preset
from pipelines.config.train_config import TrainConfig

# What the three papers share: hinge loss, spectral norm in D, Adam without momentum.
_HINGE = TrainConfig(loss="hinge", d_norm="spectral", dropout=0.0, beta1=0.0, beta2=0.9)
_SNGAN = _HINGE.changed(network="sngan", lr_g=2e-4, lr_d=2e-4)
_SAGAN = _HINGE.changed(network="sagan", g_spectral=True, lr_g=1e-4, lr_d=4e-4)
_BIGGAN = _HINGE.changed(network="biggan", g_spectral=True, orthogonal=1e-4, beta2=0.999, ema=0.9999)
_TEN_MINUTES = {"seconds": 600.0, "log_every": 10}
_DIGITS = {**_TEN_MINUTES, "width": 16, "latent_size": 64, "conditional": True, "batch_size": 32}
_FACES = {"data": "faces", "channels": 3, "flip": True, "conditional": True}

PRESETS: dict[str, Preset] = {
    "sngan-digits": Preset(
        "SNGAN on digits",
        "Spectral norm bounds D's slope, so both losses stay level while the digits become clear. Each row is a class.",
        _SNGAN.changed(**_DIGITS, lr_g=1e-3, lr_d=1e-3, ema=0.995, beta2=0.99),
    ),
    "sagan-faces": Preset(
        "SAGAN on faces",
        "Each place of a face sees all others: eyes and glasses are to match left and right. Rows are told attributes.",
        _SAGAN.changed(
            **_TEN_MINUTES,
            **_FACES,
            size=32,
            width=16,
            latent_size=64,
            batch_size=32,
            lr_g=4e-4,
            lr_d=1.6e-3,
            ema=0.995,
            beta2=0.99,
        ),
    ),
    "biggan-digits": Preset(
        "BigGAN on digits",
        "Every block is told a part of z and the class, so that a narrower z draws cleaner digits; rows are classes.",
        _BIGGAN.changed(**_DIGITS, lr_g=1e-3, lr_d=1e-3, ema=0.995, beta2=0.99),
    ),
    "sngan-clothes": Preset(
        "SNGAN on clothes",
        "Spectral norm holds the singular values of D's layers near 1. Compare them with those of a run without it.",
        _SNGAN.changed(**_DIGITS, data="clothes", lr_g=1e-3, lr_d=1e-3, ema=0.995, beta2=0.99),
    ),
    "sngan-clothes-gpu": Preset(
        "SNGAN on clothes, 32 x 32",
        "D takes five steps for each of G, as in the paper. Prints and textures appear late. Each row is a class.",
        _SNGAN.changed(
            data="clothes", size=32, width=128, latent_size=128, conditional=True, batch_size=64, d_steps=5, epochs=200
        ),
        gpu=True,
    ),
    "sagan-faces-gpu": Preset(
        "SAGAN on faces, 64 x 64",
        "Spectral norm in both networks, and D learns four times as fast as G: one step of D for each of G is enough.",
        _SAGAN.changed(**_FACES, size=64, width=64, latent_size=128, batch_size=256, epochs=200),
        gpu=True,
    ),
    "biggan-faces-gpu": Preset(
        "BigGAN on faces, 64 x 64",
        "Large batches and a long moving average: compare samples at full and at half truncation once it is published.",
        _BIGGAN.changed(
            **_FACES, size=64, width=96, latent_size=120, batch_size=512, lr_g=1e-4, lr_d=4e-4, d_steps=2, epochs=400
        ),
        gpu=True,
    ),
}
