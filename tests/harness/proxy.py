"""AI Gateway Proxy on loopback, as the real one behaves: it asks for a token where it intercepts, and only there.

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

import asyncio
import ipaddress
import re
import ssl
from base64 import b64decode
from binascii import Error as NotBase64
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import h11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.harness.certificates import SERVER_AUTH, Certified, make_certificate, server_context
from tests.harness.gateway import GOVERNANCE_HEADER, bearer
from tests.harness.http_relay import Http, header, pass_on, rewritten, serve_http
from tests.harness.streams import TLS_HANDSHAKE, Streams, StreamServer, port_of, relay

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

REALM = "Coder AI Gateway Proxy"
OLD_REALM = "Coder AI Bridge Proxy"
ORGANIZATION = "GoProxy untrusted MITM proxy Inc"

_TARGET = re.compile(r"(\[[0-9a-f:.]+\]|[^\s/@:?#]+):([0-9]{1,5})")
_BASIC = re.compile(r"basic[ \t]+(.*)", re.IGNORECASE)

_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n400 Bad Request"
# In a ClientHello, the names of protocols in ALPN; and the alert "no application protocol".
_H2, _HTTP_1 = b"\x02h2", b"\x08http/1.1"
_NO_COMMON_PROTOCOL = bytes.fromhex("15 0303 0002 02 78")


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


class Proxy(StreamServer):
    """Intercepts the hosts of `providers` and passes requests to them on to the gateway; tunnels to all others.

    `providers` are hosts and what their provider is called; they may change while the proxy runs. `hosts` are the names
    that it can resolve, and the ports on loopback that stand for them; "*" is any other. `private` are names whose
    addresses are in a private range. `gateway` is the TARGET, used as it is: the provider's name and the path follow.
    The gateway's certificate is verified, against `gateway_ca` (PEM) alone.
    `certificates` are what it has for a host already, instead of what it would make. With a context for its listener it
    speaks TLS. `upstream` is the port of another proxy that it tunnels through. `realm`, `tunnel_version` and
    `head_seconds` (for the head of a request) may be set to what older and newer ones have.
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
        self.realm = REALM
        self.tunnel_version = "HTTP/1.0"
        self.head_seconds = 10.0
        self._gateway = urlsplit(gateway)
        self._gateway_trust = ssl.create_default_context(cadata=gateway_ca) if self._gateway.scheme == "https" else None
        self._hosts = dict(hosts or {})
        self._private = private
        self._upstream = upstream
        self._certificates = dict(certificates or {})
        self.port = self.start_tls(self._serve, listener) if listener else self.start(self._serve)

    @property
    def ca_cert_pem(self) -> str:
        """The certificate of the CA that signs for the hosts that are intercepted."""
        return self.ca.pem

    # -- The listener

    async def _serve(self, client: Streams) -> None:
        with suppress(asyncio.TimeoutError):
            try:
                await serve_http(client, self._handle, head_seconds=self.head_seconds)
            except h11.RemoteProtocolError:
                client.writer.write(_BAD_REQUEST)

    async def _handle(self, request: h11.Request, http: Http) -> None:
        if request.method == b"CONNECT":
            await self._connect(request, http.streams)
        elif request.target.startswith(b"/"):
            text = "This is a proxy server. Does not respond to non-proxy requests.\n"
            await http.answer(HTTPStatus.INTERNAL_SERVER_ERROR, text)
        else:
            await http.answer(407, "Proxy authentication required", {"Proxy-Authenticate": self._challenge})

    @property
    def _challenge(self) -> str:
        return f'Basic realm="{self.realm}"'

    # -- CONNECT

    async def _connect(self, request: h11.Request, client: Streams) -> None:
        authorization = header(request, "proxy-authorization")
        target = request.target.decode().lower()
        host, port = found.groups() if (found := _TARGET.fullmatch(target)) else (target, "0")
        asked = partial(Asked, host.strip("[]"), int(port), credentials=bool(authorization))
        if not 0 < int(port) < 2**16:
            self.asked.append(asked(status=400))
            client.writer.write(_BAD_REQUEST)
            return
        if port not in {"80", "443"}:
            self.asked.append(asked(status=0))
            return
        try:
            server = await self._tunnel(host, port, _password(authorization))
        except _RefusedError as refused:
            self.asked.append(asked(status=refused.status))
            client.writer.write(self._refusal(refused.status))
            return
        with server:
            self.asked.append(asked(status=200))
            client.writer.write(f"{self.tunnel_version} 200 Connection established\r\n\r\n".encode())
            first = await _first_bytes(client)
            if host in self.providers and _H2 in first and _HTTP_1 not in first:
                client.writer.write(_NO_COMMON_PROTOCOL)
            else:
                await relay(client, server, first)

    def _refusal(self, status: HTTPStatus) -> bytes:
        challenge = {"Proxy-Authenticate": self._challenge, "Proxy-Connection": "close"}
        headers = challenge if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED else {"Content-Type": "text/plain"}
        headers["Content-Length"] = str(len(status.phrase))
        lines = [f"HTTP/1.1 {status} {status.phrase}", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", status.phrase]).encode()

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
            answer = b""
            with suppress(OSError, asyncio.IncompleteReadError):
                answer = await server.reader.readuntil(b"\r\n\r\n")
            if answer.split()[1:2] != [b"200"]:
                server.close()
                raise _RefusedError(HTTPStatus.BAD_GATEWAY)
        return server

    # -- Interception

    async def _intercept(self, host: str, provider: str, token: str) -> Streams:
        """Connect to a server for this tunnel alone, which shows the certificate of the host."""

        async def serve(client: Streams) -> None:
            server.close()
            await serve_http(client, partial(self._to_gateway, host=host, token=token))
            await client.reader.read()  # it stays open, whatever `Connection` says

        server = await self.listen(serve, self._certificate(host))
        return await self.connect(port_of(server))

    def _certificate(self, host: str) -> ssl.SSLContext:
        if host not in self._certificates:
            names = ((NameOID.ORGANIZATION_NAME, ORGANIZATION), (NameOID.COMMON_NAME, host))
            subject = x509.Name([x509.NameAttribute(*name) for name in names])
            of_rsa = isinstance(self.ca.key, rsa.RSAPrivateKey)
            key = rsa.generate_private_key(65537, 2048) if of_rsa else None
            usage = [SERVER_AUTH]
            leaf = make_certificate(subject, issuer=self.ca, ca=False, hosts=[host], extensions=usage, key=key)
            self._certificates[host] = server_context(leaf, self.ca)
            self._certificates[host].set_alpn_protocols(["http/1.1"])
        return self._certificates[host]

    async def _to_gateway(self, request: h11.Request, client: Http, *, host: str, token: str) -> None:
        if provider := self.providers.get(host):
            headers: dict[str, str | None] = {"Host": self._gateway.netloc, "Proxy-Authorization": None}
            if bearer(request) not in {"", token} and not header(request, GOVERNANCE_HEADER):
                headers[GOVERNANCE_HEADER] = token
            target = f"{self._gateway.path}/{provider}{request.target.decode()}"
            request = rewritten(request, target=target, headers=headers)
            server = await self.connect(self._gateway.port or 0, self._gateway_trust, self._gateway_name)
        else:
            # Disabled since the tunnel was opened: the provider itself is asked, with the tool's own key.
            port = self._hosts.get(host, self._hosts.get("*", 0))
            request = rewritten(request, target=request.target.decode(), headers={})
            server = await self.connect(port, _any_server(), host)
        with server:
            await pass_on(request, client, server)

    @property
    def _gateway_name(self) -> str:
        return str(self._gateway.hostname) if self._gateway_trust else ""


async def _first_bytes(client: Streams) -> bytes:
    """Return a whole ClientHello, or what else the client says first."""
    first = await client.reader.read(5)
    with suppress(asyncio.IncompleteReadError):
        if first.startswith(TLS_HANDSHAKE):
            first += await client.reader.readexactly(int.from_bytes(first[3:5], "big"))
    return first


def _password(authorization: str) -> str:
    if found := _BASIC.fullmatch(authorization):
        with suppress(NotBase64):
            return b64decode(found[1]).decode("latin1").partition(":")[2]
    return ""


def _any_server() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _is_private(host: str) -> bool:
    try:
        return host == "localhost" or not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
