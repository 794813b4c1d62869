"""HTTP/1.1 between streams: a server's side, and requests that are passed on as they come in.

Bodies are passed on piece by piece, so that streamed answers arrive as they are sent. No connection changes its
protocol: the gateway refuses WebSockets.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import h11

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tests.harness.streams import Streams

MAX_HEADER_BYTES = 256 * 1024


class Http:
    """One side of a connection, as `h11.SERVER` or `h11.CLIENT`."""

    def __init__(self, role: type[h11.CLIENT | h11.SERVER], streams: Streams) -> None:
        self.streams = streams
        self.state = h11.Connection(role, max_incomplete_event_size=MAX_HEADER_BYTES)

    async def receive(self) -> h11.Event | type[h11.PAUSED]:
        """Return what comes next. A client that waits for leave to send its body gets it."""
        while (event := self.state.next_event()) is h11.NEED_DATA:
            if self.state.they_are_waiting_for_100_continue:
                await self.send(h11.InformationalResponse(status_code=100, headers=[]))
            self.state.receive_data(await self.streams.reader.read(65536))
        return event  # type: ignore[return-value]

    async def send(self, event: h11.Event) -> None:
        """Send it."""
        self.streams.writer.write(self.state.send(event) or b"")
        await self.streams.writer.drain()

    async def answer(self, status: int, body: str = "", headers: Mapping[str, str] | None = None) -> None:
        """Read the request to its end and answer it."""
        while not isinstance(event := await self.receive(), h11.EndOfMessage):
            if isinstance(event, h11.ConnectionClosed):
                return
        length = {"Content-Length": str(len(body.encode()))}
        await self.send(h11.Response(status_code=status, headers=list(({**length, **(headers or {})}).items())))
        await self.send(h11.Data(data=body.encode()))
        await self.send(h11.EndOfMessage())


async def serve_http(
    streams: Streams, handle: Callable[[h11.Request, Http], Awaitable[None]], *, head_seconds: float | None = None
) -> None:
    """Have each request of a connection handled, until one side is done, or a head takes longer than that."""
    http = Http(h11.SERVER, streams)
    while isinstance(request := await asyncio.wait_for(http.receive(), head_seconds), h11.Request):
        await handle(request, http)
        if (http.state.our_state, http.state.their_state) != (h11.DONE, h11.DONE):
            return
        http.state.start_next_cycle()


def header(request: h11.Request, name: str) -> str:
    """Return a header, "" for none."""
    return next((value.decode("latin1") for key, value in request.headers if key.decode() == name.lower()), "")


def rewritten(request: h11.Request, *, target: str, headers: Mapping[str, str | None]) -> h11.Request:
    """Return the request with another target, and with headers replaced, or without them where they are None."""
    names = {name.lower() for name in headers} | {"connection", "proxy-connection", "expect"}
    kept = [(name, value) for name, value in request.headers if name.decode() not in names]
    added = [(name.encode(), value.encode()) for name, value in headers.items() if value is not None]
    return h11.Request(method=request.method, target=target.encode(), headers=added + kept)


async def pass_on(request: h11.Request, client: Http, streams: Streams) -> None:
    """Send the request, and the body that the client is sending, to a server; send the client what it answers.

    Raises OSError where the server closes the connection without an answer.
    """
    server = Http(h11.CLIENT, streams)
    await server.send(request)
    body = asyncio.ensure_future(_pass_on_body(client, server))
    try:
        while not isinstance(event := await server.receive(), h11.EndOfMessage):
            if isinstance(event, h11.ConnectionClosed):
                raise ConnectionError("no answer")
            if isinstance(event, h11.Response):
                await client.send(h11.Response(status_code=event.status_code, headers=_end_to_end(event.headers)))
            elif isinstance(event, h11.Data):
                await client.send(event)
        await body
        await client.send(h11.EndOfMessage())
    finally:
        body.cancel()


async def _pass_on_body(client: Http, server: Http) -> None:
    while isinstance(event := await client.receive(), (h11.Data, h11.EndOfMessage)):
        # A server that has answered need not read on, but the client's connection is used again.
        with suppress(OSError, h11.LocalProtocolError):
            await server.send(event)
        if isinstance(event, h11.EndOfMessage):
            return


def _end_to_end(headers: h11._headers.Headers) -> list[tuple[bytes, bytes]]:
    # Without a length: the real one's answers are always chunked.
    return [(name, value) for name, value in headers if name not in {b"connection", b"keep-alive", b"content-length"}]
