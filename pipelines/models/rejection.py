"""Which centres of a mixture prior are left out, by the output of the model's discriminator.

Where G learnt nothing sensible at some centre, D still tells its samples from real pictures when training ends. To
reject samples by D's opinion brings what is drawn nearer to the data (Azadi et al., Discriminator Rejection Sampling,
2019). Here whole centres are rejected: the classifiers that measure a model have no say in it, and every z that is
drawn stays one that sliders and paths can start from.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from pipelines.errors import ModelError
from pipelines.models.trained import Trained
from pipelines.networks._conditioning import centres, spread
from pipelines.registries import LOSSES, loss_traits
from pipelines.training.pictures import to_float

EACH = 128  # samples of a centre that D is asked about


def beliefs(trained: Trained) -> np.ndarray:
    """D's mean output for samples of each centre, as wide as the model draws them, float [centres].

    Raises:
        ModelError: the model's prior is no mixture, or it comes without D.
    """
    config, network = trained.config, trained.discriminator
    if config.prior != "mixture":
        raise ModelError(f"The prior of {trained.name} is {config.prior}; only a mixture has centres to reject.")
    if network is None:
        raise ModelError(f"{trained.name} comes without its discriminator, which is what centres are rejected by.")
    chance = np.random.default_rng(0)
    noise = torch.from_numpy(chance.standard_normal((EACH, config.latent_size)).astype(np.float32))
    around = trained.entry.truncation * spread(config.latent_size) * noise
    y = torch.arange(EACH) % len(trained.class_names) if config.conditional else None
    return np.array([_belief(trained, centre + around, y) for centre in centres(config.centres, config.latent_size)])


def least_believed(trained: Trained, count: int) -> list[int]:
    """The numbers of the centres whose samples D believes least, in order; raises as ``beliefs``.

    Raises:
        ModelError: no centre, or less than none, would be left.
    """
    found = beliefs(trained)
    if not 0 <= count < len(found):
        raise ModelError(f"reject is {count}; of {len(found)} centres at most {len(found) - 1} can be rejected.")
    return sorted(int(centre) for centre in np.argsort(found, kind="stable")[:count])


@torch.inference_mode()
def _belief(trained: Trained, z: Tensor, y: Tensor | None) -> float:
    logits = trained.logits(to_float(trained.decode(z, y)), y)
    said = float(LOSSES.get(trained.config.loss).d_output(logits).mean())
    return said if loss_traits(trained.config.loss).real_is_higher else -said
