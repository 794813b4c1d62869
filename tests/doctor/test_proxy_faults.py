"""The way to the proxy, one fault at a time."""

from __future__ import annotations

from contextlib import ExitStack
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN, Deployment
from tests.harness.raw_server import RawServer, closed_port, full_backlog, hang_up, not_http, reset, silent
from tf_helper.doctor import tunnel

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable, Iterator, Mapping

    from tests.doctor.conftest import Patient
    from tests.harness.cells import Listener
    from tests.harness.raw_server import Talk
    from tests.sandbox import Authorities

AFTER_TCP = ["proxy_tls", "connect_without_token", "connect_with_token", "provider", "strict_client", "tunnelled"]


@pytest.fixture
def raw_server() -> Iterator[Callable[[Talk], str]]:
    """Start a server that does with a connection what it is told; return its URL."""
    with ExitStack() as servers:
        yield lambda talk: servers.enter_context(RawServer(talk)).url


def test_a_host_without_an_address(patient: Patient) -> None:
    patient.settings["proxy_url"] = "http://aiproxy.invalid:8888"
    report = patient.examine()
    assert report.of("failed") == ["proxy_dns"]
    assert report.of("skipped") == ["proxy_tcp", *AFTER_TCP]
    assert "aiproxy.invalid has no address" in report.told("proxy_dns")
    assert "check the host in proxy_url" in report.told("proxy_dns")


def test_a_closed_port(patient: Patient) -> None:
    with closed_port() as patient.settings["proxy_url"]:
        report = patient.examine()
    assert report.of("failed") == ["proxy_tcp"]
    assert report.of("skipped") == AFTER_TCP
    assert "connection refused" in report.told("proxy_tcp")
    assert "8888" in report.told("proxy_tcp")


def test_a_black_hole(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tunnel, "OPERATION_SECONDS", 0.3)
    with full_backlog() as patient.settings["proxy_url"]:
        report = patient.examine()
    assert report.of("failed") == ["proxy_tcp"]
    assert "no answer" in report.told("proxy_tcp")
    assert "firewalls" in report.told("proxy_tcp")


@pytest.mark.long
@pytest.mark.parametrize("silent_only", [False, True], ids=["no connection", "no answer"])
def test_black_holes_everywhere_leave_an_answer_within_half_a_minute(patient: Patient, *, silent_only: bool) -> None:
    with full_backlog() as nowhere, RawServer(silent) as server:
        patient.settings |= dict.fromkeys(("proxy_url", "access_url"), server.url if silent_only else nowhere)
        begun = monotonic()
        report = patient.examine()
        assert monotonic() - begun < 30
    assert set(report.of("failed")) == {"deployment", "connect_without_token" if silent_only else "proxy_tcp"}


def test_https_to_a_listener_that_speaks_plain_http(patient: Patient) -> None:
    with Deployment(token=TOKEN, ca_cert_pem="") as plain:
        patient.settings["proxy_url"] = plain.url.replace("http:", "https:")
        report = patient.examine()
    assert report.of("failed") == ["proxy_tls"]
    assert report.of("skipped") == AFTER_TCP[1:]
    assert "write http:// in proxy_url" in report.told("proxy_tls")


def test_http_to_a_listener_that_speaks_tls(
    patient: Patient, listeners: Mapping[Listener, Mapping[str, object]]
) -> None:
    patient.settings["proxy_url"] = str(listeners["TLS"]["proxy_url"]).replace("https:", "http:")
    report = patient.examine()
    assert report.of("failed") == ["connect_without_token"]
    assert report.of("skipped") == AFTER_TCP[2:]
    assert "write https:// in proxy_url" in report.told("connect_without_token")


def test_a_proxy_whose_tls_certificate_is_not_trusted(
    patient: Patient, listeners: Mapping[Listener, Mapping[str, object]]
) -> None:
    patient.settings["proxy_url"] = str(listeners["TLS"]["proxy_url"])
    report = patient.examine()
    assert report.of("failed") == ["proxy_tls"]
    assert report.of("skipped") == AFTER_TCP[1:]
    assert "extra_ca_certs_pem" in report.told("proxy_tls")


def test_a_listener_that_does_not_answer_the_tls_handshake(patient: Patient, raw_server: Callable[[Talk], str]) -> None:
    patient.settings["proxy_url"] = raw_server(silent).replace("http:", "https:")
    patient.monkeypatch.setattr(tunnel, "OPERATION_SECONDS", 0.3)
    report = patient.examine()
    assert report.of("failed") == ["proxy_tls"]
    assert "no answer to the TLS handshake" in report.told("proxy_tls")


def test_the_deployment_in_the_place_of_the_proxy(patient: Patient) -> None:
    patient.settings["proxy_url"] = patient.deployment.url
    report = patient.examine()
    assert report.of("failed") == ["connect_without_token"]
    assert report.of("warning") == ["settings"]
    assert "a web server, not a proxy" in report.told("connect_without_token")


def test_a_deployment_with_tls_in_the_place_of_the_proxy(patient: Patient, authorities: Authorities) -> None:
    patient.bundle.write_text(patient.bundle.read_text() + authorities.company.cert_pem.bytes().decode())
    with Deployment(token=TOKEN, ca_cert_pem="", authority=authorities.company) as deployment:
        patient.settings["proxy_url"] = deployment.url
        report = patient.examine()
    assert report.of("failed") == ["connect_without_token"]
    assert "a web server, not a proxy" in report.told("connect_without_token")


def banner(connection: socket.socket, closing: threading.Event) -> None:
    """Say in another protocol who is there, and wait."""
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
    closing.wait()


@pytest.mark.parametrize(
    ("talk", "seen"),
    [
        (silent, "it accepted the connection and did not answer"),
        (hang_up, "it closed the connection without an answer"),
        (reset, "the connection broke off"),
        (not_http, "it did not answer in HTTP"),
        (banner, "it did not answer in HTTP"),
    ],
)
def test_something_else_than_a_proxy(
    talk: Talk, seen: str, patient: Patient, raw_server: Callable[[Talk], str]
) -> None:
    patient.monkeypatch.setattr(tunnel, "OPERATION_SECONDS", 0.3)
    patient.settings["proxy_url"] = raw_server(talk)
    report = patient.examine()
    assert report.of("failed") == ["connect_without_token"]
    assert seen in report.told("connect_without_token")
    assert "check what listens there" in report.told("connect_without_token")


def answering(*statuses: int) -> Talk:
    """Make a proxy that answers one CONNECT after the other so, the last of them again and again."""
    left = list(statuses)

    def talk(connection: socket.socket, _: object) -> None:
        status = left.pop(0) if len(left) > 1 else left[0]
        connection.sendall(b"HTTP/1.1 %d Whatever\r\n\r\n" % status)

    return talk


def test_a_load_balancer_without_a_proxy_behind_it(patient: Patient, raw_server: Callable[[Talk], str]) -> None:
    patient.settings["proxy_url"] = raw_server(answering(503))
    report = patient.examine()
    assert report.of("failed") == ["connect_without_token"]
    assert "it answers CONNECT with 503 -> something in front of the proxy" in report.told("connect_without_token")


def test_a_proxy_that_lets_anyone_through(patient: Patient, raw_server: Callable[[Talk], str]) -> None:
    patient.settings["proxy_url"] = raw_server(answering(200))
    report = patient.examine()
    assert "connect_without_token" in report.of("warning")
    assert "no other proxy" in report.told("connect_without_token")


@pytest.mark.parametrize(
    ("status", "seen"),
    [
        (407, "it refuses the token (407)"),
        (403, "it does not tunnel to api.anthropic.com (403)"),
        (502, "it cannot reach api.anthropic.com (502)"),
        (400, "it answers CONNECT to api.anthropic.com with 400"),
    ],
)
def test_a_proxy_that_opens_no_tunnel(
    status: int, seen: str, patient: Patient, raw_server: Callable[[Talk], str]
) -> None:
    patient.settings["proxy_url"] = raw_server(answering(407, status))
    report = patient.examine()
    assert report.of("failed") == ["connect_with_token"]
    assert report.of("skipped") == ["provider", "strict_client", "tunnelled"]
    assert seen in report.told("connect_with_token")


def test_a_proxy_that_hangs_up_on_the_token(patient: Patient, raw_server: Callable[[Talk], str]) -> None:
    def talk(connection: socket.socket, _: object) -> None:
        if server_answers:
            connection.sendall(server_answers.pop())

    server_answers = [b"HTTP/1.1 407 No\r\n\r\n"]
    patient.settings["proxy_url"] = raw_server(talk)
    report = patient.examine()
    assert report.of("failed") == ["connect_with_token"]
    assert "without an answer" in report.told("connect_with_token")


def test_a_tunnel_in_which_nobody_speaks_tls(patient: Patient, raw_server: Callable[[Talk], str]) -> None:
    patient.settings["proxy_url"] = raw_server(answering(407, 200))
    report = patient.examine()
    assert report.of("failed") == ["provider", "tunnelled"]
    assert "in the tunnel, the TLS handshake broke off" in report.told("provider")
    assert "in the tunnel, the TLS handshake broke off" in report.told("tunnelled")


def test_a_proxy_that_changes_its_mind(patient: Patient, raw_server: Callable[[Talk], str]) -> None:
    patient.settings["proxy_url"] = raw_server(answering(407, 200, 502))
    report = patient.examine()
    assert report.of("failed") == ["provider", "tunnelled"]
    assert "it cannot reach api.anthropic.com (502)" in report.told("provider")


def test_a_proxy_that_forbids_connect_before_it_asks_who_is_there(
    patient: Patient, raw_server: Callable[[Talk], str]
) -> None:
    patient.settings["proxy_url"] = raw_server(answering(403))
    report = patient.examine()
    assert report.of("failed") == ["connect_without_token"]
    assert "another proxy, or a firewall" in report.told("connect_without_token")


def test_an_ipv6_address_is_asked_for_in_brackets(patient: Patient) -> None:
    with RawServer(answering(407)) as server:
        patient.settings["proxy_url"] = server.url
        patient.provider_host = "[::1]"
        patient.examine()
        assert server.last_request.startswith(b"CONNECT [::1]:443 HTTP/1.1\r\n")
