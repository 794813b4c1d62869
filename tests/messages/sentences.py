"""The sentences that a source prints, to be looked for in the documentation."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]

_TWO_WORDS = re.compile("[a-z]{2,} [a-z]{2,}")


def normalized(text: str) -> str:
    """Return a text in which line breaks and upper case make no difference."""
    return " ".join(text.split()).casefold()


def documentation() -> str:
    """Return all pages, normalized."""
    return normalized("\n".join(page.read_text() for page in PAGES))


def sentences(file: Path) -> Iterator[str]:
    """Yield what a file of the program prints: the fixed parts of its strings that have two words or more.

    Left out are docstrings, and what doctor says if all is well.
    """
    tree = ast.parse(file.read_text())
    silent: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            silent.add(node.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ok":
            silent |= set(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            yield from filter(_TWO_WORDS.search, re.split(r"%\(default\)s|\{\}", node.value))


def shell_sentences(file: Path) -> Iterator[str]:
    """Yield what a shell file prints: the fixed parts of what it gives to a function, or assigns to `reason`."""
    quoted = r"""'([^']*)'|"([^"]*)\""""
    for single, double in re.findall(rf"(?:\b(?:fail|warn|printf)\s+|\breason=)(?:{quoted})", file.read_text()):
        yield from filter(_TWO_WORDS.search, re.split(r"\$\{?\w+[^ /}]*\}?|%s|\\n", single or double))
