"""Where the process of a run is started: one file a launcher.

A run is one command, ``python -m pipelines work RUN`` (``worker.work`` in Python), which needs nothing of its launcher
but the folder and the data. A launcher's module offers five functions, each of which takes the run's ``RunFolder``::

    submit(folder)       # have its process started, now or when its turn comes; raises RunError where it cannot be
    cancel(folder)       # have it end after a checkpoint, or never begin
    state(folder)        # whether there is a process: WAITING, RUNNING, ENDED, or UNKNOWN where that cannot be said
    place(folder)        # where it runs or is to run, in a few words for a person: "this computer", "cluster, node 7"
    logs(folder, lines)  # the last lines of what it said; "" where it said nothing

and states its traits as constants, see ``LauncherTraits`` in ``pipelines/registries.py``. The states are named in
``pipelines/runs/launched.py``, which asks the launchers. A page asks ``state`` and ``place`` about once a second for
each run that lives, so they answer at once: a launcher that has to ask elsewhere keeps what it heard for some seconds.

The run's own process writes its heartbeats into the run folder, with all else that it records, and reads there what is
wanted of it (``runs/folder.py``). Where a run stands is what its folder says, but for one thing: an active run whose
launcher says ENDED is lost. A launcher whose jobs wait elsewhere may write into the folder what they wait for
(``RunFolder.write_status``) until they begin.

Where the process has another folder than the one that is looked at, the launcher carries files between the two:

- to the process, before it begins: the whole folder, whose checkpoints it goes on from; then ``control.json``, within
  a second of each change;
- from the process, every few seconds: all others. ``metrics.jsonl`` and ``samples/index.jsonl`` may arrive in parts, as
  they grow at their ends; every other file is written beside its place and renamed. ``status.json`` comes last, so that
  what it speaks of is there.

Locks do not reach another machine, so that ``state`` must not ask for them, and ``submit`` must not start a second
process while there may be a first.
"""
