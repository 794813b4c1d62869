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
from tests.script.test_saved_files import pem_of
from tests.script.workspace import program

if TYPE_CHECKING:
    import socket
    import threading

    import trustme

    from tests.harness.raw_server import Talk
    from tests.script.conftest import Certificates
    from tests.script.workspace import Workspace

PADDING = b"#" * 100_000

# Under one shell: what makes the difference is curl.
in_one_shell = pytest.mark.parametrize("shell", ["dash"], indirect=True)

UNAVAILABLE = "answered with status {}: check the deployment's log"
LOGIN_PAGE = "redirects elsewhere ({}): let /api/v2 through the login page that may be in front of it"


# Only 404 is worth a look at the older path. 304 is not a redirect, despite its number.
REFUSALS = {
    **dict.fromkeys((201, 204, 304, 418), (1, UNAVAILABLE)),
    **dict.fromkeys((429, 500, 503), (3, UNAVAILABLE)),
    **dict.fromkeys((301, 308), (1, LOGIN_PAGE)),
    401: (1, "refused the session token (401): restart the workspace to get another one"),
    403: (1, "denied access (403): check the deployment's license for AI Bridge"),
    404: (2, "has no AI Bridge Proxy (404): set CODER_AI_GATEWAY_PROXY_ENABLED=true, or upgrade Coder"),
}


def test_a_refusal_is_explained_and_a_temporary_one_is_retried(earlier: Workspace, deployment: Deployment) -> None:
    for status, (requests, reason) in REFUSALS.items():
        before = len(deployment.asked), len(earlier.noted("sleep"))
        deployment.serve(Answer(status, b"" if status in {204, 304} else PADDING))
        assert f"{deployment.url} {reason.format(status)}" in earlier.run().failure
        assert len(deployment.asked) - before[0] == requests
        assert earlier.noted("sleep")[before[1] :] == (["1", "2"] if requests == 3 else [])


@in_one_shell
def test_a_redirect_is_not_followed_and_one_to_https_is_named(workspace: Workspace, deployment: Deployment) -> None:
    to_https = "to https (302): the deployment's access URL should begin with https://"
    for location in ("https://127.0.0.1/login", "https://127.0.0.1", "https://127.0.0.1:8443/"):
        deployment.serve(Answer(302, headers={"Location": location}))
        assert f"{deployment.url} redirects {to_https}" in workspace.run().failure
    for location in ("https://127.0.0.1.example.com/", "http://127.0.0.1/"):
        deployment.serve(Answer(302, headers={"Location": location}))
        assert f"{deployment.url} redirects elsewhere (302)" in workspace.run().failure
    assert len(deployment.asked) == 5


def test_each_path_has_three_tries(workspace: Workspace, deployment: Deployment, certificates: Certificates) -> None:
    good = Answer(body=certificates.proxy.pem.encode())
    deployment.answers = {CA_CERT_PATH: [Answer(503), Answer(404)], OLD_CA_CERT_PATH: [Answer(503), Answer(429), good]}
    assert workspace.run().status == 0
    assert workspace.noted("sleep") == ["1", "1", "2"]


def _forbid_without_end(connection: socket.socket, closing: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n")
    closing.wait()


def _endless_trailers(connection: socket.socket, _: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n-\r\n0\r\n")
    while True:
        connection.sendall(b"X-Trailer: %b\r\n" % (b"-" * 4000) * 100)


def _in_chunks(connection: socket.socket, _: threading.Event) -> None:
    chunk = b"1000\r\n%b\r\n" % (b"-" * 4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 10 + b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("talk", "requests", "reason"),
    [
        (reset, 3, "cannot connect to {}, or lost connection (curl's exit status"),
        (with_length(b"short", 500), 3, "cannot connect to {}"),
        (with_length(b"-----BEGIN CERTIFICATE-----\nMIIB", 20), 1, "certificate from {} is incomplete or not PEM"),
        (endless, 1, "{} sent an answer that is too large: check which server responds at that address"),
        (_in_chunks, 1, "{} sent an answer that is too large: check which server responds at that address"),
        (not_http, 1, "curl cannot download from {}"),
        (_forbid_without_end, 1, "{} denied access (403)"),
        (_endless_trailers, 1, "curl ran out of memory (exit status 27): check which server responds at {}"),
    ],
    ids=["reset", "too short", "too long", "endless", "chunks", "not HTTP", "refusal without end", "endless trailers"],
)
def test_a_broken_answer_is_explained(earlier: Workspace, talk: Talk, requests: int, reason: str) -> None:
    # A quarter of the limit of memory is enough for curl, and quicker.
    earlier.replace("MEMORY_KIB=262144", "MEMORY_KIB=65536")
    with RawServer(talk) as server:
        earlier.values["ACCESS_URL"] = server.url
        assert reason.format(server.url) in earlier.run().failure
        assert server.requests == requests


def test_a_server_that_never_finishes_times_out(workspace: Workspace) -> None:
    # The deadline is for the whole download, however often a byte arrives.
    workspace.replace("DOWNLOAD_SECONDS=60", "DOWNLOAD_SECONDS=1")
    for talk in (silent, slow_drip):
        with RawServer(talk) as server:
            workspace.values["ACCESS_URL"] = server.url
            assert f"cannot connect to {server.url}" in workspace.run().failure


@in_one_shell
def test_a_host_that_does_not_respond_is_named(workspace: Workspace, deployment: Deployment) -> None:
    # RFC 6761: the name .invalid never resolves. And a server that speaks plain HTTP.
    with closed_port() as closed:
        for url in ("https://coder.invalid", closed, deployment.url.replace("http:", "https:")):
            workspace.values["ACCESS_URL"] = url
            assert f"cannot connect to {url}" in workspace.run().failure


def test_curl_needs_no_more_memory_than_the_limit_for_a_large_stack(workspace: Workspace) -> None:
    # Name look-ups run in a thread, for which curl needs as much memory as the stack may take.
    stack = workspace.notes / "stack"
    workspace.stub("curl", f"ulimit -S -s >>'{stack}'\nexec {program('curl')} \"$@\"")
    assert workspace.run(program("sh"), "-c", 'ulimit -S -s 1000000; exec "$@"', "sh").status == 0
    assert stack.read_text().startswith("8192\n")  # for the download; another one asks the proxy


def test_all_tries_share_one_minute(workspace: Workspace) -> None:
    # Each gets what the ones before have left, and without time left there is not another.
    settings = workspace.notes / "settings"
    workspace.stub("curl", f"{program('cat')} >>'{settings}'\nprintf '503 0 0 28.5 '")
    assert "answered with status 503" in workspace.run().failure
    lines = settings.read_text().splitlines()
    assert [line for line in lines if line.startswith("max-time")] == ["max-time = 60", "max-time = 30"]
    assert lines.count("connect-timeout = 15") == 2


# By curl's exit statuses, of which not all can be had here.
UNTRUSTED = "shows a TLS certificate that is not trusted"
ENDS = {
    **{f"exit {status}": f"(curl's exit status {status})" for status in (6, 7, 16, 18, 28, 35, 52, 55, 56, 92)},
    "exit 51": UNTRUSTED,  # older versions, for another name
    "exit 60": UNTRUSTED,
    "exit 77": "is not trusted (curl's exit status 77): install ca-certificates",
    **dict.fromkeys(("exit 2", "exit 127", "kill -KILL $$"), "curl cannot download from"),  # no such option, no library
}


@in_one_shell
@pytest.mark.parametrize("ends", ENDS)
def test_how_curl_ends_is_explained(workspace: Workspace, ends: str) -> None:
    workspace.note("curl", f"printf 000\n{ends}")
    run = workspace.run()
    assert ENDS[ends] in run.failure
    assert run.stderr.count("\n") == 1
    assert len(workspace.noted("curl")) == (3 if ENDS[ends].startswith("(curl") else 1)


@in_one_shell
def test_a_full_disk_is_told_from_a_snap(
    workspace: Workspace, deployment: Deployment, tls_deployment: Deployment
) -> None:
    # A curl from a snap can neither read the roots nor write the download. (A full disk: test_last_good_files.py.)
    workspace.stub("curl", f'cd /proc && exec {program("curl")} "$@"')
    for asked in (deployment, tls_deployment):
        workspace.ask(asked)
        assert re.search("curl.* snap", workspace.run().failure)


@in_one_shell
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
        assert f"{deployment.url} shows a TLS certificate that has expired or is not valid" in workspace.run().failure


def test_a_deployment_is_trusted_by_the_system_roots_and_by_extra_certificates(
    workspace: Workspace, tls_deployment: Deployment, authority: trustme.CA, certificates: Certificates
) -> None:
    workspace.ask(tls_deployment)
    assert "check its name, or add its root to extra_ca_certs_pem" in workspace.run().failure
    assert tls_deployment.asked == []
    workspace.values["EXTRA_CA_CERTS_PEM"] = root = authority.cert_pem.bytes().decode()
    assert workspace.run().status == 0
    workspace.roots.unlink()
    assert workspace.run().status == 0
    workspace.values["EXTRA_CA_CERTS_PEM"] = ""
    workspace.roots.write_text(root)
    assert workspace.run().status == 0
    # What openssl cannot read of the system's roots is left out here, too.
    workspace.roots.write_text(pem_of(certificates.leaf.der.replace(b"leaf.", b"\xff\xff\xff\xff.")) + root)
    assert "skipped 1 block" in workspace.run().stderr
    workspace.without("openssl")
    assert f"rebuild {workspace.roots}" in workspace.run().failure


@in_one_shell
def test_without_curl_the_three_ways_out_are_named(workspace: Workspace) -> None:
    workspace.without("curl")
    assert 'install it in the workspace, or set fetch_ca_cert_at = "plan" or ca_cert_pem' in workspace.run().failure
