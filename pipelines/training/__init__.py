"""Training: the step, the loop, real pictures, checkpoints, and what depends on the machine."""
