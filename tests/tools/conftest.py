from __future__ import annotations

import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest
import trustme

from tests.conftest import TOKEN
from tests.harness.deployment import Deployment
from tests.harness.origin import Origin
from tests.harness.proxy import Proxy, mitmdump
from tests.harness.terraform import Terraform, copy_module
from tests.harness.tls_listener import TlsListener
from tests.tools.clients import NODE, Client, Listener
from tests.tools.pages import PAGES
from tests.tools.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.harness.terraform import Providers
    from tests.tools.clients import Host

    WorkspaceBehind = Callable[[Listener], Workspace]

NAMES: Mapping[Host, str] = {"intercepted": "api.anthropic.com", "tunnelled": "registry.example.com"}


def installed(client: Client) -> Client:
    """Skip the test if the client is not there."""
    if client.program != "{python}" and not shutil.which(client.program):
        pytest.skip(f"{client.program} is not on PATH")
    if client.program == "node" and not (NODE / "node_modules").is_dir():
        pytest.skip("undici is not installed: run make")
    if client.program == "wget" and "ssl/gnutls" not in subprocess.check_output(["wget", "--version"], text=True):
        pytest.skip("this wget is not Debian's: it has another TLS library")
    return client


class Authorities(NamedTuple):
    """Who has signed what, apart from the proxy's CA, which mitmproxy makes."""

    public: trustme.CA
    """All clients trust it without the module."""
    company: trustme.CA
    """It has signed the proxy's own TLS certificate; clients trust it by extra_ca_certs_pem alone."""


@pytest.fixture(scope="session")
def authorities() -> Authorities:
    """Make the authorities."""
    return Authorities(trustme.CA(organization_name="Public Root"), trustme.CA(organization_name="Company Root"))


@pytest.fixture(scope="session")
def system_roots(authorities: Authorities, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a file that takes the place of the system's roots."""
    file = tmp_path_factory.mktemp("roots") / "system-roots.pem"
    authorities.public.cert_pem.write_to_path(str(file))
    return file


@pytest.fixture(scope="session")
def origin(authorities: Authorities) -> Iterator[Origin]:
    """Run what stands for all hosts of the internet."""
    with Origin(authorities.public, hosts=(*NAMES.values(), "localhost"), pages=PAGES) as running:
        yield running


@pytest.fixture(scope="session")
def proxy(origin: Origin) -> Iterator[Proxy]:
    """Run AI Bridge Proxy."""
    if not mitmdump():
        pytest.skip("mitmdump is not installed: run make")
    with Proxy(token=TOKEN, origin=origin, intercepted=(NAMES["intercepted"],)) as running:
        yield running


@pytest.fixture(scope="session")
def listeners(authorities: Authorities, proxy: Proxy) -> Iterator[Mapping[Listener, Mapping[str, object]]]:
    """Say what the module has to be told of the proxy."""
    with TlsListener(authorities.company, port=proxy.port) as tls:
        yield {
            "HTTP": {"proxy_url": f"http://127.0.0.1:{proxy.port}"},
            "TLS": {
                "proxy_url": f"https://localhost:{tls.port}",
                "extra_ca_certs_pem": [authorities.company.cert_pem.bytes().decode()],
            },
        }


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
            env, script = apply(directory / "module", deployment, variables, providers)
            return Workspace(directory, env=env, script=script, system_roots=system_roots)

    return make


def apply(
    directory: Path, deployment: Deployment, variables: Mapping[str, object], providers: Providers
) -> tuple[dict[str, str], str]:
    """Apply the module; return the output env and the startup script."""
    environment = {"CODER_AGENT_URL": deployment.url, "CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN}
    with Terraform(copy_module(directory), environment, providers=providers) as terraform:
        terraform.init()
        terraform.apply(variables=variables)
        return terraform.outputs()["env"], terraform.resources()["coder_script.aibridge_proxy_setup"]["script"]
