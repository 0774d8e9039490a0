"""The reference: a training loop as public example scripts write it, with the very networks of the run beside it.

Contiguous float32, binary cross-entropy on labels of ones and zeros, real and fake in two passes through D, a fake
batch that is generated once and detached for D, gradients kept for D while G learns, torch's own dropout, and `.item()`
at every step.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipelines.config.train_config import TrainConfig
from pipelines.training.building import build


class PlainLoop:
    """Same networks, batch, rates and optimiser as a configuration; everything else as the tutorials do it."""

    def __init__(self, config: TrainConfig, images: Tensor, labels: Tensor, classes: int, device: str) -> None:
        torch.manual_seed(config.seed)
        self.config, self.device, self.classes = config, device, classes if config.conditional else 0
        generator, discriminator = build(config, self.classes, device)
        assert discriminator is not None
        _with_own_dropout(discriminator)
        self.generator, self.discriminator = (
            n.to(memory_format=torch.contiguous_format) for n in (generator, discriminator)
        )
        self.images, self.labels = images.float().div(127.5).sub(1).to(device), labels.to(device)
        kind = {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop}[config.optimizer]
        betas = {"betas": (config.beta1, config.beta2)} if config.optimizer == "adam" else {}
        self.opt_g = kind(self.generator.parameters(), lr=config.lr_g, **betas)
        self.opt_d = kind(self.discriminator.parameters(), lr=config.lr_d, **betas)
        self.criterion = nn.BCEWithLogitsLoss()
        self.images_seen = 0

    def train_step(self) -> None:
        """``d_steps`` updates of D, then one of G."""
        size = self.config.batch_size
        ones, zeros = torch.ones(size, device=self.device), torch.zeros(size, device=self.device)
        for _ in range(self.config.d_steps):
            index = torch.randint(len(self.images), (size,), device=self.device)
            y = self.labels[index] if self.classes else None
            noise = torch.randn(size, self.config.latent_size, device=self.device)
            fake = self.generator(noise, y)
            self.opt_d.zero_grad()
            error_real = self.criterion(self.discriminator(self.images[index], y), ones)
            error_real.backward()
            error_fake = self.criterion(self.discriminator(fake.detach(), y), zeros)
            error_fake.backward()
            (error_real + error_fake).item()
            self.opt_d.step()
            self.images_seen += size
        self.opt_g.zero_grad()
        error_g = self.criterion(self.discriminator(fake, y), ones)
        error_g.backward()
        error_g.item()
        self.opt_g.step()


def _with_own_dropout(network: nn.Module) -> None:
    """Exchange our dropout for torch's, wherever it is."""
    for parent in network.modules():
        for name, child in parent.named_children():
            if isinstance(child, nn.Dropout):
                setattr(parent, name, nn.Dropout(child.p))
