from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import TOKEN, Deployment
from tests.harness.raw_server import RawServer
from tests.script.rendering import PLACEHOLDERS, Rendered, Renderer
from tests.script.workspace import SHELLS, Workspace

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Certificates:
    """What the tests of bodies and bundles need, made once."""

    proxy: Certified
    leaf: Certified
    company: Certified
    intermediate: Certified
    expired: Certified
    not_yet_valid: Certified
    public: Certified


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    """Make the certificates."""
    proxy, company = make_certificate("AI Bridge Proxy"), make_certificate("Company Root")
    return Certificates(
        proxy=proxy,
        leaf=make_certificate("leaf.example.com", issuer=proxy, ca=False),
        company=company,
        intermediate=make_certificate("Company Proxy CA", issuer=company),
        expired=make_certificate("Expired CA", from_day=-10, to_day=-1),
        not_yet_valid=make_certificate("Early CA", from_day=1, to_day=10),
        public=make_certificate("Public Root"),
    )


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Make the authority that signs the TLS certificates of deployments."""
    return trustme.CA(organization_name="Deployment Root")


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """Render script and wrapper, with the names of the variables between @ in the place of their values."""
    if not shutil.which("terraform"):
        pytest.skip("terraform is not on PATH")
    (rendered,) = Renderer(tmp_path_factory.mktemp("render")).render([PLACEHOLDERS])
    return rendered


@pytest.fixture(params=list(SHELLS))
def shell(request: pytest.FixtureRequest) -> str:
    """Run the test under each shell."""
    name = str(request.param)
    if not shutil.which(name):
        pytest.skip(f"{name} is not on PATH")
    return name


def _challenge(connection: socket.socket, _: threading.Event) -> None:
    head = b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="Coder AI Gateway Proxy"\r\n'
    connection.sendall(head + b"Content-Length: 0\r\nConnection: close\r\n\r\n")


@pytest.fixture(scope="session")
def challenging_proxy() -> Iterator[str]:
    """Run what the end of the script takes for a healthy proxy."""
    with RawServer(_challenge) as server:
        yield server.url


@pytest.fixture
def bare_workspace(
    tmp_path: Path, shell: str, rendered: Rendered, certificates: Certificates, challenging_proxy: str
) -> Workspace:
    """Make a workspace that knows of no deployment."""
    workspace = Workspace(tmp_path, shell, rendered, certificates.public.pem)
    workspace.values["PROXY_URL"] = challenging_proxy
    return workspace


@pytest.fixture
def deployment(certificates: Certificates) -> Iterator[Deployment]:
    """Run a deployment that serves the certificate."""
    with Deployment(token=TOKEN, ca_cert_pem=certificates.proxy.pem) as running:
        yield running


@pytest.fixture
def workspace(bare_workspace: Workspace, deployment: Deployment) -> Workspace:
    """Make a workspace that downloads the certificate from the deployment."""
    bare_workspace.ask(deployment)
    return bare_workspace


@pytest.fixture
def earlier(workspace: Workspace, certificates: Certificates) -> Iterator[Workspace]:
    """Make a workspace with the files of an earlier start, and see that they are all there is in the end."""
    workspace.cert_path.write_text(certificates.proxy.pem)
    workspace.bundle_path.write_text(certificates.public.pem + certificates.proxy.pem)
    files = (workspace.cert_path, workspace.bundle_path)
    before = [(file.read_bytes(), file.stat().st_mode) for file in files]
    yield workspace
    assert [(file.read_bytes(), file.stat().st_mode) for file in files] == before
    assert workspace.left_over() == []


@pytest.fixture
def tls_deployment(certificates: Certificates, authority: trustme.CA) -> Iterator[Deployment]:
    """Run a deployment over TLS, signed by the authority."""
    with Deployment(token=TOKEN, ca_cert_pem=certificates.proxy.pem, authority=authority) as running:
        yield running
