"""The run folder's format, the worker that fills it, and the jobs that start, stop, queue and watch runs."""
