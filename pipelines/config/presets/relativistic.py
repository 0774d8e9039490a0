"""The relativistic loss with R1 and R2: few modes are lost, also of a thousand."""

from __future__ import annotations

from pipelines.config.presets._preset import Preset
from pipelines.config.train_config import TrainConfig

# Both penalties in each step and no momentum, as in Huang et al., R3GAN (2024).
_PAIRED = TrainConfig(
    loss="relativistic", r1=1.0, r2=1.0, penalty_every=1, dropout=0.0, d_norm="none", beta1=0.0, beta2=0.99,
    batch_size=64,
)  # fmt: skip

PRESETS: dict[str, Preset] = {
    "r3gan-digits": Preset(
        "R3GAN on digits",
        "Residual blocks without any normalisation, and pairs of a real digit and a fake. Watch the classes that come.",
        _PAIRED.changed(
            network="r3gan", width=8, latent_size=32, conditional=True, batch_size=32, lr_g=2e-3, lr_d=2e-3, ema=0.99,
            decay=0.5, seconds=600.0,
        ),
    ),
    "stacked-digits": Preset(
        "Stacked digits, a thousand modes",
        "Three digits in one picture, one in each colour: of 1,000 modes, nearly as many come as among real pictures.",
        _PAIRED.changed(
            data="stacked-digits", network="quick", channels=3, width=24, latent_size=64, lr_g=1.5e-3, lr_d=1e-3,
            ema=0.9995, decay=0.3, seconds=1800.0,
        ),
    ),
    "r3gan-faces-gpu": Preset(
        "R3GAN on faces, 64 x 64",
        "Residual blocks without normalisation, large batches, and R1 and R2 at each step.",
        _PAIRED.changed(
            data="faces", network="r3gan", size=64, channels=3, width=192, latent_size=64, r1=2.0, r2=2.0, lr_g=2e-4,
            lr_d=2e-4, batch_size=256, ema=0.999, epochs=40,
        ),
        gpu=True,
    ),
}  # fmt: skip
