"""The CA certificate over HTTP, from a deployment on loopback."""

from __future__ import annotations

import gzip
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import CA_CERT_PATH, OLD_CA_CERT_PATH, TOKEN, Answer, Asked, Deployment
from tests.harness.raw_server import (
    RawServer,
    closed_port,
    endless,
    hang_up,
    not_http,
    reset,
    says,
    silent,
    slow_drip,
    with_length,
)
from tf_helper.coder import connection
from tf_helper.coder import fetch as fetch_module
from tf_helper.coder.api import DeploymentError
from tf_helper.coder.fetch import fetch_ca_cert
from tf_helper.deadline import DeadlineExceededError
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.certificate import Certificate, parse_extra_ca_certs

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPConnection
    from pathlib import Path

    import trustme

    from tests.harness.raw_server import Talk


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between tries, recorded instead of slept."""
    waited: list[float] = []
    monkeypatch.setattr(fetch_module, "sleep", waited.append)
    return waited


def fetch(url: str, token: str = TOKEN, extra: str = "", **options: float) -> tuple[Certificate, ...]:
    return fetch_ca_cert(AccessUrl.parse(url), token, parse_extra_ca_certs(extra) if extra else (), **options)


def failure(url: str, token: str = TOKEN, extra: str = "", **options: float) -> str:
    with pytest.raises(DeploymentError) as caught:
        fetch(url, token, extra, **options)
    assert TOKEN not in str(caught.value)
    return str(caught.value)


def test_downloads_with_the_token_in_coders_header(deployment: Deployment, ca: Certified) -> None:
    assert [certificate.pem for certificate in fetch(deployment.url)] == [ca.pem]
    assert deployment.asked == [Asked(CA_CERT_PATH, TOKEN)]


def test_falls_back_to_the_path_of_older_servers(deployment: Deployment, ca: Certified) -> None:
    del deployment.answers[CA_CERT_PATH]
    assert [certificate.pem for certificate in fetch(deployment.url)] == [ca.pem]
    assert [asked.path for asked in deployment.asked] == [CA_CERT_PATH, OLD_CA_CERT_PATH]


def test_keeps_the_path_of_the_access_url(deployment: Deployment, ca: Certified) -> None:
    deployment.answers["/coder" + CA_CERT_PATH] = [Answer(body=ca.pem.encode())]
    assert fetch(deployment.url + "/coder/")


@pytest.mark.parametrize(
    ("status", "beginning", "way_out"),
    [
        (301, "redirects elsewhere (301)", "access URL"),
        (302, "redirects elsewhere (302)", "login page"),
        (401, "refused the session token (401)", "coder tokens create"),
        (403, "denied access (403)", "license for AI Gateway."),
        (404, "has no AI Bridge Proxy (404)", "CODER_AI_GATEWAY_PROXY_ENABLED=true"),
        (418, "answered with status 418", "log"),
        (429, "answered with status 429", "log"),
        (500, "answered with status 500", "log"),
        (503, "answered with status 503", "log"),
        (204, "answered with status 204", "log"),
    ],
)
def test_reports_the_status_and_the_remedy(status: int, beginning: str, way_out: str, deployment: Deployment) -> None:
    deployment.serve(Answer(status))
    message = failure(deployment.url)
    assert message.startswith(f"{deployment.url} {beginning}")
    assert way_out in message


@pytest.mark.parametrize("status", [429, 500, 503])
def test_retries_after_growing_waits(status: int, deployment: Deployment, ca: Certified, waits: list[float]) -> None:
    deployment.serve(Answer(status), Answer(status), Answer(body=ca.pem.encode()))
    assert fetch(deployment.url)
    assert len(waits) == 2
    assert waits[0] < waits[1]


def test_gives_up_after_three_tries(deployment: Deployment) -> None:
    deployment.serve(Answer(503))
    failure(deployment.url)
    assert len(deployment.asked) == 3


@pytest.mark.parametrize("status", [302, 403])
def test_permanent_errors_are_not_retried(status: int, deployment: Deployment) -> None:
    deployment.serve(Answer(status))
    failure(deployment.url)
    assert len(deployment.asked) == 1


def test_a_redirect_does_not_get_the_token(deployment: Deployment, ca: Certified) -> None:
    with Deployment(token=TOKEN, ca_cert_pem=ca.pem) as elsewhere:
        deployment.serve(Answer(302, headers={"Location": elsewhere.url + CA_CERT_PATH}))
        failure(deployment.url)
        assert elsewhere.asked == []


def test_cookies_are_neither_read_nor_sent() -> None:
    cookies = b"Set-Cookie: a=b\r\nSet-Cookie: \xff=\xff\r\n"
    with RawServer(says(b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n%b\r\n" % cookies)) as server:
        assert failure(server.url).startswith(f"{server.url} answered with status 503")
        assert server.requests == 3
        assert b"\r\ncookie:" not in server.last_request.lower()


@pytest.mark.parametrize("location", [b"//\xff@h", b"http://[", b""])
def test_a_redirect_to_an_invalid_url_is_reported_like_any_redirect(location: bytes) -> None:
    with RawServer(says(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %b\r\n\r\n" % location)) as server:
        assert failure(server.url).startswith(f"{server.url} redirects elsewhere (302)")
        assert server.requests == 1


def test_a_proxy_in_the_environment_does_not_get_the_token(
    ca: Certified, tls_ca: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bypass in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(bypass, raising=False)
    with (
        Deployment(token=TOKEN, ca_cert_pem=ca.pem) as elsewhere,
        Deployment(token=TOKEN, ca_cert_pem=ca.pem) as plain,
        Deployment(token=TOKEN, ca_cert_pem=ca.pem, authority=tls_ca) as secure,
    ):
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, elsewhere.url)
            monkeypatch.setenv(name.upper(), elsewhere.url)
        assert fetch(plain.url)
        assert fetch(secure.url, extra=tls_ca.cert_pem.bytes().decode())
        assert elsewhere.asked == []


def head_of_the_request() -> str:
    """Return what the program sends, in front of the body that it has not."""
    with RawServer(with_length(b"", 0)) as server:
        failure(server.url)
        return server.last_request.decode()


def test_a_netrc_file_adds_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login user password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert "authorization" not in head_of_the_request().lower()


def test_asks_for_an_answer_that_is_not_compressed() -> None:
    assert "accept-encoding: identity\r\n" in head_of_the_request().lower()


@pytest.mark.parametrize("body", [b"", b"<html>Sign in</html>", b"\x00\xff\xfe"])
def test_a_body_that_is_not_pem_is_refused_and_not_shown(body: bytes, deployment: Deployment) -> None:
    deployment.serve(Answer(body=body))
    message = failure(deployment.url)
    assert "it contains no certificate" in message
    assert "login page" in message
    assert "Sign in" not in message


def test_other_certificates_than_a_valid_ca_are_refused(deployment: Deployment, ca: Certified) -> None:
    for body, said in [
        (ca.key_pem, "it contains a private key"),
        (ca.pem + ca.key_pem, "it contains a private key"),
        (make_certificate("leaf", ca=False).pem, "is not a CA certificate"),
        (ca.pem[:-40], "without a beginning or an end"),
        (ca.pem.replace("\nM", "\n!", 1), "does not decode"),
        (make_certificate("old", to_day=-1).pem, "has expired"),
        (make_certificate("new", from_day=1).pem, "is not valid yet"),
        (ca.pem.rjust(16385), "is over 16384 bytes long"),
    ]:
        deployment.serve(Answer(body=body.encode()))
        assert said in failure(deployment.url)


def test_a_compressed_answer_is_not_expanded(deployment: Deployment, ca: Certified) -> None:
    deployment.serve(Answer(body=gzip.compress(ca.pem.encode()), headers={"Content-Encoding": "gzip"}))
    assert "it contains no certificate" in failure(deployment.url)


def test_an_endless_answer_is_cut() -> None:
    with RawServer(endless) as server:
        assert "is over 16384 bytes long" in failure(server.url)


@pytest.mark.parametrize(
    ("talk", "reason"),
    [
        (reset, "connection reset by peer"),
        (not_http, "not an HTTP answer"),
        (hang_up, "it closed the connection without an answer"),
        (with_length(b"short", 9999), "its answer broke off"),
    ],
)
def test_a_broken_connection_is_retried_twice(talk: Talk, reason: str) -> None:
    with RawServer(talk) as server:
        assert failure(server.url).startswith(f"{server.url} cannot be reached ({reason})")
        assert server.requests == 3


def test_a_connection_that_breaks_in_the_tls_handshake_is_tried_three_times(waits: list[float]) -> None:
    class HangUp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), HangUp) as server:
        threading.Thread(target=server.serve_forever).start()
        url = f"https://127.0.0.1:{server.server_address[1]}"
        try:
            assert failure(url).startswith(f"{url} cannot be reached")
        finally:
            server.shutdown()
    assert len(waits) == 2


def test_a_closed_port_cannot_be_reached() -> None:
    with closed_port() as url:
        assert "cannot be reached (connection refused)" in failure(url)


def test_a_deployment_that_stays_silent_is_tried_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_module, "_OPERATION_SECONDS", 0.2)
    with RawServer(silent) as server:
        assert "did not answer in time" in failure(server.url)
        assert server.requests == 3


def test_the_deadline_holds_whatever_is_slow() -> None:
    with RawServer(slow_drip) as server:
        assert "gave no complete answer within 0.2 s" in failure(server.url, deadline_seconds=0.2)


def test_a_download_takes_20_seconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds: list[float] = []

    def run(limit: float, _: Callable[[], object]) -> object:
        seconds.append(limit)
        raise DeadlineExceededError

    monkeypatch.setattr(fetch_module, "run_with_deadline", run)
    assert "gave no complete answer within 20 s" in failure("https://coder.example.com")
    assert seconds == [20]


def test_the_deadline_holds_for_name_look_ups(stuck: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: stuck())
    assert "gave no complete answer" in failure("https://coder.example.com", deadline_seconds=0.2)


def test_the_process_ends_although_a_name_look_up_hangs() -> None:
    program = """
import socket, threading
from tf_helper.coder.api import DeploymentError
from tf_helper.coder.fetch import fetch_ca_cert
from tf_helper.values.access_url import AccessUrl
socket.getaddrinfo = lambda *_: threading.Event().wait()
try:
    fetch_ca_cert(AccessUrl.parse("https://coder.example.com"), "token", deadline_seconds=0.2)
except DeploymentError:
    print("gave up")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "gave up\n"


def test_unexpected_errors_are_reported_by_type(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> HTTPConnection:
        raise ZeroDivisionError(TOKEN)

    monkeypatch.setattr(connection, "HTTPConnection", broken)
    assert failure("http://127.0.0.1:1") == "unexpected ZeroDivisionError while asking http://127.0.0.1:1."


@pytest.mark.parametrize("token", ["a\r\nb: c", "\x00", "\u00e4", " a"])
def test_a_token_that_no_header_can_carry_is_not_sent(token: str, deployment: Deployment) -> None:
    assert "session token contains characters" in failure(deployment.url, token)
    assert deployment.asked == []


def test_an_untrusted_deployment_is_explained(tls_deployment: Deployment) -> None:
    message = failure(tls_deployment.url)
    assert message.startswith(
        f"the TLS certificate of {tls_deployment.url} is not trusted: signed by a CA that is not trusted ("
    )
    assert "extra_ca_certs_pem" in message
    assert tls_deployment.asked == []


def test_extra_ca_certs_pem_makes_it_trusted(tls_deployment: Deployment, tls_ca: trustme.CA) -> None:
    assert fetch(tls_deployment.url, extra=tls_ca.cert_pem.bytes().decode())


def test_the_deployments_own_certificate_can_be_trusted_by_itself(tls_deployment: Deployment) -> None:
    port = int(tls_deployment.url.rpartition(":")[2])
    assert fetch(tls_deployment.url, extra=ssl.get_server_certificate(("127.0.0.1", port)))


def test_tls_to_a_plain_http_port_is_explained(deployment: Deployment) -> None:
    assert "Check whether the access URL should be http" in failure(deployment.url.replace("http:", "https:"))
