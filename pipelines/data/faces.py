"""Cartoon faces (Avataaars): 22,000 colour pictures, drawn on this machine, whose attributes are known exactly.

A face is drawn from attributes that are drawn independently of each other, so that a direction found for one of them
is not secretly that of another. What excludes each other is in ``ATTRIBUTE_GROUPS``: a face wears glasses or sunglasses
or neither, and has exactly one hair colour, skin and background. Everything else is independent: beards do not care for
the length of the hair. All faces of train and test differ. Eyes, brows, clothes and the shape of each part vary, too,
and have no name.

``python -m pipelines.data.faces`` prints how the attributes correlate; ``--sheet FILE.png`` draws an example of each.
"""

from __future__ import annotations

import argparse
import colorsys
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipelines.data import _avataaars
from pipelines.data._image_set import ImageSet, Progress, fingerprint_of, within
from pipelines.errors import GanError

VERSION = "1"  # of the drawing; a new one makes the faces be drawn again
COUNTS = {"train": 20_000, "test": 2_000}
SEEDS = {"train": 20_261_122, "test": 20_261_123}
SPLITS = tuple(COUNTS)
NEEDS_FOLDER = False
SHOWS = "cartoon faces"
CLASS_NAMES = ()
FLIP_MAKES_SENSE = True  # hair falls to one side, and a mirrored face is a face
LICENCE = "Avataaars by Pablo Stanley: free for personal and commercial use; drawn by DiceBear (MIT)"
CITATION = "P. Stanley: Avataaars, https://avataaars.com/; remixed and drawn by DiceBear, https://www.dicebear.com/"

SMILE, OPEN_MOUTH, LONG_HAIR, BEARD = 0.5, 0.5, 0.5, 0.35  # probabilities
EYEWEAR = {"none": 0.55, "glasses": 0.3, "sunglasses": 0.15}
HAIR = {"black hair": "#1e191b", "brown hair": "#58321f", "blond hair": "#dfb34c", "red hair": "#c8451b"}
SKIN = {"light skin": "#ffdbb4", "tan skin": "#e8b287", "brown skin": "#c58a58", "dark skin": "#966342"}
BACKGROUND = {
    "blue background": "#a9cfe6",
    "green background": "#b5d9b4",
    "violet background": "#c6b9e2",
    "grey background": "#e3e6ea",
}
FRAMES = "#262e33"  # the colour of glasses
MOUTHS = {(1, 1): "smile", (1, 0): "softSmile", (0, 1): "surprised", (0, 0): "calm"}  # by smile, open mouth
GLASSES, SUNGLASSES = ("round", "prescription02"), ("wayfarers", "kurt")
LONG_CUTS = ("straight01", "straight02", "straightAndStrand", "bob")
SHORT_CUTS = ("shortFlat", "shortRound", "shortWaved", "theCaesarAndSidePart")
BEARDS = ("trimmed", "full")
EYES = ("default", "squint")
BROWS = ("defaultNatural", "raisedExcitedNatural")
CLOTHES = ("shirtCrewNeck", "shirtVNeck")
HUES = 24  # of the clothes; all of the same calm lightness and saturation

ATTRIBUTE_GROUPS = {
    "eyewear": ("glasses", "sunglasses"),
    "hair colour": tuple(HAIR),
    "skin": tuple(SKIN),
    "background": tuple(BACKGROUND),
}
ATTRIBUTE_NAMES = ("smile", "open mouth", "long hair", "beard", *(n for g in ATTRIBUTE_GROUPS.values() for n in g))

# What is drawn of a face, in this order, each with the probabilities of its values.
PARTS = {
    "smile": (1 - SMILE, SMILE),
    "open mouth": (1 - OPEN_MOUTH, OPEN_MOUTH),
    "long hair": (1 - LONG_HAIR, LONG_HAIR),
    "beard": (1 - BEARD, BEARD),
    "eyewear": tuple(EYEWEAR.values()),
    **{name: (1 / len(values),) * len(values) for name, values in (
        ("hair colour", HAIR), ("skin", SKIN), ("background", BACKGROUND), ("frame", GLASSES), ("cut", LONG_CUTS),
        ("chin", BEARDS), ("eyes", EYES), ("brows", BROWS), ("clothes", CLOTHES), ("hue", range(HUES)),
    )},
}  # fmt: skip
COLUMN = {name: column for column, name in enumerate(PARTS)}


def read(*, size: int, channels: int, folder: object, split: str, progress: Progress) -> ImageSet:
    """One split of the faces, drawn at the size asked for; ``folder`` is not used.

    Raises:
        DataError: a package that draws is missing.
    """
    parts, painter = drawn_parts(split), _avataaars.painter(size, channels)
    images = np.empty((len(parts), channels, size, size), np.uint8)
    for index, row in enumerate(parts):
        progress(0.95 * index / len(parts), f"Drawing face {index + 1:,} of {len(parts):,}")
        images[index] = painter.picture(*shapes_and_colours(row))
    attributes = attributes_of(parts)
    return ImageSet(
        name="faces",
        images=images,
        labels=None,
        class_names=CLASS_NAMES,
        fingerprint=fingerprint_of(images, None, within(progress, 0.95, 1.0), attributes),
        source=f"Drawn on this machine (drawing {VERSION}, seed {SEEDS[split]}); style Avataaars by Pablo Stanley.",
        attributes=attributes,
        attribute_names=ATTRIBUTE_NAMES,
    )


def drawn_parts(split: str) -> np.ndarray:
    """What each face of a split is made of, int64 [COUNTS[split], len(PARTS)]: the value of each part by its number.

    All faces differ, those of the test split from those of the training split, too. The first faces are the same
    however many are asked for. The global random state is neither used nor changed.
    """
    taken = {key.tobytes() for key in _visible(drawn_parts("train"))} if split == "test" else set()
    uniform = np.random.default_rng(SEEDS[split]).random((2 * COUNTS[split], len(PARTS)))
    rows = np.stack(
        [np.searchsorted(np.cumsum(p)[:-1], uniform[:, i], side="right") for i, p in enumerate(PARTS.values())], 1
    )
    kept = []
    for index, key in enumerate(_visible(rows)):
        if (face := key.tobytes()) not in taken:
            taken.add(face)
            kept.append(index)
    return rows[kept[: COUNTS[split]]]


def attributes_of(parts: np.ndarray) -> np.ndarray:
    """The attributes, uint8 [N, A] in the order of ``ATTRIBUTE_NAMES``, of faces made of ``parts`` [N, len(PARTS)]."""
    columns = [parts[:, [COLUMN[name]]] == 1 for name in ("smile", "open mouth", "long hair", "beard")]
    for group, names in ATTRIBUTE_GROUPS.items():
        first = 1 if group == "eyewear" else 0  # 0 is no eyewear
        columns.append(parts[:, [COLUMN[group]]] == np.arange(first, first + len(names)))
    return np.concatenate(columns, 1).astype(np.uint8)


def _visible(parts: np.ndarray) -> np.ndarray:
    """The parts with 0 for everything that cannot be seen, so that equal rows are equal pictures."""
    seen = parts.copy()
    seen[parts[:, COLUMN["eyewear"]] == 0, COLUMN["frame"]] = 0
    seen[parts[:, COLUMN["eyewear"]] == 2, COLUMN["eyes"]] = 0
    seen[parts[:, COLUMN["beard"]] == 0, COLUMN["chin"]] = 0
    return seen


def shapes_and_colours(row: np.ndarray) -> tuple[dict[str, str], dict[str, str]]:
    """One face as ``Painter.picture`` wants it."""
    part = {name: int(row[column]) for name, column in COLUMN.items()}
    shapes = {
        "clothes": CLOTHES[part["clothes"]],
        "mouth": MOUTHS[part["smile"], part["open mouth"]],
        "nose": "default",
        "eyes": EYES[part["eyes"]],
        "eyebrows": BROWS[part["brows"]],
        "top": (LONG_CUTS if part["long hair"] else SHORT_CUTS)[part["cut"]],
    }
    if part["beard"]:
        shapes["facialHair"] = BEARDS[part["chin"]]
    if part["eyewear"]:
        shapes["accessories"] = (GLASSES, SUNGLASSES)[part["eyewear"] - 1][part["frame"]]
    hair = list(HAIR.values())[part["hair colour"]]
    cloth = colorsys.hls_to_rgb(part["hue"] / HUES, 0.52, 0.42)
    colours = {
        "background": list(BACKGROUND.values())[part["background"]],
        "skin": list(SKIN.values())[part["skin"]],
        "hair": hair,
        "facialHair": hair,
        "clothes": "#" + "".join(f"{round(255 * value):02x}" for value in cloth),
        "accessories": FRAMES,
    }
    return shapes, colours


def correlations(attributes: np.ndarray) -> np.ndarray:
    """Pearson's correlation of each pair of attributes, float64 [A, A] in [-1, 1], of uint8 [N, A]."""
    return np.corrcoef(attributes, rowvar=False)


def table(correlation: np.ndarray) -> str:
    """The correlations in hundredths, a row and a numbered column each, and the largest of independent pairs."""
    group_of = {name: group for group, names in ATTRIBUTE_GROUPS.items() for name in names}
    groups = np.array([group_of.get(name, name) for name in ATTRIBUTE_NAMES])
    independent = np.abs(np.where(groups[:, None] != groups, correlation, 0))
    row, column = np.unravel_index(independent.argmax(), independent.shape)
    lines = [" " * 21 + "".join(f"{index + 1:5}" for index in range(len(ATTRIBUTE_NAMES)))]
    for index, name in enumerate(ATTRIBUTE_NAMES):
        lines.append(f"{index + 1:2} {name:18}" + "".join(f"{100 * value:5.0f}" for value in correlation[index]))
    lines.append(
        f"In hundredths. Largest between attributes that do not exclude each other: {correlation[row, column]:.3f} "
        f"({ATTRIBUTE_NAMES[row]}, {ATTRIBUTE_NAMES[column]})."
    )
    return "\n".join(lines)


def sheet(image_set: ImageSet, path: Path, columns: int = 12) -> None:
    """Writes a picture with a row for each attribute: its name and the first faces that have it."""
    size, margin = image_set.images.shape[-1], 130
    picture = Image.new("RGB", (margin + columns * size, len(ATTRIBUTE_NAMES) * size), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(14)
    shown = 0
    for row, name in enumerate(ATTRIBUTE_NAMES):
        pen.text((8, row * size + size // 2), name, fill="black", font=font, anchor="lm")
        having = np.flatnonzero(image_set.attributes[:, row])
        having = having[having >= shown][:columns]  # each row goes on where the one above ended: few faces twice
        shown = int(having[-1]) + 1 if len(having) else shown
        for column, index in enumerate(having):
            face = np.broadcast_to(image_set.images[index], (3, size, size)).transpose(1, 2, 0)
            picture.paste(Image.fromarray(np.ascontiguousarray(face)), (margin + column * size, row * size))
    picture.quantize(256).save(path, optimize=True)


def main() -> None:
    """Prints how the attributes of the training faces correlate, and draws an example of each."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.data.faces", description=main.__doc__)
    parser.add_argument("--sheet", type=Path, metavar="FILE.png", help="write the examples to this file")
    options = parser.parse_args()
    from pipelines import data

    try:
        image_set = data.load("faces", size=64, channels=3)
    except GanError as problem:
        sys.exit(str(problem))
    print(table(correlations(image_set.attributes)))
    if options.sheet:
        sheet(image_set, options.sheet)
        print(f"Wrote {options.sheet}")


if __name__ == "__main__":
    main()
