"""The version, and what `tf-helper --help` has of the tables that the program works with."""

from __future__ import annotations

import re

from tests.harness.program import Ran, run_in_process
from tf_helper import __version__
from tf_helper.result import RESULT_KEYS
from tf_helper.query import QUERY_KEYS


def test_version() -> None:
    assert run_in_process(b"", "--version") == Ran(0, f"tf-helper {__version__}\n".encode(), b"")


def section(title: str) -> list[str]:
    """Return the first word of each line of a section of the help."""
    ran = run_in_process(b"", "--help")
    assert (ran.status, ran.stderr) == (0, b"")
    text = ran.stdout.decode().partition(f"\n{title}")[2].partition("\n\n")[0]
    return re.findall(r"^  (\S+)", text, re.MULTILINE)


def test_help_shows_the_query_keys() -> None:
    assert section("query keys") == list(QUERY_KEYS)


def test_help_shows_the_result_keys() -> None:
    assert section("result keys") == list(RESULT_KEYS)


def test_help_shows_exit_statuses_and_environment() -> None:
    assert section("exit status") == ["0", "1", "2", "130"]
    assert section("environment") == ["CODER_WORKSPACE_OWNER_SESSION_TOKEN,", "TF_HELPER_DEBUG=1"]
