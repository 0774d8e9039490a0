"""Experience replay: fakes of earlier steps, shown to D among those of the present step.

Shrivastava et al., Learning from Simulated and Unsupervised Images through Adversarial Training (2017), section 2.3,
where half of each batch comes from such a store.
"""

from __future__ import annotations

from types import ModuleType

import torch
from torch import Tensor, nn

from pipelines.modalities import image

SIZE = 1024  # pictures kept
KEPT = 32  # of as many fakes one is kept, so that with batches of 64 the store reaches back some 500 steps


class Replay(nn.Module):
    """A store of old fakes with what D was told of them; the newest replace old ones at random.

    They are kept as the real pictures are, uint8. All of it lies in tensors that stay in place: it is saved with a
    checkpoint, and a step that a GPU replays can use it.

    Args:
        share: of each batch of fakes that is replaced by old ones, in [0, 1].
        shape: of a fake, (C, H, W) of a picture.
        condition: what one D is told of, where it is no class, [...]; None for classes.
        modality: what fakes are, one of ``pipelines.modalities``.
        size: fakes kept.
        kept: of as many new fakes one is kept.
    """

    def __init__(
        self,
        share: float,
        shape: tuple[int, ...],
        condition: Tensor | None = None,
        modality: ModuleType = image,
        size: int = SIZE,
        kept: int = KEPT,
    ) -> None:
        super().__init__()
        self.share, self.modality, self.size, self.kept = share, modality, size, kept
        one = modality.decode(torch.zeros(1, *shape))
        self.register_buffer("pictures", torch.zeros(size, *one.shape[1:], dtype=one.dtype))
        if condition is not None:
            self.register_buffer("conditions", torch.zeros(size, *condition.shape, dtype=condition.dtype))
        self.register_buffer(
            "told", torch.zeros(2, size, dtype=torch.int64)
        )  # classes, groups; zeros where there are none
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))  # pictures that have been stored so far

    @property
    def _all_told(self) -> tuple[Tensor, Tensor]:
        return getattr(self, "conditions", self.told[0]), self.told[1]

    @torch.no_grad()
    def forward(self, fake: Tensor, *told: Tensor | None) -> tuple[Tensor, tuple[Tensor | None, ...]]:
        """A batch with its first pictures replaced by old ones, and what D is told of each; some of it is then stored.

        Args:
            fake: new fakes in [-1, 1], float [B, C, H, W].
            told: conditions [B, ...] and groups int64 [B] of them, or None.
        """
        count, device = len(fake), fake.device
        old = round(self.share * count)
        filled = self.seen.clamp(max=self.size)
        chosen = (torch.rand(old, device=device) * filled).long()
        there = filled > 0  # nothing is replaced at the very first step
        pictures = fake.clone()
        stored = self.modality.encode(self.pictures[chosen]).to(fake.dtype)
        pictures[:old] = torch.where(there, stored, fake[:old])
        mixed = []
        for kept, new in zip(self._all_told, told, strict=True):
            if new is not None:
                new = torch.cat([torch.where(there, kept[chosen], new[:old]), new[old:]])
            mixed.append(new)
        self._keep(fake, told)
        return pictures, tuple(mixed)

    def _keep(self, fake: Tensor, told: tuple[Tensor | None, ...]) -> None:
        new = min(self.size, max(1, len(fake) // self.kept))
        # Empty places first, in order, then others at random; none twice, which would leave open whose fake stays.
        place = torch.arange(self.size, device=fake.device)
        random = torch.rand(self.size, device=fake.device)
        slots = torch.where(place < self.seen, 1 + random, place / self.size).argsort()[:new]
        self.pictures[slots] = self.modality.decode(fake[-new:])
        for kept, each in zip(self._all_told, told, strict=True):
            if each is not None:
                kept[slots] = each[-new:]
        self.seen += new
