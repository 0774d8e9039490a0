"""Losses of ``own/``, where ``$GAN_EXPLORER_EXTENSIONS`` names it: what their traits decide in training and the doctor."""

from __future__ import annotations

import pytest
import torch

from pipelines import objectives
from pipelines.config.checking import problems
from pipelines.config.train_config import TrainConfig
from pipelines.doctor import vanishing_gradient
from pipelines.networks._conditioning import nearest_centre
from pipelines.training.trainer import Trainer
from tests.doctor.made import after, made
from tests.extensions.within import CPU, settings


