"""Which pictures of a folder are held out: nothing is learnt from them, and what was learnt is compared with them.

Their names decide, so that they are the same ones each time, also after the folder was moved. Each class gives the same
share of its pictures.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable

FEWEST = 5  # pictures, below which none is held out: there would be nothing to compare with


def held_out(paths: Iterable[str], class_of: Callable[[str], str], share: float) -> frozenset[str]:
    """Those paths that are held out; none where they would be fewer than ``FEWEST``.

    In each class the pictures are put in the order of a hash of their file names, and the first ones are taken. A
    picture that is added or removed changes the part of one other picture at most in its class.

    Args:
        paths: of all pictures, relative to the folder.
        class_of: gives the class of a path.
        share: of each class, in [0, 1); one picture of each class at least is not held out.
    """
    classes = defaultdict(list)
    for path in paths:
        classes[class_of(path)].append(path)
    chosen: list[str] = []
    for members in classes.values():
        count = min(int(share * len(members) + 0.5), len(members) - 1)
        chosen += sorted(members, key=_rank)[:count]
    return frozenset(chosen) if len(chosen) >= FEWEST else frozenset()


def _rank(path: str) -> tuple[bytes, str]:
    return hashlib.sha256(os.fsencode(path.rpartition("/")[2])).digest(), path
