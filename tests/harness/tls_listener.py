"""Puts TLS in front of a server on loopback.

with TlsListener(authority, port=proxy.port) as listener:
    print(f"https://localhost:{listener.port}")
"""

from __future__ import annotations

import asyncio
import queue
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.harness.closing import Closing
from tests.harness.server import tls_context

if TYPE_CHECKING:
    import trustme


class TlsListener(Closing):
    """Listens on localhost with a certificate of the authority and passes everything on to the port behind it."""

    def __init__(self, authority: trustme.CA, *, port: int) -> None:
        self._behind = port
        self._context = tls_context(authority, "localhost")
        self._ports: queue.Queue[int] = queue.Queue()
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self.port = self._ports.get(timeout=10)

    def close(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._listen())
        finally:
            self._loop.close()

    async def _listen(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)
        self._ports.put(server.sockets[0].getsockname()[1])
        await self._stopped.wait()
        server.close()
        open_connections = asyncio.all_tasks() - {asyncio.current_task()}
        for connection in open_connections:
            connection.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)

    async def _serve(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._behind)
        await asyncio.gather(_pass_on(from_client, to_server), _pass_on(from_server, to_client))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with suppress(OSError):  # one side has gone
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
    finally:
        writer.close()
