"""How fast does each network family train beside DCGAN, and beside a plain loop? Images/s and ratios, in one run.

    python -m benchmarks.families [--size 64] [--width 32] [--batch 32] [--rounds 5] [--families dcgan stylegan ...]
                                  [--precision bf16]

Each family takes one step after the other's, in turns, round by round; a figure is the median over the rounds, a ratio
the median of the rounds' ratios. Counted is the processor's time on one thread, which other programs on the same cores
hardly change. Ours compute in float32, or as ``--precision`` says, the plain loop always in float32. *plain* is the
loop of ``benchmarks.plain_loop`` with the same networks, where modulated convolutions have filters of their own for
each picture and are computed in groups, as the papers' code has it. Networks whose resolution grows are measured at
their full size. Colour pictures, no penalties and no batch statistics. Families that draw a picture of another are left
out.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch
import torch.nn.functional as F
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn

from benchmarks._machine import keep, machine_class
from benchmarks.plain_loop import PlainLoop
from pipelines.config.train_config import TrainConfig
from pipelines.networks._modulated import Modulated
from pipelines.registries import NETWORKS, network_traits
from pipelines.training.building import advance
from pipelines.training.machine import Machine
from pipelines.training.memory import AT_THE_END
from pipelines.training.trainer import Trainer

BASE, PICTURES = "dcgan", 256
FAMILIES = [name for name in NETWORKS.names() if not network_traits(name).translates]


def trainers(config: TrainConfig, precision: str) -> tuple[Trainer, PlainLoop]:
    """Ours, in a precision, and the plain one, both at their full size."""
    images = torch.randint(0, 256, (PICTURES, config.channels, config.size, config.size), dtype=torch.uint8)
    labels = torch.zeros(PICTURES, dtype=torch.int64)
    ours, plain = Trainer(config, images, Machine("cpu", precision, 1)), PlainLoop(config, images, labels, 0, "cpu")
    ours.d_batches = AT_THE_END // config.batch_size
    for network in (plain.generator, plain.discriminator):
        advance(network, AT_THE_END)
        in_groups(network)
    return ours, plain


def in_groups(network: nn.Module) -> None:
    """Let modulated convolutions be computed in groups, a group a picture."""
    for layer in network.modules():
        if isinstance(layer, Modulated):
            layer.forward = lambda x, w, gain=1.0, layer=layer: _grouped(layer, x, w, gain)


def _grouped(layer: Modulated, x: Tensor, w: Tensor, gain: float) -> tuple[Tensor, Tensor | None]:
    count, inputs, height, width = x.shape
    weight = layer.convolution.weight
    weight = weight.transpose(0, 1) if layer.up else weight  # [outputs, inputs, k, k]
    weight = weight[None] * layer.style(w)[:, None, :, None, None]  # [B, outputs, inputs, k, k]
    if layer.demodulated:
        weight = gain * weight * (weight.square().sum((2, 3, 4), keepdim=True) + 1e-8).rsqrt()
    x = x.reshape(1, count * inputs, height, width)
    if layer.up:
        h = F.conv_transpose2d(x, weight.transpose(1, 2).flatten(0, 1), stride=2, groups=count)
    else:
        h = F.conv2d(x, weight.flatten(0, 1), padding=weight.shape[-1] // 2, groups=count)
    h = h.view(count, -1, *h.shape[2:])
    factor = h.new_ones(count, h.shape[1], 1, 1) if layer.demodulated else None
    return layer.blur(h) if layer.up else h, factor


def seconds(loop: Trainer | PlainLoop) -> float:
    """Of one step, on the processor."""
    start = time.process_time()
    loop.train_step()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="of ours")
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=FAMILIES)
    options = parser.parse_args()
    torch.set_num_threads(1)
    about, loops = machine_class(), {}
    for name in dict.fromkeys([BASE, *options.families]):
        if options.size in (network_traits(name).sizes or (options.size,)):
            config = TrainConfig(
                network=name, size=options.size, channels=3, width=options.width, batch_size=options.batch, dropout=0.0
            )
            loops[name] = trainers(config, options.precision)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in loops}
    for round_ in range(options.rounds + 1):  # the first warms up and is not counted
        for name, pair in loops.items():
            taken = seconds(pair[0]), seconds(pair[1])
            found[name] += [taken] if round_ else []
    table = Table("family", "images/s", f"beside {BASE}", "plain, images/s", "beside plain", box=None)
    rows = []
    for name, each in found.items():
        speed, plain = (options.batch / statistics.median(column) for column in zip(*each, strict=True))
        beside = statistics.median(base[0] / mine[0] for base, mine in zip(found[BASE], each, strict=True))
        ratio = statistics.median(theirs / mine for mine, theirs in each)
        rows.append({"family": name, "images_per_s": speed, "beside": beside, "plain": plain, "beside_plain": ratio})
        table.add_row(name, *(f"{number:.{places}f}" for number, places in
                              ((speed, 1), (beside, 2), (plain, 1), (ratio, 2))))  # fmt: skip
    console = Console(width=100)
    console.print(about)
    console.print(table)
    keep("families", {**about, **vars(options), "rows": rows})


if __name__ == "__main__":
    main()
