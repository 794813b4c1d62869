"""All AI providers at once: one TLS server on loopback, to which the proxy and the gateway lead whatever the host.

with Provider(authority) as provider:
    ...  # a tool sends its prompt
    print(provider.visits)
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from aiohttp import WSMsgType, web

from tests.ai_tools.provider import answers, copilot, github
from tests.harness.origin import INTERCEPTED_HEADER
from tests.harness.pages import PAGES
from tests.harness.server import tls_context
from tests.harness.streams import StreamServer, port_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Iterable

    import trustme

    from tests.ai_tools.provider.answers import JsonObject

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

KEY_HEADERS = ("Authorization", "X-Api-Key", "X-Goog-Api-Key")

# More than any tool sends with its prompt.
MAX_BODY = 16 * 1024 * 1024


class Visit(NamedTuple):
    """A request, with the keys and the proxy's credentials that came with it."""

    method: str
    host: str
    path: str
    intercepted: bool
    keys: tuple[str, ...]
    proxy_authorization: str


class Provider(StreamServer):
    """Answers each provider's API under every name, with certificates that `authority` signs on demand."""

    def __init__(self, authority: trustme.CA) -> None:
        super().__init__()
        self.ca_pem = authority.cert_pem.bytes().decode()
        self.visits: list[Visit] = []
        self.port = self.run(self._serve(_context(authority)))

    async def _serve(self, context: ssl.SSLContext) -> int:
        application = web.Application(client_max_size=MAX_BODY, middlewares=[self._remember])
        application.add_routes(_routes())
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        assert runner.server
        self._servers.append(await self._loop.create_server(runner.server, "127.0.0.1", 0, ssl=context))
        return port_of(self._servers[0])

    @web.middleware
    async def _remember(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.visits.append(
            Visit(
                request.method,
                request.host.partition(":")[0],
                request.path,
                INTERCEPTED_HEADER in request.headers,
                tuple(request.headers[name] for name in KEY_HEADERS if name in request.headers),
                request.headers.get("Proxy-Authorization", ""),
            )
        )
        return await handler(request)


def _context(authority: trustme.CA) -> ssl.SSLContext:
    context_for = cache(lambda name: tls_context(authority, name))
    first: ssl.SSLContext = context_for("localhost")

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        connection.context = context_for(name or "localhost")

    first.sni_callback = choose
    return first


# -- The APIs. Some paths differ only in their prefix: Copilot's have no version.


def _routes() -> list[web.RouteDef]:
    return [
        web.post("/{before:.*}messages", _messages),
        web.post("/{before:.*}messages/count_tokens", _json({"input_tokens": 3})),
        web.post("/{before:.*}chat/completions", _chat_completions),
        web.post("/{before:.*}responses", _responses),
        web.get(
            "/{before:.*}responses", _over_websocket(lambda asked: answers.response_events(asked.get("model", "")))
        ),
        web.get("/v1/realtime", _over_websocket(answers.realtime_events, answers.REALTIME_SESSION)),
        web.get("/{before:.*}.BidiGenerateContent", _over_websocket(answers.live_events)),
        web.post("/{before:.*}:generateContent", _json(answers.generated())),
        web.post("/{before:.*}:streamGenerateContent", _stream_generate_content),
        web.post("/model/{model}/converse", _json(answers.conversed())),
        web.post("/v2/chat", _json(answers.chatted())),
        web.post("/mcp", _mcp),
        web.post("/v1/{signal:traces|metrics|logs}", _json({})),
        web.post("/v1/traces/ingest", _json({})),
        web.get("/models", _json(copilot.models())),
        web.get("/copilot_internal/user", _json(copilot.user())),
        web.get("/user", _json({"login": "alice", "id": 1})),
        web.post("/login/device/code", _json(github.device_code())),
        web.post("/login/oauth/access_token", _json(github.access_token())),
        web.get("/copilot_internal/v2/token", _json(github.copilot_token())),
        web.post("/v1/engines/{engine}/completions", _inline_completion),
        web.get("/release-latest.txt", _newest_deno),
        web.route("*", "/{path:.*}", _anything_else),
    ]


async def _messages(request: web.Request) -> web.StreamResponse:
    return await _answer(request, answers.message, answers.message_events)


async def _responses(request: web.Request) -> web.StreamResponse:
    return await _answer(request, answers.response, answers.response_events)


async def _chat_completions(request: web.Request) -> web.StreamResponse:
    return await _answer(request, answers.completion, answers.completion_chunks)


async def _stream_generate_content(request: web.Request) -> web.StreamResponse:
    return await _stream(request, [answers.generated()])


async def _inline_completion(request: web.Request) -> web.StreamResponse:
    return await _stream(request, [github.inline_completion()])


def _over_websocket(reply: Callable[[JsonObject], Iterable[JsonObject]], *greeting: JsonObject) -> Handler:
    """Return what sends the greeting, and then the reply to each message."""

    async def answer(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        if not socket.can_prepare(request):
            return web.Response(status=405)
        await socket.prepare(request)
        for event in greeting:
            await socket.send_json(event)
        async for received in socket:
            if received.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                for event in reply(json.loads(received.data)):
                    await socket.send_json(event)
        return socket

    return answer


async def _mcp(request: web.Request) -> web.StreamResponse:
    call = await request.json()
    if "id" not in call:
        return web.Response(status=202)
    result = answers.mcp_result(call["method"], call.get("params", {}))
    return web.json_response({"jsonrpc": "2.0", "id": call["id"], "result": result})


async def _newest_deno(_: web.Request) -> web.StreamResponse:
    return web.Response(text="v2.9.6")


async def _anything_else(request: web.Request) -> web.StreamResponse:
    page = PAGES.get(request.path) or PAGES.get(f"/npm{request.path}")
    if page:
        return web.Response(body=page.body, content_type=page.content_type)
    return web.json_response({"error": {"type": "not_found_error", "message": "not found"}}, status=404)


def _json(value: JsonObject) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(value, headers=github.HEADERS)

    return answer


async def _answer(
    request: web.Request, whole: Callable[[str], JsonObject], streamed: Callable[[str], Iterable[JsonObject]]
) -> web.StreamResponse:
    asked = await request.json()
    if asked.get("stream"):
        return await _stream(request, streamed(asked["model"]))
    return web.json_response(whole(asked["model"]))


async def _stream(request: web.Request, events: Iterable[JsonObject]) -> web.StreamResponse:
    """Send server-sent events; those of Anthropic and of OpenAI's newer API bear their type as a name as well."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    for event in events:
        name = f"event: {event['type']}\n" if "type" in event else ""
        await response.write(f"{name}data: {json.dumps(event)}\n\n".encode())
    if request.path.endswith("/completions"):
        await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response
