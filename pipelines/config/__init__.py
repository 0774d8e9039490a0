"""The settings of a run with their help and bounds, the presets, and what goes together; imports no torch."""
