"""Picture to picture: pix2pix, SPADE, SRGAN and CycleGAN, each small for two CPU cores and larger for a GPU."""

from __future__ import annotations

from pipelines.config.presets._preset import Preset
from pipelines.config.train_config import TrainConfig

_TOLD = TrainConfig(conditional=True, latent_size=16, beta1=0.5, ema=0.99, log_every=10)
_FACES = {"channels": 3, "flip": True, "batch_size": 16, "ema": 0.998}
_TEN_MINUTES = {"seconds": 600.0}
_FIVE_MINUTES = {"seconds": 300.0}

# Isola et al. 2017: L1 a hundred times as heavy as D's opinion, and dropout as the only noise.
_PIX2PIX = _TOLD.changed(
    network="unet", method="pix2pix", reconstruction=100.0, dropout=0.5, lr_g=5e-4, lr_d=2e-4, width=16, batch_size=32
)
# Park et al. 2019: hinge, an encoder of styles, and D twice to four times as fast as G; the difference from the truth
# stands in the place of their loss in VGG.
_SPADE = _TOLD.changed(
    network="spade", method="spade", loss="hinge", layer_matching=10.0, reconstruction=10.0, kl=0.05,
    d_norm="spectral", beta1=0.0, beta2=0.9, latent_size=32, data="face-maps", size=64,
)  # fmt: skip
# Ledig et al. 2017: content and a little of D's opinion; with adversarial 0 and content 0 the squared error alone.
_SRGAN = _TOLD.changed(
    network="srresnet", method="srgan", reconstruction=1.0, content=1.0, adversarial=0.01, d_norm="none", lr_g=1e-3,
    lr_d=2e-4, width=16, batch_size=32,
)  # fmt: skip
# Zhu et al. 2017; our least squares are half of theirs, so that D's opinion weighs twice.
_CYCLEGAN = _TOLD.changed(
    network="resnet", method="cyclegan", loss="least-squares", adversarial=2.0, cycle=10.0, replay=0.5,
    d_norm="instance", channels=3, lr_g=5e-4, lr_d=5e-4, batch_size=16,
)  # fmt: skip
# A mouth is a few pixels: D sees whole faces, and strong cycle and identity losses keep each mouth what it is.
_STYLES = _CYCLEGAN.changed(
    data="two-styles", image_gan=True, d_norm="none", r1=0.5, loss="non-saturating", adversarial=1.0, cycle=20.0,
    identity=20.0, replay=0.0,
)  # fmt: skip

PRESETS: dict[str, Preset] = {
    "edges-to-digits": Preset(
        "pix2pix: edges to digits",
        "The edge of a digit becomes a digit within a minute. It leaves little open: with adversarial 0, L1 alone "
        "draws digits as well.",
        _PIX2PIX.changed(data="digit-edges", **_FIVE_MINUTES),
    ),
    "edges-to-clothes": Preset(
        "pix2pix: edges to clothes",
        "Outlines say what it is, and not how bright: shades are made up. With adversarial 0 cloth stays even; D adds "
        "a texture, which is seldom the true one.",
        _PIX2PIX.changed(data="clothes-edges", d_norm="spectral", **_TEN_MINUTES),
    ),
    "outline-faces": Preset(
        "pix2pix: outlines to faces",
        "An outline becomes a face. With adversarial 0 it is nearer to the truth in L1, and greyer: the mean of all "
        "colours that it may have.",
        # An outline leaves colours open: with more of L1 they become the mean of all, which is grey.
        _PIX2PIX.changed(data="face-outlines", size=64, reconstruction=10.0, **_FACES, **_TEN_MINUTES),
    ),
    "paint-faces": Preset(
        "SPADE: maps of parts to faces",
        "Hair, eyes and mouth lie where the map has them within a minute, and z says their colours. With kl 0 no z is "
        "read from the true pictures, and few of their colours appear.",
        _SPADE.changed(width=12, lr_g=5e-4, lr_d=1e-3, **_FACES, **_TEN_MINUTES),
    ),
    "sharper-faces": Preset(
        "SRGAN: small faces to large ones",
        "From 16 to 64 pixels. With adversarial 0 and content 0 the squared error alone is smoother, though its "
        "PSNR is higher.",
        # What G learns is only what the enlarged picture lacks: without, all of it stays grainy for ten minutes.
        _SRGAN.changed(
            data="small-faces", size=64, global_residual=True, adversarial=0.005, content=0.5, d_norm="spectral",
            lr_g=5e-4, decay=0.5, **_FACES, **_TEN_MINUTES,
        ),
    ),
    "sharper-digits": Preset(
        "SRGAN: digits from 7 to 28 pixels",
        "Strokes become sharp early. Where 7 pixels leave open which digit it is, G makes up one of them.",
        _SRGAN.changed(data="small-digits", **_FIVE_MINUTES),
    ),
    "coloured-digits": Preset(
        "CycleGAN: plain digits to coloured ones",
        "No picture has a partner. See whether the digit stays the same, and compare with cycle 0.",
        _CYCLEGAN.changed(data="coloured-digits", width=12, identity=2.0, **_TEN_MINUTES),
    ),
    "two-styles": Preset(
        "CycleGAN: faces in two drawing styles",
        "No face is drawn in both styles. Mouth, glasses, beard and colours stay; with cycle 0 and identity 0 mouth "
        "and skin change at random.",
        # Of a quarter of 32 pixels, where CycleGAN's residual blocks are, a mouth is one: U-Net's skips keep it.
        _STYLES.changed(network="unet", dropout=0.0, size=32, width=16, **_FACES, **_TEN_MINUTES),
    ),
    "outline-faces-gpu": Preset(
        "pix2pix on outlines of faces, 128 x 128",
        "At 128 pixels and the width of the paper: see whether colours match left and right.",
        _PIX2PIX.changed(
            data="face-outlines", size=128, channels=3, flip=True, width=64, lr_g=2e-4, ema=0.999, epochs=60
        ),
        gpu=True,
    ),
    "paint-faces-gpu": Preset(
        "SPADE on maps of faces, 64 x 64",
        "Wide maps, large batches and spectral norm in both networks: see small parts such as brows and glasses.",
        _SPADE.changed(
            channels=3, flip=True, width=32, g_spectral=True, latent_size=64, lr_g=1e-4, lr_d=4e-4,
            batch_size=64, ema=0.999, epochs=100,
        ),
        gpu=True,
    ),
    "sharper-faces-gpu": Preset(
        "SRGAN on faces, 32 to 128 pixels",
        "From 32 to 128 pixels at the width of the paper: compare lines with those of the true face.",
        _SRGAN.changed(
            data="small-faces", size=128, channels=3, flip=True, width=64, lr_g=2e-4, ema=0.999, epochs=60
        ),
        gpu=True,
    ),
    "two-styles-gpu": Preset(
        "CycleGAN on two drawing styles, 64 x 64",
        "Batches and width of a GPU: see whether small parts are kept, too.",
        _STYLES.changed(
            network="unet", dropout=0.0, size=64, flip=True, width=48, lr_g=2e-4, lr_d=2e-4, ema=0.999, decay=0.5,
            epochs=60,
        ),
        gpu=True,
    ),
}  # fmt: skip
