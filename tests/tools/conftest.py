from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN, Deployment
from tests.harness.startup import apply, run_in_workspace, run_script
from tests.tools.agent import Agent
from tests.tools.clients import NODE, Client

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.harness.cells import Listener
    from tests.harness.proxy import Proxy
    from tests.harness.startup import Applied
    from tests.harness.terraform import Providers

    WorkspaceBehind = Callable[[Listener], "Workspace"]


def installed(client: Client) -> Client:
    """Skip the test if the client is not installed."""
    if client.program != "{python}" and not shutil.which(client.program):
        pytest.skip(f"{client.program} is not on PATH")
    if client.program == "node" and not (NODE / "node_modules").is_dir():
        pytest.skip("undici is not installed: run make")
    if client.program == "wget" and "ssl/gnutls" not in subprocess.check_output(["wget", "--version"], text=True):
        pytest.skip("this wget is not Debian's: it has another TLS library")
    return client


class Workspace:
    """A workspace that Terraform has made and the startup script has prepared, in which clients run."""

    def __init__(self, directory: Path, applied: Applied, system_roots: Path) -> None:
        self.env: dict[str, str] = applied.outputs["env"]
        self.directory = directory
        (directory / "wgetrc").write_text(f"ca_certificate = {system_roots}\n")
        done = run_script(applied.script, directory, system_roots)
        assert done.returncode == 0, done.stdout

    def run(self, client: Client, host: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Have the client ask the host, with nothing in its environment but the module's or the given variables."""
        # A new home each time: npm, for one, remembers what it has downloaded.
        with tempfile.TemporaryDirectory(dir=self.directory) as home:
            values = {"python": sys.executable, "host": host, "scratch": home, "wgetrc": self.directory / "wgetrc"}
            settings = {name: value.format(**values) for name, value in client.settings.items()}
            command = [part.format(**values) for part in client.command]
            return run_in_workspace(command, home, {**settings, **(self.env if env is None else env)})


@pytest.fixture(scope="session")
def workspace_behind(
    tmp_path_factory: pytest.TempPathFactory,
    providers: Providers,
    system_roots: Path,
    proxy: Proxy,
    listeners: Mapping[Listener, Mapping[str, object]],
) -> WorkspaceBehind:
    """Make the workspace whose proxy listens this way."""

    @cache
    def make(listener: Listener) -> Workspace:
        directory = tmp_path_factory.mktemp("tools")
        variables = {"agent_id": "agent", "cert_path": f"{directory}/certs/ca.pem", **listeners[listener]}
        with Deployment(token=TOKEN, ca_cert_pem=proxy.ca_cert_pem) as deployment:
            return Workspace(directory, apply(directory / "module", deployment, variables, providers), system_roots)

    return make


@pytest.fixture
def agent(tmp_path: Path, system_roots: Path) -> Agent:
    return Agent(tmp_path, system_roots)
