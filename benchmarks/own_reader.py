"""How well, and in what time, a reader of one's own learns a folder of pictures with an attributes.csv of 40 columns.

``python -m benchmarks.own_reader``: the first 10,000 drawn faces are written to a folder, as a person's own pictures
would lie there. Its columns are the faces' attributes under names as in CelebA's list (``Male`` is the beard),
conjunctions of two, rare ones, two that mostly copy another one, and as noise some that nothing on the picture shows.
Photographs cannot be had without the network, and drawn faces are easier to read. Told are seconds by the clock and of
the processor.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from pipelines import data, threads
from pipelines.models import own_readers

COLUMNS = 40
NOISE = 0.23  # share of the pictures that a column of noise marks


def columns_of(faces: data.ImageSet) -> dict[str, np.ndarray]:
    """The 40 columns by their names, 0 or 1 for each face."""
    chance = np.random.default_rng(1)
    has = dict(zip(faces.attribute_names, faces.attributes.T.astype(int), strict=True))
    columns = {name.title().replace(" ", "_"): values for name, values in has.items()}
    columns |= {"Smiling": columns.pop("Smile"), "Male": columns.pop("Beard")}
    columns["Eyeglasses"] = has["glasses"] | has["sunglasses"]
    columns["Rare_Glasses"] = has["red hair"] & has["glasses"] & has["long hair"]
    columns["Rare_Sunglasses"] = has["dark skin"] & has["sunglasses"] & has["blond hair"]
    columns["Often_With_Male"] = np.where(chance.random(len(faces)) < 0.9, has["beard"], has["long hair"])
    columns["Smile_By_Another"] = np.where(chance.random(len(faces)) < 0.9, has["smile"], 1 - has["smile"])
    for hair in ("black", "brown", "blond", "red"):
        for skin in ("light", "tan"):
            columns[f"{hair}_{skin}".title()] = has[f"{hair} hair"] & has[f"{skin} skin"]
    while len(columns) < COLUMNS:
        columns[f"Noise_{len(columns)}"] = (chance.random(len(faces)) < NOISE).astype(int)
    return columns


def write(faces: data.ImageSet, folder: Path) -> None:
    """The faces and their columns as a folder of a person's own."""
    columns = columns_of(faces)
    with (folder / "attributes.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["file", *columns])
        for number, (image, row) in enumerate(zip(faces.images, np.stack([*columns.values()], 1), strict=True)):
            Image.fromarray(image.transpose(1, 2, 0)).save(folder / f"{number:05d}.png", compress_level=1)
            table.writerow([f"{number:05d}.png", *(2 * row - 1)])


def main() -> None:
    """Writes the folder, trains the reader and tells what it tells."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.own_reader", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="faces")
    options = parser.parse_args()
    threads.settle(again=True)
    faces = data.load("faces", size=64, channels=3)
    some = slice(options.count)
    faces = replace(faces, images=faces.images[some], attributes=faces.attributes[some])
    with tempfile.TemporaryDirectory() as folder:
        write(faces, Path(folder))
        card = own_readers.make("folder", size=64, channels=3, folder=folder)
    for row in own_readers.table(card):
        share = "" if row["accuracy"] is None else f"{100 * row['accuracy']:.1f} %"
        print(f"{row['name']:20}{share:>9}  {row['why']}")
    print(*card.notes, sep="\n")
    print(f"{len(card.attribute_names)} of {COLUMNS} are used; checked on {card.checked_on}")
    print(f"trained in {card.seconds:.0f} s by the clock, {card.processor_seconds:.0f} s of the processor")


if __name__ == "__main__":
    main()
