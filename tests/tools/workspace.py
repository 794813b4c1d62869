"""A workspace that Terraform has made and the startup script has prepared, in which clients run."""

from __future__ import annotations

import sys
import tempfile
from typing import TYPE_CHECKING

from tests.harness.startup import run_in_workspace, run_script

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

    from tests.harness.startup import Applied
    from tests.tools.clients import Client


class Workspace:
    """`system_roots` is a file that takes the place of the machine's own trust store."""

    def __init__(self, directory: Path, applied: Applied, system_roots: Path) -> None:
        self.env: dict[str, str] = applied.outputs["env"]
        self.directory = directory
        self._system_roots = system_roots
        done = run_script(applied.script, directory, system_roots)
        assert done.returncode == 0, done.stdout

    def run(self, client: Client, host: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Have the client ask the host, with nothing in its environment but the module's or the given variables."""
        # A new one each time: npm, for one, remembers what it has downloaded.
        with tempfile.TemporaryDirectory(dir=self.directory) as home:
            values = {"python": sys.executable, "host": host, "scratch": home}
            command = [part.format(**values) for part in client.command]
            variables = self.env if env is None else env
            return run_in_workspace(command, home, {**self._settings(client), **variables})

    def _settings(self, client: Client) -> dict[str, str]:
        wgetrc = self.directory / "wgetrc"
        wgetrc.write_text(f"ca_certificate = {self._system_roots}\n")
        return {name: value.format(wgetrc=wgetrc) for name, value in client.settings.items()}


def failure(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a client that has failed said."""
    assert done.returncode != 0, done.stdout
    return done.stdout
