"""What every benchmark says of the machine it ran on, and how it keeps its results."""

from __future__ import annotations

import json
import platform
import time
from datetime import date
from pathlib import Path
from typing import Any

import torch

from pipelines.training.machine import computes_bf16

RESULTS = Path(__file__).parent / "results"


def machine_class(device: str = "cpu") -> dict[str, Any]:
    """The class of the machine and its measured matrix-product peak, in GFLOP/s; of bf16 where it is not emulated."""
    name = (
        torch.cuda.get_device_name() if device == "cuda" else f"{platform.machine()}, {torch.get_num_threads()} cores"
    )
    kinds = {"fp32": torch.float32, **({"bf16": torch.bfloat16} if computes_bf16(device) else {})}
    peaks = {kind: round(_matmul_peak(device, dtype), 1) for kind, dtype in kinds.items()}
    return {"machine": name, "torch": torch.__version__, "date": date.today().isoformat(), "peak_gflops": peaks}


def keep(name: str, results: dict[str, Any]) -> None:
    """Write results beside earlier ones and say where."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(results, indent=1), "utf-8")
    print(f"\nWritten to {path}")


def _matmul_peak(device: str, dtype: torch.dtype, size: int | None = None) -> float:
    size = size or (8192 if device == "cuda" else 2048)
    a, b = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    best = 0.0
    for _ in range(20):  # other work on the machine may slow most of them
        _wait(device)
        start = time.perf_counter()
        a @ b
        _wait(device)
        best = max(best, 2 * size**3 / (time.perf_counter() - start) / 1e9)
    return best


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()
