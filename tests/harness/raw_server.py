"""Servers that send what no HTTP library would, and addresses without a server."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from tests.harness.closing import Closing

if TYPE_CHECKING:
    from collections.abc import Iterator

TLS_HANDSHAKE = b"\x16"

# What a server does with a connection. The event is set when the server is closed, to wait for.
Talk = Callable[[socket.socket, threading.Event], None]


class RawServer(Closing):
    """Reads each request up to its body, or the beginning of TLS, then has `talk` do with the connection what it likes.

    With `reads_requests=False` it gets the connection as it was accepted.
    """

    def __init__(self, talk: Talk, *, reads_requests: bool = True) -> None:
        self.requests = 0
        self.last_request = b""
        self.asked = threading.Event()
        self._talk = talk
        self._reads_requests = reads_requests
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        """The access URL."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """End it."""
        self._closing.set()
        # Closing alone would not wake accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            with suppress(OSError):
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._converse, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            request = b""
            while self._reads_requests and b"\r\n\r\n" not in request and not request.startswith(TLS_HANDSHAKE):
                received = connection.recv(4096)
                if not received:
                    return
                request += received
            self.requests += 1
            self.last_request = request
            self.asked.set()
            self._talk(connection, self._closing)


def silent(_: socket.socket, closing: threading.Event) -> None:
    """Never answer."""
    closing.wait()


def endless(connection: socket.socket, _: threading.Event) -> None:
    """Send a body that tells no length and does not end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"-----BEGIN CERTIFICATE-----\n" * 100)


def slow_drip(connection: socket.socket, closing: threading.Event) -> None:
    """Send a body byte for byte."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not closing.wait(0.05):
        connection.sendall(b"-")


def hang_up(_: socket.socket, __: threading.Event) -> None:
    """Close the connection without an answer."""


def reset(connection: socket.socket, _: threading.Event) -> None:
    """Break the connection off."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def says(answer: bytes) -> Talk:
    """Answer with these bytes, whatever they are, and close the connection."""

    def talk(connection: socket.socket, _: threading.Event) -> None:
        connection.sendall(answer)

    return talk


not_http = says(b"220 mail.example.com ESMTP\r\n")


def with_length(body: bytes, length: int) -> Talk:
    """Answer with a body and a Content-Length of your choice."""
    return says(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (length, body))


@contextmanager
def closed_port() -> Iterator[str]:
    """Refuse connections; the URL."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@contextmanager
def full_backlog() -> Iterator[str]:
    """Listen without accepting, and let others fill the queue: connections are neither refused nor made; the URL."""
    with ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(8):
            other = sockets.enter_context(socket.socket())
            other.settimeout(0)
            other.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
