"""A workspace that Terraform has made and the startup script has prepared, in which clients run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.tools.clients import Client

# Where the script looks first for the system's roots.
SYSTEM_ROOTS = SYSTEM_TRUST_FILES[0]

# A client that hangs shall not hang the tests.
SECONDS = 60


class Workspace:
    """`env` is the module's output; `system_roots` is a file that takes the place of the machine's own trust store."""

    def __init__(self, directory: Path, *, env: Mapping[str, str], script: str, system_roots: Path) -> None:
        self.env = dict(env)
        self.directory = directory
        self._system_roots = system_roots
        done = run_script(script, directory, system_roots)
        assert done.returncode == 0, done.stdout

    def run(self, client: Client, host: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Have the client ask the host, with nothing in its environment but the module's or the given variables."""
        # A new one each time: npm, for one, remembers what it has downloaded.
        with tempfile.TemporaryDirectory(dir=self.directory) as home:
            values = {"python": sys.executable, "host": host, "scratch": home}
            command = [part.format(**values) for part in client.command]
            variables = self.env if env is None else env
            return _run(command, Path(home), {"HOME": home, **self._settings(client), **variables})

    def _settings(self, client: Client) -> dict[str, str]:
        wgetrc = self.directory / "wgetrc"
        wgetrc.write_text(f"ca_certificate = {self._system_roots}\n")
        return {name: value.format(wgetrc=wgetrc) for name, value in client.settings.items()}


def run_script(script: str, directory: Path, system_roots: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a startup script as Coder's agent does, but for the file that holds the system's roots."""
    text = script.replace(SYSTEM_ROOTS, str(system_roots))
    shell = text.partition("\n")[0].removeprefix("#!")
    return _run([shell, "-c", text], directory, {"HOME": str(directory), **variables})


def _run(command: list[str], directory: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], **variables},
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def failure(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a client that has failed said."""
    assert done.returncode != 0, done.stdout
    return done.stdout
