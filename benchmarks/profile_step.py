"""Where does the time of a training step go? The plain loop's and ours, as a picture.

    python -m benchmarks.profile_step [--preset dcgan-64] [--batch 64] [--steps 20] [--picture step-profile.png]

The two loops of benchmarks.train_step with the same networks; torch's profiler tells how long each operation itself
took, on the processor or, with ``--device cuda``, on the GPU. Operations are grouped by what they are for. What the
profiler itself costs is in the figures, so read the shares and the ratio.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import torch
from playwright.sync_api import sync_playwright
from torch.profiler import ProfilerActivity, profile

from benchmarks._machine import keep, machine_class
from benchmarks.plain_loop import PlainLoop
from pipelines.config import presets
from pipelines.training import machine
from pipelines.training.trainer import Trainer
from scripts import chromium

PICTURES, CLASSES, WARM_UP = 2048, 10, 5
# The first group one of whose words is in the operation's name has it.
GROUPS = {
    "convolutions": ("conv", "cudnn", "mkldnn"),
    "matrix products": ("mm", "gemm", "linear"),
    "normalisation": ("norm",),
    "optimiser, average": ("adam", "rmsprop", "lerp", "optimizer", "foreach", "sqrt", "addcmul", "addcdiv"),
    "random numbers, dropout": ("random", "normal_", "dropout", "bernoulli", "randperm", "uniform", "::ge"),
    "copies and casts": ("copy", "clone", "contiguous", "cat", "index", "fill", "zero", "item", "_local_scalar"),
    "activations": ("relu", "tanh", "sigmoid", "softplus", "::mul", "binary_cross", "::add", "threshold"),
}
REST = "all else"


def ms_by_group(loop: Trainer | PlainLoop, steps: int, device: str) -> dict[str, float]:
    """Milliseconds of a step that each group of operations takes."""
    for _ in range(WARM_UP):
        loop.train_step()
    kinds = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if device == "cuda" else [])]
    with profile(activities=kinds) as profiled:
        for _ in range(steps):
            loop.train_step()
    spent: Counter[str] = Counter()
    for operation in profiled.key_averages():
        name = operation.key.lower()
        group = next((group for group, words in GROUPS.items() if any(word in name for word in words)), REST)
        own = operation.self_device_time_total if device == "cuda" else operation.self_cpu_time_total
        spent[group] += own / 1000 / steps
    return {group: round(spent[group], 3) for group in [*GROUPS, REST]}


def draw(path: Path, title: str, found: dict[str, dict[str, float]]) -> None:
    """Two bars, each cut into its groups."""
    names = [f"{name}: {sum(spent.values()):.0f} ms" for name, spent in found.items()]
    bars = [
        {"type": "bar", "orientation": "h", "name": group, "y": names, "x": [spent[group] for spent in found.values()]}
        for group in [*GROUPS, REST]
    ]
    layout = {
        "barmode": "stack", "title": {"text": title, "font": {"size": 18}}, "width": 1100, "height": 400,
        "xaxis": {"title": {"text": "milliseconds of a step"}}, "yaxis": {"autorange": "reversed", "automargin": True},
        "font": {"family": "sans-serif", "size": 15}, "margin": {"r": 20, "t": 50},
        "legend": {"orientation": "h", "y": -0.45, "traceorder": "normal"},
        "colorway": ["#4c3fb0", "#0b7a5c", "#c24b9a", "#d98b1f", "#6aa6d6", "#b23b3b", "#8a8f3c", "#9a9a9a"],
    }  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.FLAGS)
        page = browser.new_page(viewport={"width": 1100, "height": 400})
        page.set_content("<body style='margin:0'><div id=plot></div></body>")
        page.add_script_tag(path=str(plotly_js()))
        page.evaluate("([bars, layout]) => Plotly.newPlot('plot', bars, layout, {staticPlot: true})", [bars, layout])
        page.screenshot(path=str(path))
        browser.close()


def plotly_js() -> Path:
    """The script that plotly's Python package brings along."""
    import plotly

    return Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="dcgan-64", choices=presets.PRESETS)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--picture", type=Path, default=Path("docs/images/step-profile.png"))
    options = parser.parse_args()
    config = presets.get(options.preset).config.changed(batch_size=options.batch, device=options.device)
    where = machine.resolve(config)
    machine.set_up(where)
    images = torch.randint(0, 256, (PICTURES, config.channels, config.size, config.size), dtype=torch.uint8)
    labels = torch.arange(PICTURES) % CLASSES
    found = {
        "plain loop": ms_by_group(
            PlainLoop(config, images, labels, CLASSES, where.device), options.steps, where.device
        ),
        "ours": ms_by_group(Trainer(config, images, where, labels, CLASSES), options.steps, where.device),
    }
    for name, spent in found.items():
        print(f"{name}: {json.dumps(spent)}")
    title = f"{options.preset}, batches of {options.batch}, {where.words}"
    draw(options.picture, title, found)
    keep("profile_step", {**machine_class(options.device), "preset": options.preset, "batch": options.batch, **found})


if __name__ == "__main__":
    main()
