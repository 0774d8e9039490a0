"""What a run would take is found out before there is one, without preparing its data, within limits of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from pipelines.paths import PROJECT
from pipelines.training import fitting

SMALL = ("--network=quick", "--width=4", "--latent-size=4", "--device=cpu", "--precision=fp32", "--batch-size=8")
WORDS = "Batches of 8 pictures of {0} x {0} at width {1} need about"


def test_a_person_is_told_in_a_sentence(type_in, monkeypatch):
    monkeypatch.setattr(fitting, "resource", None)  # the process of the tests goes on without limits
    code, said = type_in("memory", "first-digits", *SMALL)
    assert code == 0 and said.startswith(WORDS.format(28, 4)) and said.endswith(" fit."), said
    code, said = type_in("memory", *SMALL, "--r1=1", "--d-norm=batch", "--network=dcgan", "--size=64")
    assert code == 1 and "set d_norm to 'none', 'layer' or 'spectral', or r1 to 0" in said


def test_the_app_is_told_within_limits(homes):
    code = (
        "import sys; from pipelines import cli; from pipelines.training import fitting; fitting.MOST_BYTES = {}; "
        "cli.main(sys.argv[1:])"
    )

    def asked(most, *words):
        ended = subprocess.run(
            [sys.executable, "-c", code.format(most), "memory", "--lines", *SMALL, *words], cwd=PROJECT,
            env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return json.loads(ended.stdout)

    found = asked(4_000_000_000)
    assert found["fits"] is True and found["words"].startswith(WORDS.format(28, 4))
    found = asked(1_000_000_000, "--size=256", "--width=1024", "--network=mlp")
    assert found["fits"] is None and "are too large here to try how much memory they take" in found["words"], found
