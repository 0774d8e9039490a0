"""Progressive growing and StyleGAN, on digits and on faces."""

from __future__ import annotations

from pipelines.config.presets._preset import Preset
from pipelines.config.train_config import TrainConfig

# R1 now and then, a generator that is averaged, and batch statistics in D, as in the papers.
_PAPERS = TrainConfig(
    d_norm="none",
    minibatch="stddev",
    r1=1.0,
    lr_g=2e-3,
    lr_d=2e-3,
    beta1=0.0,
    beta2=0.99,
    ema=0.998,
    dropout=0.0,
    batch_size=32,
    log_every=10,
)
_FACES = {"data": "faces", "channels": 3, "flip": True}
_PROGRESSIVE = _PAPERS.changed(network="progressive", **_FACES)
_STYLE = _PAPERS.changed(network="stylegan", style_mixing=0.9, lr_g=2.5e-3, lr_d=2.5e-3)

PRESETS: dict[str, Preset] = {
    "progressive-faces": Preset(
        "Progressive growing on faces",
        "From 4 x 4 to 32 x 32 pixels: each stage is shown 8,000 real pictures, and as many fade in the next.",
        _PROGRESSIVE.changed(size=32, width=32, latent_size=64, growth=8_000, lr_g=5e-3, lr_d=5e-3, seconds=600.0),
    ),
    "progressive-faces-gpu": Preset(
        "Progressive growing on faces, 128 x 128",
        "Six stages: the stages of few pixels pass fast, the last ones take most of the time.",
        _PROGRESSIVE.changed(size=128, width=64, latent_size=256, growth=100_000, epochs=100),
        gpu=True,
    ),
    "stylegan-digits": Preset(
        "StyleGAN on digits",
        "A mapping network, a style for each layer of G, and noise in each: most digits are clear after some minutes.",
        _STYLE.changed(width=32, latent_size=64, seconds=600.0),
    ),
    "stylegan-faces": Preset(
        "StyleGAN on faces",
        "Coarse layers take the shape of a face from their style, fine layers its colours.",
        _STYLE.changed(**_FACES, size=32, width=16, latent_size=64, lr_g=5e-3, lr_d=5e-3, seconds=900.0),
    ),
    "stylegan-faces-gpu": Preset(
        "StyleGAN on faces, 64 x 64",
        "Path length regularisation keeps equal steps in W equal changes of the face.",
        _STYLE.changed(**_FACES, size=64, width=128, latent_size=256, path_length=2.0, epochs=100),
        gpu=True,
    ),
}
