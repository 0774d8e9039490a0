"""Training methods: which networks there are and what one step does; one file a method.

A method's module has a class ``Method(config, context)`` with

- ``players``: its networks by name, ``Player`` each (``training/players.py``);
- ``phases``: what one step does, ``Phase`` by ``Phase``, in order;
- ``views``, ``series``: how the numbers are drawn that its phases measure, and the norms of its players' gradients,
  ``grad_`` and the letter (``pipelines/described.py``); without them those of a GAN are. From them follow the charts of
  a run's page, with what their titles say, and those of Compare; no other file changes;
- ``parts``: further modules with a state of their own, by the names under which checkpoints keep them;
- ``begin(step)``: called before each step; returns what distinguishes steps that a GPU must record apart;
- ``fade(share)``: called as the run goes on, with the share in [0, 1] that is left of what fades to its end;
- ``rehearse(count)``: a scalar made of work like a step's on ``count`` pictures, for timing; it is thrown away.

Where they are called otherwise than ``generator`` and ``discriminator``, the file states the names of two players,
which are read without importing it: ``SAMPLER``, the one that draws the samples, and ``CRITIC``, the one whose opinion
of them is asked. Both are built by the network family (``training/building.py``). What else a file may state, see
``MethodTraits`` in ``pipelines/registries.py``:

- ``USES``: the settings of the objective that the method reads, beside the loss; others are then refused;
- ``TRANSLATES``: each fake is drawn of a condition, a picture that G reads. The data set then needs a condition, and
  the network family must state ``TRANSLATES``, too;
- ``PAIRS = False``: it is not told which condition belongs to which picture, even of a set that knows;
- ``PUBLISHES``: further players that a published model keeps, each with the setting without which there is none, or
  "". ``backward`` is a generator from a picture to its condition, so that pages can go there and back again;
  ``encoder`` reads z from a picture. ``building.further`` builds them.

A phase's loss reads real pictures, conditions, the set's fields and random numbers from the ``context``
(``training/context.py``). A method may have any number of players; each has a name and a letter of its own.
"""
