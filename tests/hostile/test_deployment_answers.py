"""Whatever bytes come in answer to the request for the certificate: it is fetched, or there is one warning."""

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
from tests.harness.raw_server import RawServer
from tests.harness.searching import examples
from tests.harness.strategies import certificates, pem
from tf_helper.coder import api, fetch

if TYPE_CHECKING:
    import socket
    import threading

pytestmark = pytest.mark.fuzz

_STATUS_LINES = (b"HTTP/1.1 200 OK", b"HTTP/1.0 200", b"HTTP/1.1 404 Not Found", b"HTTP/1.1 302 Found", b"HTTP/2 200")
_HEADERS = (
    *(b"Content-Encoding: gzip", b"Connection: x", b"Set-Cookie: a=b; expires=x; version=x; max-age=x; port=x"),
    *(
        b"Set-Cookie: \xff",
        b"Set-Cookie2: a; Version=99",
        b"Location: //\xff@h",
        b"Content-Type: text/html; charset=\xff",
    ),
    *(b"Strict-Transport-Security: x", b"Alt-Svc: h3", b"Date: x", b"WWW-Authenticate: Basic", b"Upgrade: h2c", b"X:"),
)
_BAD_HEADERS = (
    *(b"Content-Length: 0", b"Content-Length: 10", b"Content-Length: 99999999999999999999", b"content-length: x"),
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b" folded", b": empty", b"X", b"\x00: \x00"),
)
_ROOT = pem(certificates()[0]).encode()
_BODIES = (
    b"",
    b"-----BEGIN CERTIFICATE-----",
    b"<html>",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"\xff" * 100,
    b"x" * 20_000,
    _ROOT,
)


@st.composite
def http_answers(draw: st.DrawFn) -> bytes:
    """An answer over HTTP, more or less, and not always to its end."""
    hostile = draw(st.integers(0, 4))
    status = draw(st.sampled_from(_STATUS_LINES) | st.binary(max_size=20)) if hostile == 0 else _STATUS_LINES[0]
    headers = draw(st.lists(st.sampled_from(_HEADERS), max_size=3))
    if hostile == 1:
        headers.append(draw(st.sampled_from(_BAD_HEADERS) | st.binary(max_size=20)))
    body = draw(st.sampled_from(_BODIES) | st.binary(max_size=50))
    length = [b"Content-Length: %d" % len(body)] * draw(st.booleans())
    answer = b"\r\n".join([status, *headers, *length, b"", body])
    return answer[: draw(st.integers(0, len(answer)))] if hostile == 2 else answer


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waste no time between tries, nor on the system's roots, which TLS alone needs."""
    monkeypatch.setattr(fetch, "sleep", lambda _: None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    monkeypatch.setattr(api, "ssl_context", lambda _: context)


@pytest.mark.usefixtures("_at_once")
def test_arbitrary_answers() -> None:
    answers: list[bytes] = []

    def talk(connection: socket.socket, _: threading.Event) -> None:
        connection.sendall(answers[-1])

    with RawServer(talk) as server:

        @examples(80)
        @given(http_answers())
        def check(answer: bytes) -> None:
            answers.append(answer)
            ran = run_in_process(
                fetching(server.url), env={"CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN, "TF_HELPER_DEBUG": "1"}
            )
            assert_promises_kept(ran, [TOKEN])
            result = answered(ran)
            warnings = json.loads(result["warnings"])
            event("fetched" if result["ca_cert_pem"] else "warned")
            assert bool(warnings) != bool(result["ca_cert_pem"])
            assert all(warning.startswith("fetch_ca_cert: ") and "unforeseen" not in warning for warning in warnings)

        check()
