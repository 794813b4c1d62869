"""Statuses and connections: what is tried again, what is not, and what is said in the end."""

from __future__ import annotations

import datetime as dt
import functools
import re
from typing import TYPE_CHECKING

import pytest

from tests.harness.certificates import DAY
from tests.harness.deployment import CA_CERT_PATH, OLD_CA_CERT_PATH, TOKEN, Answer, Deployment
from tests.harness.raw_server import RawServer, closed_port, endless, not_http, reset, silent, slow_drip, with_length
from tests.script.workspace import program

if TYPE_CHECKING:
    import socket
    import threading

    import trustme

    from tests.harness.raw_server import Talk
    from tests.script.conftest import Certificates
    from tests.script.workspace import Workspace

PADDING = b"#" * 100_000


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (201, "answered with status 201"),
        (204, "answered with status 204"),
        (304, "answered with status 304"),  # not a redirect, despite its number
        (400, "answered with status 400"),
        (403, "denied access (403): check the license"),
        (404, "has no AI Bridge Proxy (404): set CODER_AI_GATEWAY_PROXY_ENABLED=true"),
        (418, "answered with status 418"),
    ],
)
def test_a_refusal_is_explained_and_not_repeated(
    earlier: Workspace, deployment: Deployment, status: int, reason: str
) -> None:
    # Only 404 is worth a look at the older path; an error's page may be large.
    body = b"" if status in {204, 304} else PADDING
    deployment.serve(Answer(status, body))
    assert f"{deployment.url} {reason}" in earlier.run().failure
    assert len(deployment.asked) == (2 if status == 404 else 1)
    assert earlier.noted("sleep") == []


def test_a_refused_token_is_explained(workspace: Workspace, deployment: Deployment) -> None:
    workspace.values["SESSION_TOKEN"] = "Expired0000-ZyXwVuTsRqPoNmLkJiHgFe"
    assert f"{deployment.url} refused the session token (401)" in workspace.run().failure
    assert len(deployment.asked) == 1


@pytest.mark.parametrize(("status", "body"), [(301, b""), (302, PADDING), (303, b""), (307, b""), (308, b"")])
def test_no_redirect_is_followed(earlier: Workspace, deployment: Deployment, status: int, body: bytes) -> None:
    with Deployment(token=TOKEN, ca_cert_pem="") as elsewhere:
        deployment.serve(Answer(status, body, {"Location": elsewhere.url}))
        assert f"{deployment.url} answered with a redirect ({status})" in earlier.run().failure
        assert elsewhere.asked == []
    assert len(deployment.asked) == 1


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://127.0.0.1/login", "redirects to https (302)"),
        ("https://127.0.0.1", "redirects to https (302)"),
        ("https://127.0.0.1:8443/", "redirects to https (302)"),
        ("https://127.0.0.1.example.com/", "answered with a redirect (302)"),
        ("http://127.0.0.1/", "answered with a redirect (302)"),
        (None, "answered with a redirect (302)"),
    ],
)
def test_a_redirect_to_https_on_the_same_host_is_not_called_a_login_page(
    workspace: Workspace, deployment: Deployment, location: str | None, reason: str
) -> None:
    deployment.serve(Answer(302, headers={"Location": location} if location else {}))
    assert f"{deployment.url} {reason}" in workspace.run().failure


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_temporary_server_error_is_retried(
    workspace: Workspace, deployment: Deployment, certificates: Certificates, status: int
) -> None:
    good = Answer(body=certificates.proxy.pem.encode())
    deployment.serve(Answer(status, PADDING), Answer(status), good)
    assert workspace.run().status == 0
    assert workspace.noted("sleep") == ["1", "2"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_permanent_server_error_fails_after_three_tries(
    earlier: Workspace, deployment: Deployment, status: int
) -> None:
    deployment.serve(Answer(status))
    assert f"{deployment.url} answered with status {status}" in earlier.run().failure
    assert [asked.path for asked in deployment.asked] == [CA_CERT_PATH] * 3


def test_the_older_path_has_three_tries_of_its_own(
    workspace: Workspace, deployment: Deployment, certificates: Certificates
) -> None:
    good = Answer(body=certificates.proxy.pem.encode())
    deployment.answers = {CA_CERT_PATH: [Answer(503), Answer(404)], OLD_CA_CERT_PATH: [Answer(503), Answer(503), good]}
    assert workspace.run().status == 0
    assert workspace.noted("sleep") == ["1", "1", "2"]


def test_a_refused_connection_is_retried(earlier: Workspace) -> None:
    with closed_port() as url:
        earlier.values["ACCESS_URL"] = url
        assert f"cannot connect to {url}" in earlier.run().failure
    assert earlier.noted("sleep") == ["1", "2"]


def test_an_unknown_host_is_reported_as_a_failed_connection(workspace: Workspace) -> None:
    # RFC 6761: the name .invalid never resolves.
    workspace.values["ACCESS_URL"] = "https://coder.invalid"
    assert "cannot connect to https://coder.invalid" in workspace.run().failure


@pytest.mark.parametrize("talk", [reset, with_length(b"short", 500)], ids=["reset", "body shorter than announced"])
def test_a_broken_connection_is_retried(earlier: Workspace, talk: Talk) -> None:
    # What arrived of it is not used.
    with RawServer(talk) as server:
        earlier.values["ACCESS_URL"] = server.url
        assert f"cannot connect to {server.url}" in earlier.run().failure
        assert server.requests == 3


def test_a_body_longer_than_announced_is_refused(workspace: Workspace, certificates: Certificates) -> None:
    # curl reads as much as was announced, which is half a certificate.
    body = certificates.proxy.pem.encode()
    with RawServer(with_length(body, len(body) - 100)) as server:
        workspace.values["ACCESS_URL"] = server.url
        assert "is not a complete PEM certificate" in workspace.run().failure


def test_an_endless_body_is_cut(earlier: Workspace) -> None:
    with RawServer(endless) as server:
        earlier.values["ACCESS_URL"] = server.url
        assert "is too large" in earlier.run().failure


def test_endless_headers_do_not_use_up_the_memory(workspace: Workspace) -> None:
    # curl keeps the trailers of a chunked body. A quarter of the limit is enough for it, and quicker.
    workspace.replace("MEMORY_KIB=262144", "MEMORY_KIB=65536")
    stack = workspace.notes / "stack"
    workspace.stub("curl", f"ulimit -S -s >'{stack}'\nexec {program('curl')} \"$@\"")
    with RawServer(endless_trailers) as server:
        workspace.values["ACCESS_URL"] = server.url
        large_stack = (program("sh"), "-c", 'ulimit -S -s 1000000; exec "$@"', "sh")
        assert "curl ran out of memory (exit status 27)" in workspace.run(*large_stack).failure
    # Name look-ups run in a thread, for which curl needs as much memory as the stack may take.
    assert stack.read_text() == "8192\n"


@pytest.mark.parametrize("talk", [silent, slow_drip])
def test_a_server_that_never_finishes_times_out(workspace: Workspace, talk: Talk) -> None:
    # The deadline is for the whole download, however often a byte arrives.
    workspace.replace("DOWNLOAD_SECONDS=60", "DOWNLOAD_SECONDS=1")
    with RawServer(talk) as server:
        workspace.values["ACCESS_URL"] = server.url
        assert f"cannot connect to {server.url}" in workspace.run().failure


def endless_trailers(connection: socket.socket, _: threading.Event) -> None:
    """End a body and send headers after it that do not end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n-\r\n0\r\n")
    while True:
        connection.sendall(b"X-Trailer: %b\r\n" % (b"-" * 4000) * 100)


def _forbid_without_end(connection: socket.socket, closing: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n")
    closing.wait()


def test_it_does_not_wait_for_the_body_of_a_refusal(workspace: Workspace) -> None:
    with RawServer(_forbid_without_end) as server:
        workspace.values["ACCESS_URL"] = server.url
        assert "denied access (403)" in workspace.run().failure
        assert server.requests == 1


def test_all_tries_share_one_minute(workspace: Workspace, deployment: Deployment) -> None:
    # Each gets what the ones before have left, and without time left there is not another.
    clock = workspace.notes / "clock"
    clock.write_text("1000")
    # Each look at the clock finds it 25 seconds on.
    workspace.stub("date", f"read -r now <'{clock}'\necho $((now + 25)) >'{clock}'\necho $now")
    settings = workspace.notes / "settings"
    workspace.stub("curl", f"{program('cat')} >>'{settings}'\nprintf 503")
    assert "answered with status 503" in workspace.run().failure
    lines = settings.read_text().splitlines()
    assert [line for line in lines if line.startswith("max-time")] == ["max-time = 35", "max-time = 10"]
    assert lines.count("connect-timeout = 15") == 2


def test_a_clock_that_is_set_back_does_not_extend_the_deadline(workspace: Workspace, deployment: Deployment) -> None:
    # As after a laptop has slept.
    clock = workspace.notes / "clock"
    clock.write_text("5000")
    workspace.stub("date", f"read -r now <'{clock}'\necho 1000 >'{clock}'\necho $now")
    settings = workspace.notes / "settings"
    workspace.stub("curl", f"{program('cat')} >>'{settings}'\nprintf 403")
    assert "denied access (403)" in workspace.run().failure
    assert "max-time = 60" in settings.read_text().splitlines()


@pytest.mark.parametrize("status", [6, 7, 16, 18, 28, 35, 52, 55, 56, 92])
def test_every_kind_of_broken_connection_is_tried_three_times(
    workspace: Workspace, deployment: Deployment, status: int
) -> None:
    # By curl's exit statuses, of which not all can be had here.
    workspace.note("curl", f"printf 000\nexit {status}")
    assert f"(curl's exit status {status})" in workspace.run().failure
    assert len(workspace.noted("curl")) == 3


@pytest.mark.parametrize("status", [51, 60, 77])
def test_an_untrusted_certificate_is_reported_at_once(
    workspace: Workspace, deployment: Deployment, status: int
) -> None:
    # 51 is that of older versions of curl for another name.
    workspace.note("curl", f"printf 000\nexit {status}")
    assert "is not trusted" in workspace.run().failure
    assert len(workspace.noted("curl")) == 1


@pytest.mark.parametrize("end", ["exit 127", "exit 2", "kill -KILL $$"])
def test_a_broken_curl_is_not_mistaken_for_a_full_disk(workspace: Workspace, deployment: Deployment, end: str) -> None:
    # A library is missing, an option is unknown, memory is short.
    workspace.stub("curl", end)
    run = workspace.run()
    assert "curl cannot download from" in run.failure
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_curl_that_sees_other_files_is_reported(
    workspace: Workspace, deployment: Deployment, tls_deployment: Deployment, scheme: str
) -> None:
    # As one from a snap does: it can neither read the roots nor write the download.
    workspace.ask(deployment if scheme == "http" else tls_deployment)
    workspace.stub("curl", f'cd /proc && exec {program("curl")} "$@"')
    assert re.search("curl .*snap", workspace.run().failure)


@pytest.mark.parametrize(("from_day", "to_day"), [(-10, -1), (1, 10)], ids=["expired", "not yet valid"])
def test_a_deployment_whose_certificate_is_out_of_its_dates_is_not_called_untrusted(
    workspace: Workspace, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, from_day: int, to_day: int
) -> None:
    now = dt.datetime.now(dt.timezone.utc)
    issue = functools.partial(authority.issue_cert, not_before=now + from_day * DAY, not_after=now + to_day * DAY)
    monkeypatch.setattr(authority, "issue_cert", issue)
    workspace.roots.write_bytes(authority.cert_pem.bytes())
    with Deployment(token=TOKEN, ca_cert_pem="", authority=authority) as deployment:
        workspace.ask(deployment)
        assert f"the TLS certificate of {deployment.url} has expired or is not valid yet" in workspace.run().failure


def test_a_server_that_does_not_speak_http_is_reported(workspace: Workspace) -> None:
    with RawServer(not_http) as server:
        workspace.values["ACCESS_URL"] = server.url
        assert f"curl cannot download from {server.url}" in workspace.run().failure


def test_a_deployment_that_the_system_does_not_trust_is_explained(
    workspace: Workspace, tls_deployment: Deployment
) -> None:
    workspace.ask(tls_deployment)
    failure = workspace.run().failure
    assert f"the TLS certificate of {tls_deployment.url} is not trusted" in failure
    assert "extra_ca_certs_pem" in failure
    assert tls_deployment.asked == []


@pytest.mark.parametrize("by", ["extra certificate", "extra certificate alone", "system roots"])
def test_a_deployment_is_trusted_by_the_system_roots_and_by_extra_certificates(
    workspace: Workspace, tls_deployment: Deployment, authority: trustme.CA, by: str
) -> None:
    workspace.ask(tls_deployment)
    if by == "system roots":
        workspace.roots.write_bytes(authority.cert_pem.bytes())
    else:
        workspace.values["EXTRA_CA_CERTS_PEM"] = authority.cert_pem.bytes().decode()
    if by == "extra certificate alone":
        workspace.replace(str(workspace.roots), "/nowhere")
    assert workspace.run().status == 0


def test_plain_http_where_tls_is_expected_is_explained(workspace: Workspace, deployment: Deployment) -> None:
    # The other way round, a server answers 400.
    workspace.values["ACCESS_URL"] = deployment.url.replace("http:", "https:")
    assert "cannot connect to https://127.0.0.1:" in workspace.run().failure


def test_without_curl_the_three_ways_out_are_named(workspace: Workspace) -> None:
    workspace.without("curl")
    failure = workspace.run().failure
    for way_out in ("install it", 'fetch_ca_cert_at = "plan"', "ca_cert_pem"):
        assert way_out in failure
