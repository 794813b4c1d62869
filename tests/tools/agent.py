"""A stand-in for Coder's agent and the `coder` program that it puts into a workspace."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.harness.startup import run_script

if TYPE_CHECKING:
    from pathlib import Path

# Notes its arguments, and that it has seen a variable that is none of its business.
CODER = """#!/bin/sh
echo "$*${HTTPS_PROXY+ with HTTPS_PROXY}" >>"$NOTES"
"""


class Agent:
    """Runs scripts; `coder` in them notes what it is called with, and fails on request."""

    def __init__(self, directory: Path, system_roots: Path, *, coder: str = CODER) -> None:
        self._directory = directory
        self._system_roots = system_roots
        self._notes = directory / "notes"
        self._notes.touch()
        self._bin = directory / "bin"
        self._bin.mkdir()
        (self._bin / "coder").write_text(coder)
        (self._bin / "coder").chmod(0o755)

    def run(self, script: str) -> str:
        """Run a script to its good end and return what it printed."""
        done = run_script(
            script,
            self._directory,
            self._system_roots,
            PATH=f"{self._bin}{os.pathsep}{os.environ['PATH']}",
            NOTES=str(self._notes),
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    @property
    def coder_calls(self) -> list[str]:
        """The arguments of each call of `coder`."""
        return self._notes.read_text().splitlines()
