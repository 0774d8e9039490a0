"""Text that is not our own reaches Streamlit's Markdown through ``literal`` only: every call in the explorer is read.

What ``literal`` does in a browser is shown by ``tests/browser/test_user_text.py``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.widgets.text import literal
from pipelines.errors import GanError, printable
from pipelines.paths import PROJECT

SOURCES = sorted(path for room in ("pages", "widgets") for path in (PROJECT / "explorer" / room).glob("*.py"))
# Streamlit's calls that take Markdown: which arguments, by name or by place.
BODIES = [
    "markdown",
    "title",
    "header",
    "subheader",
    "caption",
    "error",
    "warning",
    "info",
    "success",
    "toast",
    "badge",
    "write",
]
LABELS = [
    "button",
    "link_button",
    "form_submit_button",
    "download_button",
    "popover",
    "expander",
    "status",
    "dialog",
    "checkbox",
    "toggle",
    "selectbox",
    "multiselect",
    "text_input",
    "text_area",
    "number_input",
    "slider",
    "date_input",
    "file_uploader",
    "metric",
]
CHOICES = ["radio", "segmented_control", "pills"]
TAKES = {
    **dict.fromkeys(BODIES, {0, "body", "help"}),
    **dict.fromkeys(LABELS, {0, "label", "help"}),
    **dict.fromkeys(CHOICES, {0, "label", "help", "captions", "options", "format_func"}),
    "page_link": {"label", "help"},
    "tabs": {0, "tabs"},
    "progress": {1, "text"},
    "spinner": {0, "text"},
}
# Functions whose answer is made of our own words and numbers.
OURS = {"literal", "duration", "label_of", "len", "line_for", "describe", "api_link"}
# What is our own words, or numbers in them, wherever it comes from.
WORDS = {
    "rule.help", "rule.choices", "str", "words.get", "help", "label", "GROUPS", "names", "group", "PRESETS", "look_for",
    "PRESETS[name].title", "PRESETS[name].look_for", "PRESETS[preset].title",
}  # fmt: skip


class Reader(ast.NodeVisitor):
    """Finds the texts of a module that Streamlit takes for Markdown and that are not our own."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []
        self.values: list[dict[str, list[ast.expr]]] = [{}]
        self.functions: dict[str, ast.FunctionDef] = {}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.values.append(_assigned(node))
        self.generic_visit(node)
        self.values.pop()

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and (wanted := TAKES.get(node.func.attr)):
            texts = [value for place, value in enumerate(node.args) if place in wanted]
            texts += [word.value for word in node.keywords if word.arg in wanted]
            for text in texts:
                if not self.is_ours(text):
                    self.found.append((text.lineno, ast.unparse(text)))
        self.generic_visit(node)

    def is_ours(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a text is made of constants, numbers, our own words and what went through ``literal``."""

        def ours(*nodes: ast.expr | None) -> bool:
            return all(self.is_ours(one, seen) for one in nodes if one is not None)

        if ast.unparse(node) in WORDS:
            return True
        match node:
            case ast.Constant():
                return True
            case ast.JoinedStr(values=parts):
                return ours(*parts)
            case ast.FormattedValue(value=value, format_spec=spec):
                return spec is not None or ours(value)  # ``:,`` and ``:g`` refuse what is no number
            case ast.IfExp(body=one, orelse=other):
                return ours(one, other)
            case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
                return ours(*parts)
            case ast.BinOp(left=one, right=other):
                return ours(one, other)
            case ast.Lambda(body=body):
                return ours(body)
            case ast.ListComp(elt=part) | ast.GeneratorExp(elt=part):
                return ours(part)
            case ast.Call(func=ast.Attribute(attr="join"), args=[parts]):
                return ours(parts)
            case ast.Call(func=ast.Name(id="list"), args=[parts]) | ast.Subscript(value=parts):
                return ours(parts)
            case ast.Call(func=ast.Attribute(value=text, attr="partition")):
                return ours(text)
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
                return name in OURS or (name not in seen and self.answers_ours(name, seen | {name}))
            case ast.Name(id=name) if name not in seen:
                known = self.values[-1].get(name) or self.values[0].get(name)
                return bool(known) and all(self.is_ours(one, seen | {name}) for one in known)
        return False

    def answers_ours(self, name: str, seen: frozenset[str]) -> bool:
        """Whether all that a function of the module returns is our own."""
        if not (function := self.functions.get(name)):
            return False
        self.values.append(_assigned(function))
        answers = [part.value for part in ast.walk(function) if isinstance(part, ast.Return) and part.value]
        found = all(self.is_ours(one, seen) for one in answers)
        self.values.pop()
        return bool(answers) and found


def _assigned(node: ast.AST) -> dict[str, list[ast.expr]]:
    """What each name of a function or module is given, wherever in it."""
    found: dict[str, list[ast.expr]] = {}
    for target, value in _assignments(node):
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, part in zip(target.elts, value.elts, strict=True):
                found.setdefault(ast.unparse(one), []).append(part)
        else:
            found.setdefault(ast.unparse(target), []).append(value)
    return found


def _assignments(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    for one in ast.walk(node):
        match one:
            case ast.Assign(targets=[target], value=value):
                yield target, value
            case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
                yield target, value
            case ast.Call(func=ast.Attribute(value=target, attr="append"), args=[value]):
                yield target, value


def _read(text: str) -> list[tuple[int, str]]:
    tree, reader = ast.parse(text), Reader()
    reader.values[0] = _assigned(tree)
    reader.functions = {one.name: one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
    reader.visit(tree)
    return reader.found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_what_is_not_our_own_goes_through_literal(path: Path) -> None:
    found = [f"{path.name}:{line}: {text}" for line, text in _read(path.read_text("utf-8"))]
    assert not found, "Wrap these in literal() of explorer/widgets/text.py:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "text",
    ["st.error(str(error))", "st.error(problem)", 'st.title(f"{run.name}, resumed")', "st.button(name)",
     'st.caption(" · ".join(facts))', 'st.radio("x", ["a"], captions=[one.title for one in runs])',
     'place.warning(f"No {asked!r}")', "name = run.name\nst.markdown(name)", "st.button('Go', help=run.note)"],
)  # fmt: skip
def test_the_reader_finds_what_is_not(text: str) -> None:
    assert _read(text)


def test_a_plain_name_stays_readable_and_breaks_become_spaces() -> None:
    assert literal("My first run") == "My first run"
    assert literal("one\n\n  two\tthree") == "one two three"
    assert literal("1. one") == r"1\. one" and literal(5) == "5"


def test_what_is_no_unicode_can_be_sent() -> None:
    for text in ("caf\udce9", "\ud800"):
        printable(text).encode("utf-8")
        literal(text).encode("utf-8")
    assert printable("caf\udce9 \u00e9") == "caf\\xe9 \u00e9"
    assert str(GanError("caf\udce9 is gone.")) == "caf\\xe9 is gone."
