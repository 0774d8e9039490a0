"""Live runs: one watcher a run reads its folder for all viewers and feeds their event streams."""
