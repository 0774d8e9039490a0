"""A person's own pictures, few of them: what keeps D from learning them by heart."""

from __future__ import annotations

from pipelines.config.presets._preset import Preset
from pipelines.config.train_config import TrainConfig

PRESETS: dict[str, Preset] = {
    "few-pictures": Preset(
        "Few pictures of your own",
        "A folder of some hundred pictures, at 64 x 64: what D sees is changed the more often, the more D overfits.",
        TrainConfig(
            data="folder", size=64, channels=3, flip=True, network="dcgan", width=32, latent_size=100, d_norm="none",
            minibatch="discrimination", ema=0.998, r1=5.0, augment="diffaugment", augment_target=0.2,
            augment_images=10_000, lr_g=5e-4, lr_d=5e-4, beta1=0.0, beta2=0.99, batch_size=32,
            seconds=900.0, log_every=10,
        ),
        begins_with="faces",
    ),
}  # fmt: skip
