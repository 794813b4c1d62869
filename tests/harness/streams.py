"""Servers on asyncio streams, each in a thread of its own, and what they have in common."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import h11

from tests.harness.closing import Closing

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Coroutine

SECONDS = 10

T = TypeVar("T")

TLS_HANDSHAKE = b"\x16"

# What Go's server takes for HTTP where it expects TLS; CONNECT is not among it.
_LOOKS_LIKE_HTTP = (b"GET /", b"HEAD ", b"POST ", b"PUT /", b"OPTIO")
_NOT_TLS = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"


@dataclass(frozen=True)
class Streams(Closing):
    """A connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def close(self) -> None:
        """Close it, once all is sent."""
        self.writer.close()


class StreamServer(Closing):
    """Listens on loopback; a connection that breaks ends quietly."""

    def __init__(self) -> None:
        self._servers: list[asyncio.Server] = []
        self._tasks: set[Any] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and break off all connections."""
        self.run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run it on the loop, from the thread of the test; return what it returns."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(SECONDS)

    def start(self, serve: Callable[[Streams], Awaitable[None]], context: ssl.SSLContext | None = None) -> int:
        """Listen, from the thread of the test; return the port."""
        return port_of(self.run(self.listen(serve, context)))

    def start_tls(self, serve: Callable[[Streams], Awaitable[None]], context: ssl.SSLContext) -> int:
        """Listen as Go's servers do: with TLS, and 400 for plain HTTP; return the port."""
        tls_port = self.start(serve, context)

        async def sniff(client: Streams) -> None:
            first = await client.reader.read(5)
            if first.startswith(TLS_HANDSHAKE):
                with await self.connect(tls_port) as server:
                    await relay(client, server, first)
            elif first in _LOOKS_LIKE_HTTP:
                client.writer.write(_NOT_TLS)

        return self.start(sniff)

    async def listen(
        self, serve: Callable[[Streams], Awaitable[None]], context: ssl.SSLContext | None = None
    ) -> asyncio.Server:
        """Listen on a free port, with TLS if there is a context."""

        async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            self._tasks.add(task)  # asyncio itself does not keep it from being collected
            try:
                with suppress(OSError, h11.ProtocolError), Streams(reader, writer) as client:
                    await serve(client)
            except asyncio.CancelledError:
                pass  # asyncio would report it
            finally:
                self._tasks.discard(task)

        server = await asyncio.start_server(serve_one, "127.0.0.1", 0, ssl=context)
        self._servers.append(server)
        return server

    async def connect(self, port: int, context: ssl.SSLContext | None = None, name: str = "") -> Streams:
        """Connect to a port on loopback, with TLS to a server of that name if there is a context. Raises OSError."""
        return Streams(*await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name or None))

    async def _end(self) -> None:
        # asyncio leaves a connection open that is accepted when its server is closed before it has a transport.
        for server in self._servers:
            for listener in server.sockets:
                self._loop.remove_reader(listener.fileno())
        await self._break_off()
        for server in self._servers:
            server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._break_off()

    async def _break_off(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)
            # The loop knows those in the middle of a TLS handshake, too. close() would wait for the other side.
            for transport in list(self._loop._transports.values()):  # type: ignore[attr-defined]  # noqa: SLF001
                transport.abort()
        await asyncio.sleep(0)  # for the transports to be closed


def port_of(server: asyncio.Server) -> int:
    """Return where a server listens."""
    return int(server.sockets[0].getsockname()[1])


async def relay(client: Streams, server: Streams, first: bytes = b"") -> None:
    """Pass on what the client has sent first, then what either side sends until both have ended."""
    server.writer.write(first)
    await asyncio.gather(_pass_on(client.reader, server.writer), _pass_on(server.reader, client.writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        writer.close()
    else:
        if writer.can_write_eof():
            with suppress(OSError):  # closed already
                writer.write_eof()
        else:
            writer.close()
