"""The one registry idiom: the files of a package, by name.

A new network family, loss or data set is one new file in its package. Its name is the file's name (``least_squares.py``
is ``least-squares``), its help text the first line of the file's docstring. Names, help texts and the constants that a
file states at its top level are read without importing, so that a page can offer networks without loading torch; two
entries cannot share a name, because two files cannot.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any


class Registry:
    """The entries of one package; files that begin with ``_`` are its internals."""

    def __init__(self, package: str, init_file: str, kind: str, error: type[Exception]) -> None:
        self.package, self.folder, self.kind, self.error = package, Path(init_file).parent, kind, error

    @cached_property
    def _files(self) -> dict[str, Path]:
        files = sorted(self.folder.glob("[!_]*.py"))
        return {file.stem.replace("_", "-"): file for file in files}

    def names(self) -> list[str]:
        """The names on offer, in alphabetical order."""
        return list(self._files)

    def describe(self, name: str) -> str:
        """The first line of the entry's docstring, read without importing it.

        Raises:
            The registry's error type: the name is not one of ``names()``.
        """
        docstring = ast.get_docstring(self._parsed(name)) or name
        return docstring.splitlines()[0]

    def constants(self, name: str) -> dict[str, Any]:
        """The literal constants in capitals that the entry's file states at its top level, read without importing it.

        Raises:
            The registry's error type: the name is not one of ``names()``.
        """
        found = {}
        for node in self._parsed(name).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
                with contextlib.suppress(ValueError):  # computed: not for others to read
                    found[node.targets[0].id] = ast.literal_eval(node.value)
        return found

    def get(self, name: str) -> ModuleType:
        """The entry's module, imported.

        Raises:
            The registry's error type: the name is not one of ``names()``.
        """
        return importlib.import_module(f"{self.package}.{self._find(name).stem}")

    def _parsed(self, name: str) -> ast.Module:
        return ast.parse(self._find(name).read_text("utf-8"))

    def _find(self, name: str) -> Path:
        if name not in self._files:
            raise self.error(f"There is no {self.kind} named {name!r}; choose one of: {', '.join(self.names())}.")
        return self._files[name]
