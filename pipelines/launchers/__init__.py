"""Where the process of a run is started: one file a launcher.

A run is one command, ``python -m pipelines work RUN`` (``worker.work`` in Python), which needs nothing of its launcher
but the folder and the data. A launcher's module offers two functions::

    submit(folder)   # have the run's process started, now or when its turn comes; raises RunError where it cannot be
    cancel(folder)   # have it end after a checkpoint, or never begin

and states its traits as constants, see ``LauncherTraits`` in ``pipelines/registries.py``. Where a run stands, its place
in a line and its log are what its folder says: a launcher whose jobs wait elsewhere writes that there
(``RunFolder.write_status``) until they begin.
"""
