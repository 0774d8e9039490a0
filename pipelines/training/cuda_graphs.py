"""A step recorded once as a CUDA graph and then replayed whole.

The kernels of a small network are shorter than the time a processor needs to launch them, so that a fast GPU mostly
waits. A replayed graph launches all of them at once (https://pytorch.org/docs/stable/notes/cuda.html#cuda-graphs).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any

import torch

WARM_UP = (
    2  # calls of each kind that run as usual before one is recorded: libraries choose kernels, optimisers allocate
)


class Replayed:
    """Calls a function; from the third call of a kind on, replays what the GPU did.

    The function must read and write tensors that stay where they are, wait for nothing that the GPU computes, and do
    the same at each call of one kind. Random numbers are fresh at each replay, as they would be at each call.
    """

    def __init__(self) -> None:
        self._called: Counter[Hashable] = Counter()
        self._recorded: dict[Hashable, tuple[torch.cuda.CUDAGraph, Any]] = {}
        self._stream = torch.cuda.Stream()

    def __call__(self, kind: Hashable, function: Callable[[], Any]) -> Any:
        """What the function returns; tensors in it are overwritten by the next call."""
        if kind not in self._recorded:
            self._called[kind] += 1
            if self._called[kind] <= WARM_UP:
                return self._beside(function)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                self._recorded[kind] = graph, function()
        graph, result = self._recorded[kind]
        graph.replay()
        return result

    def forget(self) -> None:
        """Record anew: a number that is written into the graphs, or a tensor's place, has changed."""
        self._recorded.clear()
        self._called.clear()

    def _beside(self, function: Callable[[], Any]) -> Any:
        """A call on the stream of its own that recording asks for."""
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            result = function()
        torch.cuda.current_stream().wait_stream(self._stream)
        return result
