"""Requests to the deployment, and to nowhere else.

By http.client: to import httpx takes as long as everything else in a download.
"""

import io
import socket
import ssl
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import TYPE_CHECKING, NamedTuple

from tf_helper.tls.context import HashedStore, ssl_context
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.certificate import Certificate

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Many times what an answer has, headers and all.
_MAX_BYTES = 1024 * 1024


class Reply(NamedTuple):
    """An answer over HTTP."""

    status: int
    body: bytes


class Connection:
    """Asks the deployment. Certificates that the system trusts, and some others, are trusted; redirects not followed.

    Proxies, netrc files and certificate stores that the environment names are ignored.
    """

    def __init__(
        self, access_url: AccessUrl, headers: Mapping[str, str], extra_ca_certs: Sequence[Certificate], seconds: float
    ) -> None:
        """Connect to nothing yet; wait up to `seconds` for a connection, and for each next part of an answer."""
        self._access_url = access_url
        self._headers = headers
        self._extra_ca_certs = extra_ca_certs
        self._seconds = seconds
        self._whole_store: ssl.SSLContext | None = None
        self.reads_store = False
        """Whether the system's whole store is being read, which can take long."""

    def get(self, path: str, max_bytes: int) -> Reply:
        """Return an answer, of its body one byte more than `max_bytes` at most. Raises OSError or HTTPException."""
        # A connection of its own for each request: the deployment may be about to close an older one.
        connection = self._connect()
        connection.response_class = _Bounded
        try:
            connection.request("GET", f"{self._access_url.path}{path}", headers=self._headers)
            # The response has to be closed by itself: it can outlive the connection.
            with connection.getresponse() as response:
                body = bytearray(max_bytes + 1)
                size = 0
                # Not read(), which takes the size of a chunk from the other side.
                while count := response.readinto(memoryview(body)[size:]):
                    size += count
                if response.length and size <= max_bytes:
                    raise IncompleteRead(b"")
                return Reply(response.status, bytes(body[:size]))
        finally:
            connection.close()

    def _connect(self) -> HTTPConnection:
        origin = self._access_url.origin
        if origin.scheme == "http":
            return HTTPConnection(origin.host, origin.port, timeout=self._seconds)
        if not self._whole_store:
            store = HashedStore(self._extra_ca_certs)
            try:
                connection = self._start_tls(store.context)
            except ssl.SSLCertVerificationError:
                pass  # its root may be elsewhere in the system's store
            else:
                if store.is_right():
                    return connection
                connection.close()
            self.reads_store = True
            self._whole_store = ssl_context(self._extra_ca_certs)
            self.reads_store = False
        return self._start_tls(self._whole_store)

    def _start_tls(self, context: ssl.SSLContext) -> HTTPConnection:
        origin = self._access_url.origin
        connection = HTTPSConnection(origin.host, origin.port, timeout=self._seconds, context=context)
        try:
            connection.connect()
        except BaseException:
            connection.close()  # the TCP connection, where TLS has failed
            raise
        return connection


class _Bounded(HTTPResponse):
    """An answer that has an end: http.client reads interim answers and trailers for as long as they come."""

    def __init__(self, sock: socket.socket, debuglevel: int = 0, method: str | None = None) -> None:
        super().__init__(sock, debuglevel, method)
        self.fp = io.BufferedReader(_BoundedStream(self.fp.detach()))


class _BoundedStream(io.RawIOBase):
    def __init__(self, stream: io.RawIOBase) -> None:
        super().__init__()
        self._stream = stream
        self._left = _MAX_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        count = self._stream.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise HTTPException
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()
