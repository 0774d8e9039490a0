"""All computation: data, networks, objectives, training, runs and metrics; ``python -m pipelines --help``."""
