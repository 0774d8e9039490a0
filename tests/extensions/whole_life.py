"""The whole life of a run whose parts lie in an extension folder, in a process of its own: what these tests share.

``lives`` writes the files of an extension and starts this module as a script, which trains a run, stops it halfway and
resumes it, reads it as a viewer does, publishes it with its full measure and explores the model.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
SETTINGS = {
    "width": 4, "latent_size": 3, "batch_size": 8, "samples": 6, "threads": 1, "device": "cpu", "precision": "fp32",
    "log_every": 1, "epochs": 2,
}  # fmt: skip


def lives(home: Path, files: dict[str, str], shared: bool = False, **settings: object) -> dict:
    """What a run of an extension's files has come to.

    Args:
        home: a folder of the test's own.
        files: of the extension, by their paths in it: ``networks/mine.py``.
        shared: whether two processes train the run together, too.
        settings: of the run, beside ``SETTINGS``.

    Returns:
        See ``main``.
    """
    for name, content in files.items():
        path = home / "extensions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    places = {"EXTENSIONS": "extensions", "DATA": "data", "RUNS": "runs", "MODELS": "models", "SAVED": "saved"}
    environment = {**os.environ, **{f"GAN_EXPLORER_{name}": str(home / folder) for name, folder in places.items()}}
    asked = [json.dumps({**SETTINGS, **settings}), *["shared"] * shared]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.extensions.whole_life", *asked],
        cwd=PROJECT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-4000:]
    return json.loads(ended.stdout.splitlines()[-1])


def main() -> None:
    """Live through it and print what came of it as JSON.

    ``rows``: those of the resumed run; ``exact``: whether its last checkpoint is that of a run that was not stopped,
    bit for bit; ``players``: the networks in it; ``live``: what a viewer is told at first; ``sheet``: the size and
    bytes of the last grid; ``quality``: the card's full measure; ``model``: what a page is told of the published model;
    ``pictures``: of eight samples, how many differ, and their shape; ``again``: whether the model and the run draw the
    same; ``at_once``: whether a branch of about the step of the stop, and a run that trains the published model
    further, draw as these before they are started; ``branched``: whether that branch ends as the run, bit for
    bit; ``went_on``: what the other says went on; ``apart``: how far any number of the first ten steps of two processes
    that train it together is from that of one; ``told``: of a conditional model, whether its second condition gives
    another picture than the first; ``score``: how many opinions D gives of the eight, where it can; ``directions``:
    the kinds that are found; ``best``: the step of the best checkpoint; ``files``: those of weights that the model
    has; ``findings``: the ailments that the doctor names; ``back``: of a model with a way back, whether it gives the
    same conditions of four pictures as the run and their shape, what is said where its file is another, and whether
    the model can be had without it; ``preview``: the sizes of the preview and of the run's last grid; ``truth``: the
    shape of the pictures that belong to the model's conditions.
    """
    import io

    import numpy as np
    import torch
    from PIL import Image
    from safetensors.numpy import load_file

    from explorer.live.reader import RunReader
    from explorer.model import Model, load
    from pipelines import doctor
    from pipelines.config.checking import check
    from pipelines.config.train_config import TrainConfig
    from pipelines.errors import ModelError
    from pipelines.latent.model import describe
    from pipelines.models import fine_tuning
    from pipelines.models.publishing import publish
    from pipelines.runs import branching, jobs, session, worker
    from pipelines.runs.folder import FINISHED, STOPPED, RunFolder
    from pipelines.training import checkpoint

    config, home = check(TrainConfig(**json.loads(sys.argv[1]))), Path(os.environ["GAN_EXPLORER_RUNS"])

    def same(one: dict, other: dict) -> bool:
        return one.keys() == other.keys() and all(
            np.array_equal(one[name], other[name], equal_nan=True) for name in one
        )

    def trained(run: RunFolder, ends: str) -> RunFolder:
        assert worker.work(run) == ends, run.status().message
        return run

    def apart(run: RunFolder, alone: RunFolder) -> float:
        assert jobs.attend(run, lambda status: None) == FINISHED, run.status().message + run.log_tail()
        first = [[row for row in each.metrics()[0] if 0 < row["step"] <= 10] for each in (run, alone)]
        numbers = ("d_loss", "g_loss", "grad_d", "grad_g")
        assert len(first[0]) == len(first[1]) >= 10
        return max(abs(mine[name] - theirs[name]) for mine, theirs in zip(*first, strict=True) for name in numbers)

    def back(model: Model, other: Model) -> dict | None:
        if "backward" not in model.trained.further:
            return None
        z, y = model.trained.draw((1, index) for index in range(4))
        conditions = [each.trained.further["backward"](z, each.trained.raw(z, y)) for each in (model, other)]
        path = model.trained.entry.folder / "backward.safetensors"
        whole, said = path.read_bytes(), None
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        try:
            load("mine")
        except ModelError as error:
            said = str(error)
        path.unlink()
        without = "backward" not in load("mine").trained.further
        path.write_bytes(whole)
        return {"same": torch.equal(*conditions), "shape": list(conditions[0].shape), "changed": said, "less": without}

    whole = trained(jobs.create(config, path=home / "20260101-120000-whole-abcd"), FINISHED)
    after, real = whole.status().step // 2, session.FolderHooks.after_step

    def stopping(hooks: session.FolderHooks, trainer: object, *rest: object) -> None:
        real(hooks, trainer, *rest)
        if trainer.step == after:
            jobs.stop(hooks.folder)

    session.FolderHooks.after_step = stopping
    run = trained(jobs.create(config, path=home / "20260101-120000-parts-abcd"), STOPPED)
    session.FolderHooks.after_step = real
    jobs.prepare_resume(run)
    trained(run, FINISHED)
    states = [load_file(each.checkpoints()[-1]) for each in (whole, run)]
    exact = same(*states)
    rows = [row for row in run.metrics()[0] if "event" not in row]
    grid = run.sample_path(run.samples()[0][-1]["file"]).read_bytes()

    publish(run, "mine", checkpoint_name="last", samples=100)
    model, of_run = load("mine"), load(f"{run.id}@last")
    first = 0 if model.class_names else None
    drawn = model.sample(8, seed=1, y=first)
    told = None
    if model.class_names:
        told = not np.array_equal(model.sample(1, seed=1, y=0), model.sample(1, seed=1, y=1))
    after = max(step for step in run.checkpoint_steps() if step <= after)  # of many, some are deleted
    branch, further = branching.branch(run, after), fine_tuning.begin("mine", {"epochs": 1})
    origins = {branch.id: f"{run.id}@{after}", further.id: "mine"}
    at_once = [np.array_equal(*(load(each).sample(2, seed=1, y=first) for each in pair)) for pair in origins.items()]
    branched = same(load_file(trained(branch, FINISHED).checkpoints()[-1]), states[1])
    (went_on,) = [row["message"] for row in trained(further, FINISHED).metrics()[0] if row.get("event") == "branched"]
    reader = RunReader(run)
    reader.news()
    shown = reader.everything()
    found = {
        "rows": rows, "exact": exact, "players": sorted({name.split(".")[0] for name in states[1]}),
        "live": shown, "sheet": [*Image.open(io.BytesIO(grid)).size, len(grid)],
        "quality": model.trained.entry.card["quality"], "model": describe(model),
        "pictures": [len(np.unique(drawn.reshape(8, -1), axis=0)), *drawn.shape],
        "again": np.array_equal(drawn, of_run.sample(8, seed=1, y=first)), "told": told,
        "preview": [Image.open(model.trained.entry.folder / "preview.png").size, Image.open(io.BytesIO(grid)).size],
        "truth": None if model.trained.truth is None else list(model.trained.truth.shape),
        "best": checkpoint.read(run.best_path)[1]["step"],
        "score": [len(model.score(drawn, first))] if model.judges_pictures else None,
        "at_once": at_once, "branched": branched, "went_on": went_on.partition(". ")[2],
        "apart": apart(jobs.create(config.changed(gpus=2)), whole) if sys.argv[2:] else None,
        "directions": sorted({one.kind for one in model.directions.values()}),
        "files": sorted(path.stem for path in model.trained.entry.folder.glob("*.safetensors")),
        "back": back(model, of_run), "findings": [one.ailment for one in doctor.examine(doctor.of_run(run))],
    }  # fmt: skip
    print(json.dumps(found, default=str))


if __name__ == "__main__":
    main()
