"""torch's optimisers without the hooks of torch.compile.

For these hooks the first optimiser of a process imports torch._dynamo, which takes about as long as torch itself: every
training, edit and search would begin that much later. Nothing here compiles an optimiser; the networks, whose compiling
is a setting, are not concerned.
"""

from __future__ import annotations

import inspect

import torch
from torch.optim import Optimizer

HOOKED = ("add_param_group", "zero_grad", "state_dict", "load_state_dict")  # methods that are kept from being compiled


def _uncompiled(kind: type[Optimizer]) -> type[Optimizer]:
    """The same optimiser, whose methods are those that torch wraps in its hooks."""
    methods = {name: inspect.unwrap(getattr(kind, name)) for name in HOOKED}
    methods["step"] = torch.no_grad()(inspect.unwrap(kind.step))
    return type(kind.__name__, (kind,), {"__doc__": kind.__doc__, "__module__": __name__, **methods})


Adam = _uncompiled(torch.optim.Adam)
AdamW = _uncompiled(torch.optim.AdamW)
LBFGS = _uncompiled(torch.optim.LBFGS)
NAdam = _uncompiled(torch.optim.NAdam)
RMSprop = _uncompiled(torch.optim.RMSprop)
SGD = _uncompiled(torch.optim.SGD)
