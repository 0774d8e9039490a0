"""Trains a few steps of several configurations and saves all weights: started alone or by torchrun, by test_team.py.

python -m tests.training.train_together FOLDER SETTINGS-AS-JSON ...
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
    folder, settings = sys.argv[1], [json.loads(text) for text in sys.argv[2:]]
    images = torch.randint(0, 256, (40, 1, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    with team.formed(int(os.environ.get("WORLD_SIZE", "1")), "cpu") as group:
        for number, values in enumerate(settings):
            config = TrainConfig(**values)
            trainer = Trainer(config, images, Machine("cpu", "fp32", 1), torch.arange(40) % 4, 4, team=group)
            if group and not group.leads:
                for _ in range(STEPS):
                    trainer.follow(group.hear())
                continue
            numbers = [trainer.train_step(watch=True) for _ in range(STEPS)]
            parts = [(name, key, t) for name, part in trainer.named_parts() for key, t in part.state_dict().items()]
            weights = {f"{name}.{key}": t.contiguous() for name, key, t in parts}
            save_file(weights, f"{folder}/{number}", {"numbers": json.dumps(numbers)})
        if group and not group.leads:
            assert group.hear() is None, "the leader says when it is over"
