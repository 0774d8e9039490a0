"""Exploring a latent space: points, directions, edits, inversion. Users import ``explorer.model``."""
