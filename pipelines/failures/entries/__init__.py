"""The failures, one file each."""
