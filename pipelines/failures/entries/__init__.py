"""The entries of the gallery, one file each."""
