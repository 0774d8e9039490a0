"""The settings of a run with their help and bounds, the presets, and checks of combinations; imports no torch."""
