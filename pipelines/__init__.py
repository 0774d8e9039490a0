"""What computes: data, networks, objectives, training, runs and metrics; ``python -m pipelines --help``."""
