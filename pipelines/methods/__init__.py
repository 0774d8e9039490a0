"""Training methods: which networks there are and what one step does; one file a method.

A method's module has a class ``Method(config, context)`` with

- ``players``: its networks by name, ``Player`` each (``training/players.py``);
- ``phases``: what one step does, ``Phase`` by ``Phase``, in order;
- ``sampler``: the name of the player that draws the samples;
- ``parts``: further modules with a state of their own, by the names under which checkpoints keep them;
- ``begin(step)``: called before each step; returns what distinguishes steps that a GPU must record apart;
- ``fade(share)``: called as the run goes on, with the share in [0, 1] that is left of what fades to its end;
- ``rehearse(count)``: a scalar made of work like a step's on ``count`` pictures, for timing; it is thrown away.

A phase's loss reads real pictures, labels and random numbers from the ``context`` (``training/context.py``).
"""

from pipelines.errors import ConfigError
from pipelines.registry import Registry

METHODS = Registry(__name__, __file__, "method", ConfigError)
