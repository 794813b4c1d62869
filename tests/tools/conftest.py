from __future__ import annotations

import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN, Deployment
from tests.harness.startup import apply
from tests.tools.clients import NODE, Client
from tests.tools.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.harness.cells import Listener
    from tests.harness.proxy import Proxy
    from tests.harness.terraform import Providers

    WorkspaceBehind = Callable[[Listener], Workspace]


def installed(client: Client) -> Client:
    """Skip the test if the client is not installed."""
    if client.program != "{python}" and not shutil.which(client.program):
        pytest.skip(f"{client.program} is not on PATH")
    if client.program == "node" and not (NODE / "node_modules").is_dir():
        pytest.skip("undici is not installed: run make")
    if client.program == "wget" and "ssl/gnutls" not in subprocess.check_output(["wget", "--version"], text=True):
        pytest.skip("this wget is not Debian's: it has another TLS library")
    return client


@pytest.fixture(scope="session")
def workspace_behind(
    tmp_path_factory: pytest.TempPathFactory,
    providers: Providers,
    system_roots: Path,
    proxy: Proxy,
    listeners: Mapping[Listener, Mapping[str, object]],
) -> WorkspaceBehind:
    """Make the workspace whose proxy listens this way: Terraform applies the module, and its startup script runs."""

    @cache
    def make(listener: Listener) -> Workspace:
        directory = tmp_path_factory.mktemp("tools")
        variables = {"agent_id": "agent", "cert_path": f"{directory}/certs/ca.pem", **listeners[listener]}
        with Deployment(token=TOKEN, ca_cert_pem=proxy.ca_cert_pem) as deployment:
            return Workspace(directory, apply(directory / "module", deployment, variables, providers), system_roots)

    return make
