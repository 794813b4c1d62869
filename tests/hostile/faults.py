"""Faults of the network and of whoever answers, for test_network_faults.py to run the program against."""

from __future__ import annotations

import datetime as dt
import gzip
import ssl
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

import trustme

from tests.harness.raw_server import (
    RawServer,
    closed_port,
    endless,
    full_backlog,
    hang_up,
    not_http,
    reset,
    says,
    silent,
    slow_drip,
    with_length,
)

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.harness.raw_server import Talk


class Fault(NamedTuple):
    """One thing that goes wrong.

    `serve` listens as long as its context lasts and gives the access URL; `warning` is part of what the program says.
    With a `deadline` it has to be told to give up so soon, in seconds: by itself it would go on for 20. What is not
    `quick` to find, or differs little from others, is for the long form only.
    """

    name: str
    serve: Callable[[], AbstractContextManager[str]]
    warning: str
    deadline: float | None = None
    quick: bool = True


@cache
def authority() -> trustme.CA:
    """The CA of all servers here, which the program is told to trust."""
    return trustme.CA()


@contextmanager
def http(talk: Talk, *, reads_requests: bool = True) -> Iterator[str]:
    with RawServer(talk, reads_requests=reads_requests) as server:
        yield server.url


@contextmanager
def tls(
    talk: Talk, *, host: str = "127.0.0.1", not_after: dt.datetime | None = None, ca: trustme.CA | None = None
) -> Iterator[str]:
    """Listen with a certificate for a host, and talk after the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (ca or authority()).issue_cert(host, not_after=not_after).configure_cert(context)

    def shake_hands(connection: socket.socket, closing: threading.Event) -> None:
        with context.wrap_socket(connection, server_side=True) as encrypted:
            talk(encrypted, closing)

    with http(shake_hands, reads_requests=False) as url:
        yield url.replace("http:", "https:")


@contextmanager
def unencrypted(talk: Talk) -> Iterator[str]:
    """Listen where TLS is expected, and talk before the handshake."""
    with http(talk, reads_requests=False) as url:
        yield url.replace("http:", "https:")


@contextmanager
def unknown_name() -> Iterator[str]:
    """RFC 6761, section 6.4: no name in this domain is ever found."""
    yield "https://coder.invalid"


def repeats(first: bytes, for_ever: bytes) -> Talk:
    """Send the first bytes once, and the others without end."""

    def talk(connection: socket.socket, _: threading.Event) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(for_ever)

    return talk


def breaks_off_after(answer: bytes) -> Talk:
    """Send part of an answer, and break the connection off."""

    def talk(connection: socket.socket, closing: threading.Event) -> None:
        connection.sendall(answer)
        reset(connection, closing)

    return talk


def gone_after_client_hello(connection: socket.socket, closing: threading.Event) -> None:
    connection.recv(65536)
    reset(connection, closing)


def redirects_to_itself(connection: socket.socket, _: threading.Event) -> None:
    host, port = connection.getsockname()
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://%b:%d/\r\n\r\n" % (host.encode(), port))


@cache
def bomb() -> bytes:
    """A gigabyte of zeros, compressed: a thousand members (RFC 1952, section 2.2) of a megabyte each."""
    return gzip.compress(bytes(2**20)) * 2**10


_GOOD = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _GOOD + b"Transfer-Encoding: chunked\r\n\r\n"
_PEM = b"-----BEGIN CERTIFICATE-----\n"
_SMALL_HEADERS = b"".join(b"%x:\r\n" % number for number in range(10_000))
_HEADERS = b"".join(b"X-Header-%d: value\r\n" % number for number in range(10_000))
_YESTERDAY = dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=1)

_UNREACHABLE, _NO_CERTIFICATE, _TOO_LONG = "cannot be reached", "is not a CA certificate", "is over 16384 bytes long"
_LATE, _NOT_TRUSTED = "gave no complete answer within", "is not trusted"


def _bomb(connection: socket.socket, closing: threading.Event) -> None:
    headers = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb())
    says(_GOOD + headers + bomb())(connection, closing)


def _http(name: str, talk: Talk, warning: str, *, deadline: float | None = None, quick: bool = True) -> Fault:
    return Fault(name, partial(http, talk), warning, deadline, quick)


FAULTS = (
    Fault("closed port", closed_port, _UNREACHABLE, quick=False),
    Fault("unknown name", unknown_name, _UNREACHABLE),
    Fault("black hole: nobody accepts", full_backlog, _LATE, 1),
    _http("black hole: nobody answers", silent, _LATE, deadline=1, quick=False),
    Fault("black hole: no TLS handshake", partial(unencrypted, silent), _LATE, 1, quick=False),
    _http("slow drip", slow_drip, _LATE, deadline=1),
    Fault("reset when accepted", partial(http, reset, reads_requests=False), _UNREACHABLE),
    Fault("reset in the TLS handshake", partial(unencrypted, gone_after_client_hello), _UNREACHABLE),
    Fault("reset after the TLS handshake", partial(tls, reset), _UNREACHABLE, quick=False),
    _http("reset instead of an answer", reset, _UNREACHABLE, quick=False),
    _http("reset in the headers", breaks_off_after(_GOOD + b"Content-"), _UNREACHABLE),
    _http("reset in the body", breaks_off_after(_GOOD + b"Content-Length: 1000\r\n\r\n" + _PEM), _UNREACHABLE),
    _http("end instead of an answer", hang_up, _UNREACHABLE, quick=False),
    _http("half a body", with_length(_PEM, 1000), _UNREACHABLE),
    _http("less than half a chunk", says(_CHUNKED + b"1000\r\n" + _PEM), _UNREACHABLE, quick=False),
    _http("length too small", with_length(_PEM * 100, 5), _NO_CERTIFICATE),
    _http("length of all the memory", repeats(_GOOD + b"Content-Length: %d\r\n\r\n" % 2**62, _PEM * 100), _TOO_LONG),
    _http("length below zero", with_length(_PEM, -1), _UNREACHABLE, quick=False),
    _http("two lengths", says(_GOOD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), _UNREACHABLE, quick=False),
    _http("endless body", endless, _TOO_LONG),
    _http("endless body in small chunks", repeats(_CHUNKED, b"1\r\n-\r\n" * 100), _TOO_LONG, quick=False),
    _http("endless size of a chunk", repeats(_CHUNKED, b"0" * 1000), _UNREACHABLE, quick=False),
    _http("endless extension of a chunk", repeats(_CHUNKED + b"1;", b"x" * 1000), _UNREACHABLE, quick=False),
    _http("endless trailers", repeats(_CHUNKED + b"0\r\n", b"X: y\r\n" * 100), _UNREACHABLE, quick=False),
    _http("compressed bomb", _bomb, _TOO_LONG),
    _http("10,000 headers", says(_GOOD + _HEADERS + b"\r\n"), _UNREACHABLE),
    _http("10,000 empty headers", says(_GOOD + _SMALL_HEADERS + b"\r\n"), _NO_CERTIFICATE, quick=False),
    _http("endless headers", repeats(_GOOD, b"X: y\r\n" * 100), _UNREACHABLE, quick=False),
    _http("endless header line", repeats(_GOOD + b"X: ", b"y" * 1000), _UNREACHABLE),
    _http("endless status line", repeats(b"HTTP/1.1 200 ", b"y" * 1000), _UNREACHABLE, quick=False),
    _http("endless interim answers", repeats(b"", b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" * 10), _LATE, deadline=1),
    _http("redirect to itself", redirects_to_itself, "redirects to somewhere else (302)"),
    Fault("no TLS", partial(unencrypted, not_http), "Check whether", quick=False),
    Fault("TLS for another host", partial(tls, silent, host="example.com"), _NOT_TRUSTED),
    Fault("TLS that has expired", partial(tls, silent, not_after=_YESTERDAY), _NOT_TRUSTED, quick=False),
    Fault("TLS of a stranger", partial(tls, silent, ca=trustme.CA()), _NOT_TRUSTED, quick=False),
)
