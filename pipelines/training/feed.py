"""The real pictures of each step: picked on the device where all of them fit, else brought to it a step ahead."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import torch
from torch import Tensor

ROOM = 0.4  # share of a GPU's free memory that the pictures may take; networks and their steps need the rest

Part = Callable[[Tensor], Tensor]  # what of a batch is wanted


class Feed:
    """Real pictures, and what is told of them, batch after batch in an order that the seed and the epoch decide.

    ``choose`` says which batches a step is given, ``batch`` reads them. What is read lies in tensors that stay in
    place, so that a recorded step reads the pictures of each new choice.

    Pictures that do not fit stay in memory. While a step computes, a thread picks those of the next into page-locked
    memory and sends them to the GPU on a stream of its own, so that neither waits for the other.

    Args:
        images: uint8 [N, C, H, W], or other examples [N, ...] as they are stored.
        told: what belongs to each picture, such as its class, [N, ...] each, or None.
        size: pictures of a batch, N at most.
        turns: batches that a step is given.
        seed: of the order.
        device: where the steps compute.
        resident: whether all pictures lie on the device; None: if they fit.
    """

    def __init__(
        self,
        images: Tensor,
        told: tuple[Tensor | None, ...],
        size: int,
        turns: int,
        seed: int,
        device: torch.device,
        resident: bool | None = None,
    ) -> None:
        self.resident = _fits(images, device) if resident is None else resident
        self.count, self.size, self.seed, self.device = len(images), size, seed, device
        self._images = images.to(device) if self.resident else images
        self._told = tuple(None if one is None else one.to(device) for one in told)
        self._chosen = torch.zeros(turns, size, dtype=torch.int64, device=device)
        self._order: tuple[int, Tensor] | None = None  # the epoch's shuffled indices, where pictures lie
        self._prefetcher = None if self.resident else _Prefetcher(images, turns * size, device)

    @property
    def batches_per_epoch(self) -> int:
        """Batches in one pass over the data; a last incomplete one is left out."""
        return max(1, self.count // self.size)

    def choose(self, first: int) -> None:
        """Let a step have the batches from number ``first``, >= 0, on, counted over all epochs."""
        index = self._indices(first)
        self._chosen.copy_(index.view_as(self._chosen), non_blocking=True)
        if self._prefetcher:
            self._prefetcher.deliver(index)
            self._prefetcher.fetch(self._indices(first + len(self._chosen)))

    def batch(self, turn: int, part: Part = lambda batch: batch) -> tuple[Tensor, tuple[Tensor | None, ...]]:
        """One of the chosen batches on the device: uint8 [B, C, H, W], and [B, ...] of what belongs to them.

        Args:
            turn: which of them.
            part: takes what is wanted of a batch.
        """
        index = part(self._chosen[turn])
        if self._prefetcher:
            staged = self._prefetcher.staged
            pictures = part(staged.view(len(self._chosen), self.size, *staged.shape[1:])[turn])
        else:
            pictures = self._images[index]
        return pictures, tuple(None if one is None else one[index] for one in self._told)

    def _indices(self, first: int) -> Tensor:
        """Which pictures a step's batches are, int64 [turns * size], where pictures lie."""
        parts = []
        for number in range(first, first + len(self._chosen)):
            epoch, position = divmod(number, self.batches_per_epoch)
            if self._order is None or self._order[0] != epoch:
                shuffle = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
                self._order = epoch, torch.randperm(self.count, generator=shuffle).to(self._images.device)
            parts.append(self._order[1][position * self.size : (position + 1) * self.size])
        return torch.cat(parts)


class _Prefetcher:
    """Brings pictures from memory to a device, one load ahead of what is being used."""

    def __init__(self, images: Tensor, load: int, device: torch.device) -> None:
        shape = (load, *images.shape[1:])
        on_gpu = device.type == "cuda"
        self.staged = torch.empty(shape, dtype=images.dtype, device=device)  # what the step reads
        self._images = images
        self._packed = torch.empty(shape, dtype=images.dtype, pin_memory=on_gpu)
        self._arriving = torch.empty_like(self.staged)
        self._stream = torch.cuda.Stream(device) if on_gpu else None
        self._unpacked = torch.cuda.Event() if on_gpu else None  # what has arrived was taken over
        self._thread = ThreadPoolExecutor(1, "feed")
        self._underway: tuple[Tensor, Future[None]] | None = None

    def fetch(self, index: Tensor) -> None:
        """Begin to bring these."""
        self._underway = index, self._thread.submit(self._bring, index)

    def deliver(self, index: Tensor) -> None:
        """Stage these: what was fetched, if it is them, without waiting for the device."""
        if self._underway is None or not torch.equal(self._underway[0], index):
            self.fetch(index)
        self._underway[1].result()
        self.staged.copy_(self._arriving, non_blocking=True)
        if self._unpacked:
            self._unpacked.record()

    def _bring(self, index: Tensor) -> None:
        torch.index_select(self._images, 0, index, out=self._packed)
        if self._stream is None:
            self._arriving.copy_(self._packed)
            return
        with torch.cuda.stream(self._stream):
            self._stream.wait_event(self._unpacked)
            self._arriving.copy_(self._packed, non_blocking=True)
        self._stream.synchronize()


def _fits(images: Tensor, device: torch.device) -> bool:
    return device.type != "cuda" or images.nbytes <= ROOM * torch.cuda.mem_get_info(device)[0]
