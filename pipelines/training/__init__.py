"""The frozen configuration, the presets, the step and the loop."""
