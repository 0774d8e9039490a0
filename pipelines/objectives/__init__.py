"""Adversarial losses, one file each, and (in ``_penalties.py``) what holds D's slope down.

A loss is two pure functions on logits [B], each returning a scalar::

    d_loss(real_logits, fake_logits, smoothing=0.0)   # what D minimises
    g_loss(fake_logits)                               # what G minimises
"""

from pipelines.errors import ConfigError
from pipelines.registry import Registry

LOSSES = Registry(__name__, __file__, "loss", ConfigError)
