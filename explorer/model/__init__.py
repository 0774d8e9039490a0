"""A trained GAN as one object, for pages and for notebooks: ``from explorer.model import load``. Loads torch."""

from explorer.model.gan import Model, load
from explorer.model.latent import arithmetic, lerp, mean, orthogonal_to, slerp

__all__ = ["Model", "arithmetic", "lerp", "load", "mean", "orthogonal_to", "slerp"]
