"""AI Gateway on loopback: what is behind AI Bridge Proxy and decides on each request to a provider.

with Gateway(token=token, origin=origin) as gateway, Proxy(gateway=gateway.url, ...) as proxy:
    ...  # requests that bring the token, or a key of their own, get the origin's answers
    gateway.licensed = False  # from now on 403
"""

from __future__ import annotations

import json
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, Protocol

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

PREFIX = "/api/v2/aibridge/"

# By this a request brings a Coder token beside a key of its own.
GOVERNANCE_HEADER = "X-Coder-AI-Governance-Token"

COMPANY_KEY = "the-companys-key"


class GatewayRequest(NamedTuple):
    """A request that has arrived; 200 is the status of one that a provider answers."""

    method: str
    path: str
    status: int


class Gateway(StreamServer):
    """Takes requests with the token, and hands them on to `origin`, or answers them itself without one.

    With an authority it speaks TLS, as "localhost". Requests without any key are refused, as by the real one, unless
    `keyless` lets them through: for programs that cannot send one, where only their way is looked at.
    """

    def __init__(
        self,
        *,
        token: str,
        origin: Provider | None = None,
        authority: trustme.CA | None = None,
        keyless: bool = False,
        providers: Mapping[str, str] = PROVIDERS,
    ) -> None:
        super().__init__()
        self.enabled = self.licensed = self.has_budget = self.takes_own_keys = True
        self.requests: list[GatewayRequest] = []
        self._token = token
        self._keyless = keyless
        self._origin = origin
        self._hosts = {provider: host for host, provider in providers.items()}
        self._trust = ssl.create_default_context(cadata=origin.ca_pem) if origin else None
        context = tls_context(authority, "localhost") if authority else None
        self.port = self.start(self._serve, context)
        self.url = f"https://localhost:{self.port}" if authority else f"http://127.0.0.1:{self.port}"

    async def _serve(self, streams: Streams) -> None:
        await serve_http(streams, self._handle)

    async def _handle(self, request: h11.Request, client: Http) -> None:
        target = request.target.decode()
        provider, _, path = target.removeprefix(PREFIX).partition("/")
        refusal = self._refusal_of_all() or self._refusal_of(request)
        status = refusal[0] if refusal else HTTPStatus.OK
        self.requests.append(GatewayRequest(request.method.decode(), target, status))
        if self._origin and not refusal:
            await self._hand_on(request, client, self._hosts[provider], f"/{path}")
            return
        body = refusal[1] if refusal else '{"hello": "from the gateway"}'
        kind = "application/json" if body.startswith("{") else "text/plain; charset=utf-8"
        await client.answer(status, body, {"Content-Type": kind})

    def _refusal_of_all(self) -> tuple[int, str] | None:
        if not self.licensed:
            return HTTPStatus.FORBIDDEN, json.dumps({"message": "AI Bridge is a Premium feature. Contact sales!"})
        if not self.enabled:
            return HTTPStatus.NOT_FOUND, json.dumps({"message": "aibridged handler not mounted"})
        return None

    def _refusal_of(self, request: h11.Request) -> tuple[int, str] | None:
        with_own_key = header(request, GOVERNANCE_HEADER)
        token = with_own_key or _key(request)
        if not token and not self._keyless:
            return HTTPStatus.BAD_REQUEST, "no authentication key provided\n"
        if token and token != self._token:
            return HTTPStatus.FORBIDDEN, "unauthorized\n"
        if with_own_key and not self.takes_own_keys:
            return HTTPStatus.FORBIDDEN, "bring your own key is not enabled\n"
        if not self.has_budget:
            return HTTPStatus.FORBIDDEN, "the AI budget is used up\n"
        return None

    async def _hand_on(self, request: h11.Request, client: Http, host: str, path: str) -> None:
        assert self._origin
        headers: dict[str, str | None] = {"Host": host, INTERCEPTED_HEADER: "yes", GOVERNANCE_HEADER: None}
        if not header(request, GOVERNANCE_HEADER) and _key(request):
            # The token was for the gateway; no provider ever sees it.
            by_bearer = bool(header(request, "authorization"))
            headers |= {"Authorization": f"Bearer {COMPANY_KEY}" if by_bearer else None}
            headers |= {"X-Api-Key": None if by_bearer else COMPANY_KEY}
        server = await self.connect(self._origin.port, self._trust, host)
        try:
            await pass_on(rewritten(request, target=path, headers=headers), client, server)
        finally:
            server.writer.close()


def bearer(request: h11.Request) -> str:
    """Return what follows `Authorization: Bearer`, "" for nothing."""
    scheme, _, key = header(request, "authorization").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _key(request: h11.Request) -> str:
    return bearer(request) or header(request, "x-api-key")
