"""Trained models: which there are (shelf, without torch), loading one (trained), publishing a run (publishing)."""
