"""Generator and discriminator pairs: one file a family.

A family's module offers two functions of the configuration and the number of classes (0 when unconditional)::

    generator(config, classes) -> nn.Module       # z [B, latent_size], y [B] or None -> images [B, C, H, W] in [-1, 1]
    discriminator(config, classes) -> nn.Module   # images [B, C, H, W], y [B] or None -> logits [B]

A function whose second parameter is named ``spec`` is given the whole ``pipelines.data.Spec`` instead. It may then
build for conditions other than classes, where y is float32, pictures [B, C, H, W] in [-1, 1] or numbers [B, L], and for
examples that are no pictures. Where pictures have no condition of their own, D is told None.

``_conditioning.py`` holds the one way in which a label reaches either of them.
"""

from pipelines.errors import ConfigError
from pipelines.registry import Registry

NETWORKS = Registry(__name__, __file__, "network", ConfigError)
