"""A trained GAN as one object, for pages and for notebooks: ``from explorer.model import load``. Loads torch."""

from pipelines.latent.geometry import arithmetic, lerp, mean, orthogonal_to, slerp
from pipelines.latent.model import Model, load

__all__ = ["Model", "arithmetic", "lerp", "load", "mean", "orthogonal_to", "slerp"]
