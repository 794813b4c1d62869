"""TLS through the proxy, one fault at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.certificates import make_certificate
from tests.harness.deployment import Answer
from tests.harness.proxy import Proxy
from tests.harness.raw_server import RawServer
from tests.harness.server import tls_context
from tests.sandbox import BLOCKED, NAMES

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from tests.doctor.conftest import Patient
    from tests.harness.certificates import Certified
    from tests.harness.gateway import Gateway
    from tests.harness.origin import Origin
from tests.sandbox import Authorities


def test_a_provider_that_is_not_intercepted(patient: Patient) -> None:
    patient.provider_host = NAMES["tunnelled"]
    report = patient.examine()
    assert report.of("failed") == ["provider"]
    assert report.of("skipped") == ["strict_client"]
    assert "is not intercepted" in report.told("provider")
    assert "enable the provider" in report.told("provider")


def test_a_provider_whose_certificate_an_unknown_ca_has_signed(patient: Patient, ca: Certified) -> None:
    patient.deployment.serve(Answer(body=ca.pem.encode()))
    patient.certificate.write_text(ca.pem)
    patient.bundle.write_text(patient.roots_pem + ca.pem)
    report = patient.examine()
    assert report.of("failed") == ["provider"]
    assert "a certificate of an unknown CA" in report.told("provider")


def test_a_provider_whose_certificate_is_for_another_name(patient: Patient, authorities: Authorities) -> None:
    ca_pem = authorities.company.cert_pem.bytes().decode()
    patient.deployment.serve(Answer(body=ca_pem.encode()))
    patient.certificate.write_text(ca_pem)
    patient.bundle.write_text(patient.roots_pem + ca_pem)
    context = tls_context(authorities.company, "other.example.com")

    def talk(connection: socket.socket, _: object) -> None:
        if b"Proxy-Authorization" not in server.last_request:
            connection.sendall(b"HTTP/1.1 407 No\r\n\r\n")
            return
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        context.wrap_socket(connection, server_side=True).close()

    with RawServer(talk) as server:
        patient.settings["proxy_url"] = server.url
        report = patient.examine()
    assert report.of("failed") == ["provider", "tunnelled"]
    assert "is intercepted, but its certificate is not trusted: Hostname mismatch" in report.told("provider")
    assert "a name that the certificate is for" in report.told("provider")
    assert "a name that the certificate is for" in report.told("tunnelled")


def test_a_ca_certificate_that_nobody_knows(patient: Patient) -> None:
    del patient.settings["access_url"]
    patient.certificate.unlink()
    report = patient.examine()
    assert report.steps["provider"]["status"] == "skipped"
    assert report.of("failed") == ["certificate_file"]
    assert f"{patient.bundle} contains 1 of the system's roots" in report.told("bundle_file")


def test_a_provider_that_is_blocked(patient: Patient) -> None:
    patient.provider_host = BLOCKED
    report = patient.examine()
    assert report.of("failed") == ["connect_without_token"]
    assert "(403)" in report.told("connect_without_token")


def test_a_host_that_is_blocked(patient: Patient) -> None:
    patient.tunnelled_host = BLOCKED
    report = patient.examine()
    assert report.of("failed") == ["tunnelled"]
    assert "no_proxy" in report.told("tunnelled")


def test_a_host_that_is_intercepted_is_no_ordinary_one(patient: Patient) -> None:
    patient.tunnelled_host = NAMES["intercepted"]
    report = patient.examine()
    assert report.of("warning") == ["tunnelled"]
    assert "--tunnelled-host" in report.told("tunnelled")


@pytest.fixture(scope="session")
def lax_proxy(origin: Origin, gateway: Gateway) -> Iterator[Proxy]:
    """Run a proxy whose CA certificate has no keyUsage, as the one that Coder's documents tell how to make."""
    ca = make_certificate("AI Bridge Proxy CA", key_usage=False)
    with Proxy(gateway=gateway.url, hosts={NAMES["tunnelled"]: origin.port}, ca=ca) as running:
        yield running


def test_a_ca_certificate_that_strict_clients_refuse(patient: Patient, lax_proxy: Proxy) -> None:
    pem = lax_proxy.ca_cert_pem
    patient.settings["proxy_url"] = f"http://127.0.0.1:{lax_proxy.port}"
    patient.deployment.serve(Answer(body=pem.encode()))
    patient.certificate.write_text(pem)
    patient.bundle.write_text(patient.roots_pem + pem)
    report = patient.examine()
    assert report.ok
    assert report.of("warning") == ["strict_client"]
    assert "Python 3.13" in report.told("strict_client")
