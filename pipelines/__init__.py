"""What computes: data, networks, objectives, training, runs and metrics. No screen code; ``python -m pipelines --help``."""
