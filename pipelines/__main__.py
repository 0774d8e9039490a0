"""``python -m pipelines``: train, sample and manage runs without the app."""

from pipelines import priority
from pipelines.cli import main

priority.lower()
main()
