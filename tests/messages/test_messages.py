"""The page of messages has them all."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = ROOT / "tf_helper"
FILES = [*PROGRAM.glob("*.py"), *PROGRAM.glob("commands/*.py"), *PROGRAM.glob("values/*.py")]
FILES += [PROGRAM / "coder" / "fetch.py", PROGRAM / "coder" / "session_token.py"]
PAGES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]

# What other programs say.
FOREIGN = {"Extra data", "ignored explicit argument"}


def normalized(text: str) -> str:
    return " ".join(text.split()).casefold()


def sentences(file: Path) -> Iterator[str]:
    """Yield what a file prints: the fixed parts of strings that have two words or more, without docstrings."""
    tree = ast.parse(file.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield from (part for part in node.value.split("%(default)s") if re.search("[a-z]{2,} [a-z]{2,}", part))


def shell_sentences(text: str) -> Iterator[str]:
    """Yield what a shell file prints: the fixed parts of what it calls a function with, or assigns to `reason`."""
    quoted = r"""'([^']*)'|"([^"]*)\""""
    for single, double in re.findall(rf"(?:\b(?:fail|warn|printf)\s+|\breason=)(?:{quoted})", text):
        for part in re.split(r"\$\{?\w+[^ /}]*\}?|%s|\\n", single or double):
            if re.search("[a-z]{2,} [a-z]{2,}", part):
                yield part


@pytest.fixture(scope="module")
def documentation() -> str:
    return normalized("\n".join(page.read_text() for page in PAGES))


def test_every_message_of_the_modules_variables_is_in_the_documentation(documentation: str) -> None:
    messages = re.findall(r'error_message = ("(?:[^"\\]|\\.)*")', (ROOT / "terraform" / "variables.tf").read_text())
    assert messages
    assert [message for message in messages if normalized(json.loads(message)) not in documentation] == []


@pytest.mark.parametrize("name", ["setup.sh", "wrapper.sh"])
def test_every_sentence_of_the_shell_files_is_in_the_documentation(name: str, documentation: str) -> None:
    said = set(shell_sentences((ROOT / "terraform" / name).read_text()))
    assert said
    assert [sentence for sentence in said if normalized(sentence) not in documentation] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PROGRAM)))
def test_every_sentence_of_the_program_is_in_the_documentation(file: Path, documentation: str) -> None:
    said = set(sentences(file)) - FOREIGN
    assert [sentence for sentence in said if normalized(sentence) not in documentation] == []
