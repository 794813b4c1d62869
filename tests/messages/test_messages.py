"""The page of messages has them all."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.messages import sentences
from tests.messages.sentences import normalized

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = ROOT / "tf_helper"
MODULE = ROOT / "terraform"

# What other programs say, and what is not said.
EXCEPT = {"Extra data", "ignored explicit argument", "no verification"}


@pytest.fixture(scope="module")
def documentation() -> str:
    return sentences.documentation()


def test_every_message_of_the_modules_variables_is_in_the_documentation(documentation: str) -> None:
    messages = re.findall(r'error_message = ("(?:[^"\\]|\\.)*")', (MODULE / "variables.tf").read_text())
    assert messages
    assert [message for message in messages if normalized(json.loads(message)) not in documentation] == []


@pytest.mark.parametrize("name", ["setup.sh", "wrapper.sh"])
def test_every_sentence_of_the_shell_files_is_in_the_documentation(name: str, documentation: str) -> None:
    said = set(sentences.shell_sentences(MODULE / name))
    assert said
    assert [sentence for sentence in said if normalized(sentence) not in documentation] == []


@pytest.mark.parametrize("file", sorted(PROGRAM.rglob("*.py")), ids=lambda file: str(file.relative_to(PROGRAM)))
def test_every_sentence_of_the_program_is_in_the_documentation(file: Path, documentation: str) -> None:
    said = set(sentences.sentences(file)) - EXCEPT
    assert [sentence for sentence in said if normalized(sentence) not in documentation] == []
