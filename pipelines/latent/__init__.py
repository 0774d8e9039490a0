"""What explores a latent space: points, directions, edits, inversion. ``explorer.model`` is the import for users."""
