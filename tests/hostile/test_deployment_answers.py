"""Whatever comes in answer to the request for the certificate: it is fetched, or there is one warning."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.harness.deployment import TOKEN
from tests.harness.program import fetching, run_in_process
from tests.harness.promises import answered, assert_promises_kept
from tests.harness.raw_server import RawServer, reset, with_length
from tests.harness.searching import examples
from tests.harness.spellings import CERTIFICATES, pem
from tf_helper.coder import connection, fetch

if TYPE_CHECKING:
    import socket
    import threading

    from tests.harness.raw_server import Talk

_ENVIRONMENT = {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN, "TF_HELPER_DEBUG": "1"}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waste no time between tries, nor on the system's roots, which TLS alone needs."""
    monkeypatch.setattr(fetch, "sleep", lambda _: None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    monkeypatch.setattr(connection, "ssl_context", lambda _: context)


def fetched(url: str) -> tuple[str, list[str]]:
    """Return the certificate that the program downloads from there, and the warnings."""
    ran = run_in_process(fetching(url), env=_ENVIRONMENT)
    assert_promises_kept(ran, [TOKEN])
    result = answered(ran)
    warnings: list[str] = json.loads(result["warnings"])
    assert all(one.startswith("fetch_ca_cert: ") and "unexpected" not in one for one in warnings)
    return result["ca_cert_pem"], warnings


def repeats(first: bytes, forever: bytes) -> Talk:
    """Send the first bytes once, and the others without end."""

    def talk(peer: socket.socket, _: threading.Event) -> None:
        peer.sendall(first)
        while True:
            peer.sendall(forever)

    return talk


def breaks_off(peer: socket.socket, closing: threading.Event) -> None:
    peer.sendall(_OK + b"Content-Length: 1000\r\n\r\n-----BEGIN CERTIFICATE-----\n")
    reset(peer, closing)


_OK = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_UNREACHABLE, _TOO_LONG = "cannot be reached", "is over 16384 bytes long"


@pytest.mark.parametrize(
    ("talk", "warning"),
    [
        pytest.param(breaks_off, _UNREACHABLE, id="half a body"),
        pytest.param(with_length(b"-" * 100, -1), "is not a CA certificate", id="length below zero"),
        pytest.param(repeats(_OK + b"Content-Length: %d\r\n\r\n" % 2**62, b"-" * 1000), _TOO_LONG, id="huge length"),
        pytest.param(repeats(_CHUNKED, b"1\r\n-\r\n" * 100), _TOO_LONG, id="endless chunks"),
        pytest.param(repeats(_CHUNKED + b"0\r\n", b"X: y\r\n" * 100), _UNREACHABLE, id="endless trailers"),
        pytest.param(repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), _UNREACHABLE, id="endless interim answers"),
        pytest.param(repeats(_OK, b"X: y\r\n" * 100), _UNREACHABLE, id="endless headers"),
    ],
)
def test_an_answer_that_is_broken_or_never_ends_is_one_warning(talk: Talk, warning: str) -> None:
    with RawServer(talk) as server:
        pem_text, warnings = fetched(server.url)
    assert (pem_text, len(warnings)) == ("", 1)
    assert warning in warnings[0]


_STATUS_LINES = (b"HTTP/1.1 200 OK", b"HTTP/1.0 200", b"HTTP/1.1 404 Not Found", b"HTTP/1.1 302 Found", b"HTTP/2 200")
_HEADERS = (
    *(b"Content-Encoding: gzip", b"Connection: x", b"Set-Cookie: a=b; expires=x; version=x; max-age=x; port=x"),
    *(b"Set-Cookie: \xff", b"Location: //\xff@h", b"Content-Type: text/html; charset=\xff", b"Upgrade: h2c", b"X:"),
    *(b"Content-Length: 0", b"Content-Length: 99999999999999999999", b"Transfer-Encoding: gzip, chunked", b" folded"),
    *(b"Transfer-Encoding: chunked", b": empty", b"X", b"\x00: \x00"),
)
_ROOT = pem(CERTIFICATES[0]).encode()
_BODIES = (b"", b"-----BEGIN CERTIFICATE-----", b"<html>", b"5\r\nhello\r\n0\r\n\r\n", b"x" * 20_000, _ROOT, _ROOT)


@st.composite
def http_answers(draw: st.DrawFn) -> bytes:
    """An answer over HTTP, more or less, and not always to its end."""
    status = draw(st.sampled_from([_STATUS_LINES[0], *_STATUS_LINES]))
    headers = draw(st.lists(st.sampled_from(_HEADERS), max_size=2))
    body = draw(st.sampled_from(_BODIES))
    length = [b"Content-Length: %d" % len(body)] * draw(st.booleans())
    answer = b"\r\n".join([status, *headers, *length, b"", body])
    return answer[: draw(st.sampled_from([None, None, *range(len(answer))]))]


@pytest.mark.fuzz
def test_arbitrary_answers() -> None:
    answers: list[bytes] = []

    def talk(peer: socket.socket, _: threading.Event) -> None:
        peer.sendall(answers[-1])

    with RawServer(talk) as server:

        @examples(60)
        @given(http_answers() | st.binary(max_size=50))
        def check(answer: bytes) -> None:
            answers.append(answer)
            pem_text, warnings = fetched(server.url)
            event("fetched" if pem_text else "warned")
            assert bool(warnings) != bool(pem_text)

        check()
