"""AI Bridge Proxy on loopback, as the real one behaves: it asks for a token where it intercepts, and only there.

with (
    Origin(authority, hosts=("api.anthropic.com", "files.example.com"), pages=pages) as origin,
    Gateway(token=token, origin=origin) as gateway,
    Proxy(gateway=gateway.url, hosts={"files.example.com": origin.port}) as proxy,
):
    print(f"http://127.0.0.1:{proxy.port}", proxy.ca_cert_pem)
    proxy.providers["api.openai.com"] = "openai"  # enabled while it runs
    ...  # a tool asks
    assert proxy.asked == [Asked("api.anthropic.com", 443, 200, credentials=True)]

tests/stand_ins/test_proxy.py compares it with the real one's behavior.
"""

from __future__ import annotations

import ipaddress
import ssl
from base64 import b64decode
from binascii import Error as NotBase64
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import h11

from tests.harness.certificates import SERVER_AUTH, Certified, make_certificate, server_context
from tests.harness.gateway import GOVERNANCE_HEADER, PREFIX, bearer
from tests.harness.http_relay import Http, header, pass_on, rewritten, serve_http
from tests.harness.streams import Streams, StreamServer, port_of, relay

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

REALM = "Coder AI Bridge Proxy"
_CHALLENGE = {"Proxy-Authenticate": f'Basic realm="{REALM}"', "Proxy-Connection": "close"}

TLS_HANDSHAKE = b"\x16"

# What Go's server takes for HTTP where it expects TLS; CONNECT is not among it.
LOOKS_LIKE_HTTP = (b"GET /", b"HEAD ", b"POST ", b"PUT /", b"OPTIO")


class Asked(NamedTuple):
    """A CONNECT, the status of the answer (0 for none), and whether it brought credentials."""

    host: str
    port: int
    status: int
    credentials: bool


class _RefusedError(Exception):
    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status

    def answer(self) -> bytes:
        text = self.status.phrase
        challenged = self.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
        headers = {"Content-Length": len(text), **(_CHALLENGE if challenged else {"Content-Type": "text/plain"})}
        lines = [f"HTTP/1.1 {self.status} {text}", *(f"{name}: {value}" for name, value in headers.items()), "", text]
        return "\r\n".join(lines).encode()


class Proxy(StreamServer):
    """Intercepts the hosts of `providers` and passes requests to them on to the gateway; tunnels to all others.

    `providers` are hosts and what their provider is called; they may change while the proxy runs. `hosts` are the names
    that it can resolve, and the ports on loopback that stand for them; "*" is any other. `private` are names whose
    addresses are in a private range. The gateway's certificate is verified, against `gateway_ca` (PEM) alone.
    `certificates` are what it has for a host already, instead of what it would make. With a context for its listener it
    speaks TLS. `upstream` is the port of another proxy that it tunnels through.
    """

    def __init__(
        self,
        *,
        gateway: str,
        gateway_ca: str | None = None,
        providers: Mapping[str, str] | None = None,
        hosts: Mapping[str, int] | None = None,
        private: Collection[str] = (),
        ca: Certified | None = None,
        certificates: Mapping[str, ssl.SSLContext] | None = None,
        listener: ssl.SSLContext | None = None,
        upstream: int | None = None,
    ) -> None:
        super().__init__()
        self.providers = dict(providers or {"api.anthropic.com": "anthropic"})
        self.asked: list[Asked] = []
        self.ca = ca or make_certificate("AI Bridge Proxy CA")
        self._gateway = urlsplit(gateway)
        self._gateway_trust = ssl.create_default_context(cadata=gateway_ca) if self._gateway.scheme == "https" else None
        self._hosts = dict(hosts or {})
        self._private = private
        self._upstream = upstream
        self._certificates = dict(certificates or {})
        self.port = self.start(self._serve)
        if listener:
            self.port = self.start(partial(self._sniff, tls_port=self.start(self._serve, listener)))

    @property
    def ca_cert_pem(self) -> str:
        """The certificate of the CA that signs for the hosts that are intercepted."""
        return self.ca.pem

    # -- The listener

    async def _sniff(self, client: Streams, *, tls_port: int) -> None:
        first = await client.reader.read(5)
        if not first.startswith(TLS_HANDSHAKE):
            if first in LOOKS_LIKE_HTTP:
                client.writer.write(
                    b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
                )
            return
        await self._relay_to(client, await self.connect(tls_port), first)

    async def _serve(self, client: Streams) -> None:
        http = Http(h11.SERVER, client)
        try:
            request = await http.receive()
        except h11.RemoteProtocolError:
            client.writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400 Bad Request")
            return
        if not isinstance(request, h11.Request):
            return
        if request.method == b"CONNECT":
            await self._connect(request, client)
        elif request.target.startswith(b"/"):
            text = "This is a proxy server. Does not respond to non-proxy requests.\n"
            await http.answer(HTTPStatus.INTERNAL_SERVER_ERROR, text)
        else:
            await http.answer(HTTPStatus.PROXY_AUTHENTICATION_REQUIRED, "Proxy authentication required", _CHALLENGE)

    # -- CONNECT

    async def _connect(self, request: h11.Request, client: Streams) -> None:
        authorization = header(request, "proxy-authorization")
        host, _, port = request.target.decode().lower().rpartition(":")
        asked = partial(Asked, host.strip("[]"), int(port), credentials=bool(authorization))
        if port not in {"80", "443"}:
            self.asked.append(asked(status=0))
            return
        try:
            server = await self._tunnel(host, port, _password(authorization))
        except _RefusedError as refused:
            self.asked.append(asked(status=refused.status))
            client.writer.write(refused.answer())
            return
        self.asked.append(asked(status=200))
        client.writer.write(b"HTTP/1.0 200 OK\r\n\r\n")
        await self._relay_to(client, server)

    async def _tunnel(self, host: str, port: str, token: str) -> Streams:
        provider = self.providers.get(host)
        if provider is None:
            return await self._dial(host.strip("[]"), port)
        if not token:
            raise _RefusedError(HTTPStatus.PROXY_AUTHENTICATION_REQUIRED)
        return await self._intercept(host, provider, token)

    async def _dial(self, host: str, port: str) -> Streams:
        name = host.rstrip(".")
        if name in self._private or _is_private(name):
            raise _RefusedError(HTTPStatus.FORBIDDEN)
        # Where there is an upstream proxy too: the name is resolved here, to see whether it is private.
        address = self._hosts.get(name, self._hosts.get("*"))
        if address is None:
            raise _RefusedError(HTTPStatus.BAD_GATEWAY)
        try:
            server = await self.connect(self._upstream or address)
        except OSError:
            raise _RefusedError(HTTPStatus.BAD_GATEWAY) from None
        if self._upstream:
            server.writer.write(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            answer = await server.reader.readuntil(b"\r\n\r\n")
            if answer.split()[1] != b"200":
                raise _RefusedError(HTTPStatus.BAD_GATEWAY)
        return server

    async def _relay_to(self, client: Streams, server: Streams, first: bytes = b"") -> None:
        try:
            server.writer.write(first)
            await relay(client, server)
        finally:
            server.writer.close()

    # -- Interception

    async def _intercept(self, host: str, provider: str, token: str) -> Streams:
        """Connect to a server for this tunnel alone, which shows the certificate of the host."""

        async def serve(client: Streams) -> None:
            server.close()
            await serve_http(client, partial(self._to_gateway, provider=provider, token=token))

        server = await self.listen(serve, self._certificate(host))
        return await self.connect(port_of(server))

    def _certificate(self, host: str) -> ssl.SSLContext:
        if host not in self._certificates:
            leaf = make_certificate(host, issuer=self.ca, ca=False, hosts=[host], extensions=[SERVER_AUTH])
            self._certificates[host] = server_context(leaf, self.ca)
        return self._certificates[host]

    async def _to_gateway(self, request: h11.Request, client: Http, *, provider: str, token: str) -> None:
        headers: dict[str, str | None] = {"Host": self._gateway.netloc, "Proxy-Authorization": None}
        own_key = bearer(request)
        if own_key not in {"", token} and not header(request, GOVERNANCE_HEADER):
            headers[GOVERNANCE_HEADER] = token
        target = f"{PREFIX}{provider}{request.target.decode()}"
        server = await self.connect(self._gateway.port or 0, self._gateway_trust, self._gateway_name)
        try:
            await pass_on(rewritten(request, target=target, headers=headers), client, server)
        finally:
            server.writer.close()

    @property
    def _gateway_name(self) -> str:
        return str(self._gateway.hostname) if self._gateway_trust else ""


def _password(authorization: str) -> str:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    with suppress(NotBase64):
        return b64decode(encoded).decode("latin1").partition(":")[2]
    return ""


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
