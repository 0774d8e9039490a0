"""The registry: the files of a package are its entries, by name.

A new network family, loss or data set is one new file in its package. Its name is the file's name (``least_squares.py``
is ``least-squares``), its help text the first line of the file's docstring. Names, help texts and the constants that a
file states at its top level are read without importing, so that a page can offer networks without loading torch; two
entries cannot share a name, because two files cannot.

A person's own entries lie outside of the project: the folder that ``$GAN_EXPLORER_EXTENSIONS`` names holds one folder
for each package (``networks/``, ``objectives/``, ``measures/`` ...), whose files are entries like the project's own.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import sys
from dataclasses import MISSING, fields
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from pipelines import paths

T = TypeVar("T")


class Registry:
    """The entries of one package; files that begin with ``_`` are its internals."""

    def __init__(self, package: str, init_file: str, kind: str, error: type[Exception]) -> None:
        self.package, self.folder, self.kind, self.error = package, Path(init_file).parent, kind, error

    @cached_property
    def _files(self) -> dict[str, Path]:
        files = list(self.folder.glob("[!_]*.py"))
        if extensions := paths.extensions_home():
            files += (extensions / self.folder.name).glob("[!_]*.py")
        found = {file.stem.replace("_", "-"): file for file in sorted(files, key=lambda file: file.stem)}
        if len(found) < len(files):
            twice = next(name for name in found if sum(file.stem.replace("_", "-") == name for file in files) > 1)
            raise self.error(f"There are two files for the {self.kind} {twice!r}; rename the one in {extensions}.")
        return found

    def names(self) -> list[str]:
        """The names on offer, in alphabetical order."""
        return list(self._files)

    def is_own(self, name: str) -> bool:
        """Whether the entry is a person's own, from the folder of extensions.

        Raises:
            The registry's error type: the name is not one of ``names()``.
        """
        return self._find(name).parent != self.folder

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
        file = self._find(name)
        return dict(_stated(file, file.stat().st_mtime_ns))

    def those_with(self, constant: str) -> str:
        """The entries whose file states a constant that is true, in words, such as ``'folder' or 'pairs'``."""
        return " or ".join(repr(name) for name in self.names() if self.constants(name).get(constant))

    def defines(self, name: str, what: str) -> bool:
        """Whether the entry's file has something of a name at its top level, read without importing it.

        Raises:
            The registry's error type: the name is not one of ``names()``.
        """
        found = set()
        for node in self._parsed(name).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.ImportFrom):
                found |= {alias.asname or alias.name for alias in node.names}
            elif isinstance(node, ast.Assign):
                found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        return what in found

    def traits(self, name: str, kind: type[T]) -> T:
        """What the entry's file states of itself, read without importing it.

        Args:
            kind: a dataclass; each field is the constant of its name in capitals.

        Raises:
            The registry's error type: the name is not one of ``names()``, or the file does not state what it must.
        """
        stated = {key.lower(): value for key, value in self.constants(name).items()}
        for field in fields(kind):
            if field.name not in stated and field.default is MISSING and field.default_factory is MISSING:
                raise self.error(f"The {self.kind} {name!r} does not state {field.name.upper()} in {self._find(name)}.")
        return kind(**{field.name: stated[field.name] for field in fields(kind) if field.name in stated})

    def get(self, name: str) -> ModuleType:
        """The entry's module, imported.

        Raises:
            The registry's error type: the name is not one of ``names()``.
        """
        file = self._find(name)
        module = f"{self.package}.{file.stem}"
        if file.parent != self.folder and module not in sys.modules:
            spec = importlib.util.spec_from_file_location(module, file)
            sys.modules[module] = loaded = importlib.util.module_from_spec(spec)
            try:
                spec.loader.exec_module(loaded)
            except BaseException:
                del sys.modules[module]
                raise
        return importlib.import_module(module)

    def _parsed(self, name: str) -> ast.Module:
        file = self._find(name)
        return _tree(file, file.stat().st_mtime_ns)

    def _find(self, name: str) -> Path:
        if name not in self._files:
            given = str(name)[:60]
            raise self.error(f"There is no {self.kind} named {given!r}; choose one of: {', '.join(self.names())}.")
        return self._files[name]


@cache
def _tree(file: Path, changed_at: int) -> ast.Module:
    """What a file says, parsed once for each time that it was changed."""
    return ast.parse(file.read_text("utf-8"))


@cache
def _stated(file: Path, changed_at: int) -> dict[str, Any]:
    """The literal constants of a file, evaluated once for each time that it was changed."""
    found = {}
    for node in _tree(file, changed_at).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
            with contextlib.suppress(ValueError):  # computed: not for others to read
                found[node.targets[0].id] = ast.literal_eval(node.value)
    return found
