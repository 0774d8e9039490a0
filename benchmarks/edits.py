"""Does arithmetic on z do what it says, and nothing else? Measured with the attribute classifier that ships.

    python -m benchmarks.edits [--model faces] [--count 500] [--equations 25] [--attributes NAME ...]
                               [--tables equation held dragged straight given] [--another-judge]

Five tables, each with the share that shows what was wanted, and for every other part (hair colours count as one) the
share whose verdict changed:

    held       a labelled direction with all else held, as the page's "hold all" gives it (``name~all``): as far as the
               page recommends (search.along)
    dragged    the same direction, moved for each picture only until it shows: a person who stops dragging there
    straight   one labelled direction for all pictures, orthogonal to those of all other parts, until it shows
    given      ``Give`` on the Arithmetic page, with all else held: a move searched for each picture (edit.py)
    equation   the page's classic equations, exemplars as it chooses them (equations.py), one choice after the other;
               a part has changed where the result differs from the mean of C, apart from what was wanted

All but the equations are measured on random samples of seed 1 that lack the attribute; directions, readings and
exemplars come from seed 0, what is learnt through G from seed 2. Moves are learnt and searched through the classifier
that ships, which also judges them here; ``--another-judge`` trains a second one, from other first weights, and lets
that one judge: what only fools the first is found out.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from benchmarks._machine import keep, machine_class
from explorer.model import Model, arithmetic, load, mean, orthogonal_to
from pipelines import data
from pipelines.latent import equations as known
from pipelines.latent.directions import ALL, HELD, slug
from pipelines.latent.edit import edit
from pipelines.latent.search import along
from pipelines.metrics import attributes
from pipelines.metrics.parts import part_of, parts_of, verdicts
from pipelines.metrics.reader import Reader
from pipelines.models import readings

SEED = 1
TABLES = ("equation", "held", "dragged", "straight", "given")
STEP, FARTHEST = 0.25, 6.0  # of a slider that is dragged until it shows
JUDGE_SEED = 1  # of the second classifier
MAIN = ("glasses", "sunglasses", "long hair", "smile", "open mouth", "beard")


def lacking(model: Model, name: str, count: int) -> np.ndarray:
    """z of the first samples of ``SEED`` without an attribute, float32 [count, latent_size]."""
    found: list[np.ndarray] = []
    for start in range(0, 40 * count, 256):
        z = model.z(256, SEED, start)
        seen = model.reader.says(model.reader.read(model.decode(z)))
        found += list(z[seen[:, model.reader.names.index(name)] == 0])
        if len(found) >= count:
            break
    return np.array(found[:count])


def changes(reader: Reader, name: str, before: np.ndarray, after: np.ndarray) -> dict[str, Any]:
    """What became of pictures [B, H, W, C]: the share that shows an attribute, and of each other part that changed."""
    seen = [reader.read(pictures) for pictures in (before, after)]
    turned = (verdicts(reader, seen[0]) != verdicts(reader, seen[1])).mean(0)
    own = part_of(reader, name)
    others = {
        part.label: round(float(share), 4) for part, share in zip(parts_of(reader), turned, strict=True) if part != own
    }
    shows = reader.says(seen[1])[:, reader.names.index(name)].mean()
    return {"attribute": name, "count": len(before), "succeeds": round(float(shows), 4), "changes": others}


def given(model: Model, name: str, z: np.ndarray, judge: Reader) -> dict[str, Any]:
    """A move for each picture, searched as the page does."""
    start = time.perf_counter()
    moves = np.stack([edit(model, one, None, name).vector for one in z])
    row = changes(judge, name, model.decode(z), model.decode(z + moves))
    lengths = np.linalg.norm(moves, axis=1)
    each = (time.perf_counter() - start) / len(z)
    return {**row, "median_length": round(float(np.median(lengths)), 2), "seconds_each": round(each, 2)}


def held(model: Model, name: str, z: np.ndarray, judge: Reader) -> dict[str, Any]:
    """A labelled direction with all else held, as far as the page recommends."""
    full = f"{slug(name)}{HELD}{ALL}"
    amount = along(model, full, None, 64)["amount"]
    after = model.decode(z + np.float32(amount) * model.ways(full, z))
    return {**changes(judge, name, model.decode(z), after), "amount": amount}


def dragged(model: Model, name: str, z: np.ndarray, judge: Reader) -> dict[str, Any]:
    """The same direction, each picture moved along it only until the attribute shows."""
    return until_it_shows(model, name, z, model.ways(f"{slug(name)}{HELD}{ALL}", z), judge)


def straight(model: Model, name: str, z: np.ndarray, judge: Reader) -> dict[str, Any]:
    """One direction for all pictures, orthogonal to the others', each moved along it only until the attribute shows."""
    own = part_of(model.reader, name).names
    others = [one.vector for one in model.labelled.values() if one.name not in own]
    way = orthogonal_to(model.direction(slug(name)).vector, others)
    return until_it_shows(model, name, z, np.broadcast_to(way, z.shape), judge)


def until_it_shows(model: Model, name: str, z: np.ndarray, ways: np.ndarray, judge: Reader) -> dict[str, Any]:
    """Pictures moved along directions [B, latent_size] as a person would who stops when the attribute shows."""
    column = model.reader.names.index(name)
    after, waiting = model.decode(z), np.arange(len(z))
    before, amounts = after.copy(), np.zeros(len(z))
    while len(waiting) and amounts[waiting[0]] < FARTHEST:
        amounts[waiting] += STEP
        after[waiting] = model.decode(z[waiting] + np.float32(amounts[waiting[0]]) * ways[waiting])
        shows = model.reader.says(model.reader.read(after[waiting]))[:, column]
        waiting = waiting[shows == 0]
    return {**changes(judge, name, before, after), "median_amount": float(np.median(amounts))}


MEASURES = {"held": held, "dragged": dragged, "straight": straight, "given": given}


def equation(model: Model, one: dict[str, Any], count: int, judge: Reader) -> dict[str, Any]:
    """One classic equation, ``count`` times with other exemplars."""
    want = known.goal(one["a"], one["b"], one["c"])
    changed = [name for name in want if want[name] is not one["c"].get(name)]
    before, after = [], []
    for variant in range(count):
        filled = known.fill(model, one["a"], one["b"], one["c"], variant)
        a, b, c = (
            mean(model.trained.draw((0, int(sample.split(".")[1])) for sample in filled[slot])[0].numpy())
            for slot in known.SLOTS
        )
        before.append(c)
        after.append(arithmetic(a, b, c))
    row = changes(judge, changed[0], model.decode(np.stack(before)), model.decode(np.stack(after)))
    seen = judge.says(judge.read(model.decode(np.stack(after))))
    right = np.all([seen[:, judge.names.index(name)] == value for name, value in want.items()], axis=0)
    return {**row, "attribute": one["title"], "succeeds": round(float(right.mean()), 4)}


def another(model: Model, console: Console) -> Reader:
    """A second classifier of the model's attributes, which nothing was learnt or searched through."""
    config = model.trained.config
    wanted = {"size": config.size, "channels": config.channels}
    network = attributes.train(data.load(config.data, **wanted), seed=JUDGE_SEED, progress=console.print).eval()
    right = attributes.accuracy(network, data.load(config.data, **wanted, split="test"))
    console.print(f"Another judge: right on at least {min(right.values()):.1%} of the test pictures.")
    return Reader(model.reader.names, model.reader.groups, network.requires_grad_(False), exclusive=False)


def show(console: Console, title: str, rows: list[dict[str, Any]]) -> None:
    """One table."""
    if not rows:
        return
    labels = sorted({label for row in rows for label in row["changes"]})
    table = Table("", "samples", "succeeds", *labels, "worst", title=title, box=None)
    for row in rows:
        shares = [row["changes"].get(label) for label in labels]
        table.add_row(
            row["attribute"], str(row["count"]), f"{row['succeeds']:.1%}",
            *("" if share is None else f"{share:.1%}" for share in shares), f"{max(row['changes'].values()):.1%}",
        )  # fmt: skip
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="faces", help="a published model, or a run's id")
    parser.add_argument("--count", type=int, default=500, help="samples without the attribute")
    parser.add_argument("--equations", type=int, default=25, help="choices of exemplars for each equation")
    parser.add_argument("--attributes", nargs="*", default=list(MAIN), metavar="NAME")
    parser.add_argument("--tables", nargs="*", default=list(TABLES), choices=TABLES, metavar="TABLE")
    parser.add_argument("--output", default="edits", help="name of the file in benchmarks/results")
    parser.add_argument("--another-judge", action="store_true", help="train a second classifier, and let it judge")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, console = load(options.model), Console(width=170)
    if model.trained.entry.run is not None:  # as many readings as a published model has
        model.readings = readings.make(model.trained, readings.COUNT)
    judge = another(model, console) if options.another_judge else model.reader
    about = {"model": model.id, "judge": "another" if options.another_judge else "the classifier that ships"}
    results: dict[str, Any] = {**machine_class(), **about, "tables": {}}

    def table(title: str, names: list[Any], measure: Callable[[Any], dict[str, Any]]) -> None:
        rows = results["tables"][title] = []
        for name in names:
            rows.append(measure(name))
            keep(options.output, results)  # a long measurement that is cut short has said something
        show(console, title, rows)

    samples = {name: lacking(model, name, options.count) for name in options.attributes}
    if "equation" in options.tables:
        table("equation", known.classic(model), lambda one: equation(model, one, options.equations, judge))
    for title, measure in MEASURES.items():
        if title in options.tables:
            table(title, options.attributes, lambda name, measure=measure: measure(model, name, samples[name], judge))


if __name__ == "__main__":
    main()
