"""Trained models: which there are (registry, without torch), loading one (trained), publishing a run (publishing)."""
