"""AI Gateway on loopback: what is behind AI Gateway Proxy and decides on each request to a provider.

with Gateway(token=token, origin=origin) as gateway, Proxy(gateway=gateway.url, ...) as proxy:
    ...  # requests that bring the token, or a key of their own, get the origin's answers
    gateway.faults.add("budget")  # from now on 403
"""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from tests.harness.http_relay import Http, header, pass_on, rewritten, serve_http
from tests.harness.origin import INTERCEPTED_HEADER
from tests.harness.server import tls_context
from tests.harness.streams import Streams, StreamServer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import h11
    import trustme

    class Provider(Protocol):
        """A server on loopback that speaks TLS under the names of providers' hosts: an Origin, for example."""

        @property
        def port(self) -> int: ...
        @property
        def ca_pem(self) -> str: ...


# The providers of a deployment, by the hosts of their base URLs.
PROVIDERS = {
    "api.anthropic.com": "anthropic",
    "api.openai.com": "openai",
    "api.individual.githubcopilot.com": "copilot",
    "api.business.githubcopilot.com": "copilot-business",
    "api.enterprise.githubcopilot.com": "copilot-enterprise",
    "chatgpt.com": "chatgpt",
}

PREFIX = "/api/v2/ai-gateway"
# Before it was renamed; newer servers have both.
OLD_PREFIX = "/api/v2/aibridge"

# What is served, by the beginning of a provider's name: paths, and with a slash at the end all that is below.
_OF_ANTHROPIC = ("/v1/messages", "/v1/messages/count_tokens", "/v1/models", "/v1/models/", "/api/event_logging/")
_OF_COPILOT = ("/chat/completions", "/responses", "/v1/messages", "/models", "/models/")
ROUTES = {
    "anthropic": _OF_ANTHROPIC,
    "bedrock": _OF_ANTHROPIC,
    "copilot": (*_OF_COPILOT, "/agents/", "/mcp/", "/.well-known/"),
    # All others have OpenAI's.
    "": (
        *("/v1/chat/completions", "/v1/responses", "/v1/responses/", "/v1/models", "/v1/models/"),
        *("/v1/conversations", "/v1/conversations/"),
    ),
}

# By this a request brings a Coder token beside a key of its own.
GOVERNANCE_HEADER = "X-Coder-AI-Governance-Token"

COMPANY_KEY = "the-companys-key"

Fault = Literal["license", "capacity", "rate limit", "own keys", "off", "coderd", "budget", "disabled"]


class Answer(NamedTuple):
    """What a client gets: JSON from coderd, text from the gateway."""

    status: int
    body: str
    headers: Mapping[str, str] = {}


def _json(message: str, **more: str) -> str:
    return json.dumps({"message": message, **more})


_NO_OWN_KEYS = _json(
    "Bring Your Own Key (BYOK) mode is not enabled.",
    detail="Contact your administrator to enable it with --ai-gateway-allow-byok.",
)
# In the order in which the real one looks.
_REFUSALS = {
    # What the deployment serves beside the gateway.
    "path": Answer(200, "<!doctype html><title>Coder</title>", {"Content-Type": "text/html; charset=utf-8"}),
    "license": Answer(403, _json("AI Gateway is a Premium feature. Contact sales!")),
    "capacity": Answer(503, _json("AI Gateway is currently at capacity. Please try again later.")),
    "rate limit": Answer(429, _json("You've been rate limited. Please try again later."), {"Retry-After": "60"}),
    "own keys": Answer(403, _NO_OWN_KEYS),
    "off": Answer(404, _json("aibridged handler not mounted")),
    "no key": Answer(400, "no authentication key provided\n"),
    "coderd": Answer(503, "could not connect to coderd\n"),
    "unauthorized": Answer(403, "unauthorized\n"),
    "budget": Answer(403, "AI budget of US$10.00 exceeded. Please contact an administrator for more details.\n"),
    "disabled": Answer(503, 'provider_disabled: AI provider "<provider>" is disabled\n'),
    "route": Answer(404, "route not supported: <where>\n"),
    # The real one's words are not known.
    "no company's key": Answer(500, "failed to create interceptor\n"),
}


class GatewayRequest(NamedTuple):
    """A request that has arrived; 200 is the status of one that a provider answers."""

    method: str
    path: str
    status: int


class Gateway(StreamServer):
    """Takes requests with the token, and hands them on to `origin`, or answers them itself without one.

    `url` is the TARGET of the proxy in front of it. `faults` are what is wrong, and may change while it runs. With an
    authority it speaks TLS, as "localhost". One that is `lenient` takes requests without any key and for any path: for
    programs of which only their way is looked at.
    """

    def __init__(
        self,
        *,
        token: str,
        origin: Provider | None = None,
        authority: trustme.CA | None = None,
        lenient: bool = False,
        providers: Mapping[str, str] = PROVIDERS,
    ) -> None:
        super().__init__()
        self.faults: set[Fault] = set()
        self.requests: list[GatewayRequest] = []
        self._token = token
        self._lenient = lenient
        self._origin = origin
        self._hosts = {provider: host for host, provider in providers.items()}
        self._trust = ssl.create_default_context(cadata=origin.ca_pem) if origin else None
        if authority:
            self.port = self.start_tls(self._serve, tls_context(authority, "localhost"))
            self.url = f"https://localhost:{self.port}{PREFIX}"
        else:
            self.port = self.start(self._serve)
            self.url = f"http://127.0.0.1:{self.port}{PREFIX}"

    async def _serve(self, streams: Streams) -> None:
        await serve_http(streams, self._handle)

    async def _handle(self, request: h11.Request, client: Http) -> None:
        refusal = self._refusal(request)
        status = refusal.status if refusal else 200
        self.requests.append(GatewayRequest(request.method.decode(), request.target.decode(), status))
        if self._origin and not refusal:
            await self._hand_on(request, client, *_provider_and_path(request))
            return
        status, body, headers = refusal or Answer(200, '{"hello": "from the gateway"}')
        kind = "application/json" if body.startswith("{") else "text/plain; charset=utf-8"
        await client.answer(status, body, {"Content-Type": kind, **headers})

    def _refusal(self, request: h11.Request) -> Answer | None:
        provider, path = _provider_and_path(request)
        with_own_key = header(request, GOVERNANCE_HEADER)
        token = with_own_key or _key(request)
        wrong = {
            "path": not request.target.startswith((f"{PREFIX}/".encode(), f"{OLD_PREFIX}/".encode())),
            "own keys": bool("own keys" in self.faults and with_own_key),
            "no key": not token and not self._lenient,
            "unauthorized": token not in {"", self._token},
            "route": not self._lenient and bool(header(request, "upgrade") or not _is_served(provider, path)),
            "no company's key": provider.startswith("copilot") and not with_own_key,
        }
        for name, (status, body, headers) in _REFUSALS.items():
            if wrong.get(name, name in self.faults):
                where = f"{request.method.decode()} /{provider}{path.partition('?')[0]}"
                return Answer(status, body.replace("<provider>", provider).replace("<where>", where), headers)
        return None

    async def _hand_on(self, request: h11.Request, client: Http, provider: str, path: str) -> None:
        assert self._origin
        headers: dict[str, str | None] = {"Host": self._hosts[provider], INTERCEPTED_HEADER: "yes"}
        headers[GOVERNANCE_HEADER] = None
        if not header(request, GOVERNANCE_HEADER) and _key(request):
            # The token was for the gateway; no provider ever sees it.
            by_bearer = bool(header(request, "authorization"))
            headers |= {"Authorization": f"Bearer {COMPANY_KEY}" if by_bearer else None}
            headers |= {"X-Api-Key": None if by_bearer else COMPANY_KEY}
        with await self.connect(self._origin.port, self._trust, self._hosts[provider]) as server:
            await pass_on(rewritten(request, target=path, headers=headers), client, server)


def bearer(request: h11.Request) -> str:
    """Return what follows `Authorization: Bearer`, "" for nothing."""
    scheme, _, key = header(request, "authorization").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _key(request: h11.Request) -> str:
    return bearer(request) or header(request, "x-api-key")


def _provider_and_path(request: h11.Request) -> tuple[str, str]:
    target = request.target.decode().removeprefix(PREFIX).removeprefix(OLD_PREFIX)
    provider, _, path = target[1:].partition("/")
    return provider, f"/{path}"


def _is_served(provider: str, target: str) -> bool:
    path = target.partition("?")[0]
    routes = next(routes for kind, routes in ROUTES.items() if provider.startswith(kind))
    return any(path == route or (route.endswith("/") and path.startswith(route)) for route in routes)
