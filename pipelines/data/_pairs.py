"""What lies in a folder of pairs: which picture belongs to which, and what is not read and why.

A folder holds one of these:

* ``a/`` and ``b/`` with the same file names, but for their endings: pairs, of the inputs in ``a/`` and the pictures to
  draw in ``b/``;
* ``a/`` and ``b/`` without a common name: two domains, whose pictures belong to none of the other (unpaired);
* pictures that hold both side by side, each twice as wide as high: the input is the left half, as in the data of
  pix2pix, or the right half of those that lie in a folder ``ba/``.
"""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.data import _held_out, _photos, _survey
from pipelines.errors import DataError
from pipelines.typed_path import shown

PAIRED, UNPAIRED, SIDE_BY_SIDE = "paired", "unpaired", "side by side"
LEAST = 0.5  # share of the names of the smaller folder that the other has, too, from which on they are pairs
SAME_NAME = "whose name, without the ending, another file of the folder has"
REVERSED = "ba"  # the folder of pictures whose right half is the input


@dataclass(frozen=True)
class PairsSurvey:
    """What a folder of pairs holds."""

    found: _survey.Survey
    kind: str  # PAIRED, UNPAIRED or SIDE_BY_SIDE
    b: tuple[str, ...]  # the paths of the pictures to draw, or of those that hold both
    a: tuple[str, ...]  # of the inputs; where paired those of ``b``, in its order; none where side by side
    skipped: dict[str, list[str]] = field(default_factory=dict)  # for reasons that have to do with pairs
    class_names: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.found.folder

    @property
    def version(self) -> str:
        """A text that changes whenever a picture is added, removed, renamed or written."""
        return self.found.version

    def part(self, split: str, share: float) -> list[str]:
        """The pictures to draw of a split: ``test``, those that are held out, or ``train``, the others.

        Args:
            share: that is held out, in [0, 1), of the pairs or of each domain; see ``_held_out``.
        """
        chosen = self._held_out(share)
        return [path for path in self.b if (path in chosen) == (split == "test")]

    def inputs(self, split: str, share: float) -> list[str]:
        """The inputs of a split; where paired those of the pictures of ``part``, in its order."""
        chosen = self._held_out(share)
        if self.kind == PAIRED:
            return [a for a, b in zip(self.a, self.b, strict=True) if (b in chosen) == (split == "test")]
        return [path for path in self.a if (path in chosen) == (split == "test")]

    def _held_out(self, share: float) -> frozenset[str]:
        paths, domains = (self.b, 1) if self.kind != UNPAIRED else ((*self.a, *self.b), 2)
        chosen = _held_out.held_out(paths, _survey.top if domains == 2 else lambda path: "", share)
        return chosen if len({_survey.top(path) for path in chosen}) == domains or domains == 1 else frozenset()

    def told_of_parts(self, share: float) -> tuple[str, ...]:
        """A sentence on what is held out, or why nothing is; none where nothing was to be."""
        if not share:
            return ()
        what = "pictures" if self.kind == UNPAIRED else "pairs"
        if count := len(self.part("test", share)):
            more = f" and {len(self.inputs('test', share)):,} more inputs" if self.kind == UNPAIRED else ""
            return (f"{count:,} more {what}{more} are held out: nothing is learnt from them",)
        fewest = min(len(self.a), len(self.b)) if self.kind == UNPAIRED else len(self.b)
        return (
            f"no {what[:-1]} is held out, since {100 * share:g} % of {fewest:,} are fewer than "
            f"{_held_out.FEWEST}; add {what} or raise held_out",
        )

    def counts_of(self, paths: Iterable[str]) -> dict[str, int]:
        """No classes, so no counts."""
        return {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on how the pictures are paired, and on what is not read, with numbers and the first names."""
        kinds = {
            PAIRED: "pairs by their names: the inputs are in a/, the pictures to draw in b/",
            UNPAIRED: f"no name is in both folders, so nothing is paired: {len(self.a):,} inputs are in a/, "
            f"{len(self.b):,} pictures to draw in b/",
            SIDE_BY_SIDE: f"pairs side by side: the input is the left half, or the right half of those in {REVERSED}/",
        }
        reasons = {**self.found.skipped, **self.skipped}
        return (kinds[self.kind], *(_photos.skipped(reason, names) for reason, names in reasons.items()))


def survey(folder: Path) -> PairsSurvey:
    """What lies in a folder, as ``_survey.survey`` finds it, and which pictures belong together.

    Raises:
        DataError: the folder is missing, is a file, may not be read or holds no picture; or it has one of ``a/`` and
            ``b/`` without the other, or a few names are in both, so that it is neither pairs nor two domains.
    """
    found = _survey.survey(folder)
    named: dict[str, list[str]] = defaultdict(list)
    for name in (*found.classes, *found.empty):
        named[name.casefold()].append(name)
    if not named.keys() & {"a", "b"}:
        return PairsSurvey(found, SIDE_BY_SIDE, tuple(path for path, _, _ in found.files), ())
    for letter in "ab":
        if len(named[letter]) > 1:
            raise DataError(
                f"{shown(folder)} has {' and '.join(f'{name}/' for name in named[letter])}; leave one of them."
            )
        if not any(name in found.classes for name in named[letter]):
            raise DataError(
                f"There are no pictures in {shown(folder / letter)}; put the inputs into a/ and the pictures to draw "
                f"into b/, or set folder to one with pictures that hold both side by side."
            )
    skipped: dict[str, list[str]] = defaultdict(list)
    domains: dict[str, dict[str, str]] = {}
    for letter in "ab":
        domains[letter] = _by_name([path for path, _, _ in found.files if _is_in(path, named[letter][0])], skipped)
    if rest := [path for path, _, _ in found.files if _survey.top(path).casefold() not in ("a", "b")]:
        skipped["beside a/ and b/"] = rest
    return _matched(found, domains["a"], domains["b"], skipped)


def _matched(found: _survey.Survey, a: dict[str, str], b: dict[str, str], skipped: dict[str, list[str]]) -> PairsSurvey:
    """Pairs, or two domains, of pictures by their names."""
    for letter, names in (("a", a), ("b", b)):
        if not names:
            raise DataError(
                f"No picture in {shown(found.folder / letter)} has a name of its own, without the ending "
                f"({_photos.some(skipped[SAME_NAME])}); rename them, or remove all but one of each name."
            )
    both = sorted(a.keys() & b.keys())
    if not both:
        return PairsSurvey(found, UNPAIRED, tuple(sorted(b.values())), tuple(sorted(a.values())), skipped)
    if len(both) < LEAST * min(len(a), len(b)):
        raise DataError(
            f"Of {len(a):,} names in {shown(found.folder / 'a')} and {len(b):,} in b/ beside it {len(both):,} are in "
            f"both, such as {shown(both[0])}; name the two pictures of each pair alike, or, if "
            "nothing belongs together, no two alike."
        )
    for letter, own, other in (("b", a, b), ("a", b, a)):
        if lacking := sorted(own[name] for name in own.keys() - other.keys()):
            skipped[f"without a picture of the same name in {letter}/"] = lacking
    return PairsSurvey(found, PAIRED, tuple(b[name] for name in both), tuple(a[name] for name in both), skipped)


def _is_in(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")


def _by_name(paths: list[str], skipped: dict[str, list[str]]) -> dict[str, str]:
    """Paths by what pairs them: the path below ``a/`` or ``b/`` without the ending; those that are not unique go."""
    names = defaultdict(list)
    for path in paths:
        below = os.path.splitext(path.partition("/")[2])[0]
        names[unicodedata.normalize("NFC", below)].append(path)
    for several in names.values():
        if len(several) > 1:
            skipped[SAME_NAME] += several
    return {name: several[0] for name, several in names.items() if len(several) == 1}
