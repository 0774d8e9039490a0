"""Trains a few steps and saves all weights: started alone or by torchrun, by test_team.py.

python -m tests.training.train_together SETTINGS-AS-JSON FILE
"""

import json
import os
import sys

import torch
from safetensors.torch import save_file

from pipelines.training import team
from pipelines.training.config import TrainConfig
from pipelines.training.machine import Machine
from pipelines.training.trainer import Trainer

STEPS = 5

if __name__ == "__main__":
    torch.set_num_threads(1)
    config = TrainConfig(**json.loads(sys.argv[1]))
    images = torch.randint(0, 256, (40, 1, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    with team.formed(int(os.environ.get("WORLD_SIZE", "1")), "cpu") as group:
        trainer = Trainer(config, images, Machine("cpu", "fp32", 1), torch.arange(40) % 4, 4, team=group)
        if group and not group.leads:
            while order := group.hear():
                trainer.follow(order)
            sys.exit()
        numbers = [trainer.train_step(watch=True) for _ in range(STEPS)]
    weights = {f"{name}.{key}": t for name, part in trainer.named_parts() for key, t in part.state_dict().items()}
    save_file({k: t.contiguous() for k, t in weights.items()}, sys.argv[2], {"numbers": json.dumps(numbers)})
