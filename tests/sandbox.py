"""An internet on loopback: hosts, the proxy that intercepts some of them, and who has signed what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
import trustme

from tests.harness.deployment import TOKEN
from tests.harness.gateway import Gateway
from tests.harness.origin import Origin
from tests.harness.pages import PAGES
from tests.harness.proxy import Proxy
from tests.harness.server import tls_context

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.harness.cells import Host, Listener

NAMES: Mapping[Host, str] = {"intercepted": "api.anthropic.com", "tunnelled": "registry.example.com"}
BLOCKED = "blocked.example.com"


class Authorities(NamedTuple):
    """Who has signed what, apart from what the proxy intercepts."""

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
    """Run a stand-in for all hosts of the internet."""
    with Origin(authorities.public, hosts=(*NAMES.values(), "localhost"), pages=PAGES) as running:
        yield running


@pytest.fixture(scope="session")
def gateway(origin: Origin) -> Iterator[Gateway]:
    """Run the gateway behind the proxy. It is lenient: most of these clients send no key, and ask for any path."""
    with Gateway(token=TOKEN, origin=origin, lenient=True) as running:
        yield running


@pytest.fixture(scope="session")
def proxy(origin: Origin, gateway: Gateway) -> Iterator[Proxy]:
    """Run AI Bridge Proxy."""
    hosts = {NAMES["tunnelled"]: origin.port}
    with Proxy(gateway=gateway.url, hosts=hosts, private={BLOCKED}) as running:
        yield running


@pytest.fixture(scope="session")
def listeners(
    authorities: Authorities, origin: Origin, gateway: Gateway, proxy: Proxy
) -> Iterator[Mapping[Listener, Mapping[str, object]]]:
    """Return the module's settings for the proxy, and for the same one behind TLS."""
    hosts = {NAMES["tunnelled"]: origin.port}
    listener = tls_context(authorities.company, "localhost")
    with Proxy(gateway=gateway.url, hosts=hosts, private={BLOCKED}, ca=proxy.ca, listener=listener) as tls:
        yield {
            "HTTP": {"proxy_url": f"http://127.0.0.1:{proxy.port}"},
            "TLS": {
                "proxy_url": f"https://localhost:{tls.port}",
                "extra_ca_certs_pem": [authorities.company.cert_pem.bytes().decode()],
            },
        }
