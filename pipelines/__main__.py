"""``python -m pipelines``: train, sample and manage runs without the app."""

from pipelines.cli import main

main()
