"""The small networks that the entries in pictures share: they train in half a minute on one processor thread."""

from pipelines.config.train_config import TrainConfig

DIGITS = TrainConfig(
    network="quick", width=16, latent_size=32, dropout=0.0, ema=0.9995, batch_size=64, lr_g=1.5e-3, lr_d=7e-4,
    beta1=0.0, beta2=0.99, epochs=1, log_every=5,
)  # fmt: skip
