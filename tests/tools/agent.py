"""A stand-in for Coder's agent and the `coder` program that it puts into a workspace."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.harness.startup import run_script

if TYPE_CHECKING:
    from pathlib import Path


class Agent:
    """Runs scripts as Coder's agent does; `coder` in them notes what it is called with, or fails."""

    def __init__(self, directory: Path, system_roots: Path) -> None:
        self._directory, self._system_roots = directory, system_roots
        self._notes, self.bin = directory / "notes", directory / "bin"
        self._notes.touch()
        self.bin.mkdir()
        # That it has seen a variable that is none of its business is noted, too.
        self.install("coder", 'echo "$*${HTTPS_PROXY+ with HTTPS_PROXY}" >>"$NOTES"')

    def install(self, program: str, line: str) -> None:
        """Put a program of one line on the workspace's PATH."""
        (self.bin / program).write_text(f"#!/bin/sh\n{line}\n")
        (self.bin / program).chmod(0o755)

    def run(self, script: str) -> str:
        """Run a script to its good end and return what it printed."""
        variables = {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}", "NOTES": str(self._notes)}
        done = run_script(script, self._directory, self._system_roots, **variables)
        assert done.returncode == 0, done.stdout
        return done.stdout

    @property
    def coder_calls(self) -> list[str]:
        """The arguments of each call of `coder`."""
        return self._notes.read_text().splitlines()
