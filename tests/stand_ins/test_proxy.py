"""The stand-in for AI Bridge Proxy behaves as the real one was seen to (its source of June 2026)."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import subprocess
from base64 import b64encode
from contextlib import ExitStack
from typing import TYPE_CHECKING

import h11
import httpx
import pytest
from cryptography import x509

from tests.harness.certificates import DAY, SERVER_AUTH, make_certificate
from tests.harness.deployment import CA_CERT_PATH, TOKEN, TOKEN_HEADER, USER_PATH, error
from tests.harness.gateway import COMPANY_KEY, GOVERNANCE_HEADER, Gateway
from tests.harness.http_relay import Http, serve_http
from tests.harness.proxy import Asked, Proxy
from tests.harness.raw_server import closed_port
from tests.harness.server import tls_context
from tests.harness.streams import Streams, StreamServer
from tests.sandbox import BLOCKED, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.certificates import Certified
    from tests.harness.deployment import Deployment
    from tests.harness.origin import Origin
    from tests.sandbox import Authorities

PROVIDER, OTHER = NAMES["intercepted"], NAMES["tunnelled"]
REALM = b'Basic realm="Coder AI Bridge Proxy"'


@pytest.fixture
def running() -> Iterator[ExitStack]:
    """Ends with the test."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def gateway(running: ExitStack) -> Gateway:
    return running.enter_context(Gateway(token=TOKEN))


@pytest.fixture
def proxy(running: ExitStack, origin: Origin, gateway: Gateway) -> Proxy:
    hosts = {OTHER: origin.port}
    return running.enter_context(Proxy(gateway=gateway.url, hosts=hosts, private={BLOCKED}))


def basic(password: str, *, user: str = "coder", scheme: str = "Basic") -> str:
    return f"{scheme} {b64encode(f'{user}:{password}'.encode()).decode()}"


def say(proxy: Proxy, text: str, context: ssl.SSLContext | None = None) -> socket.socket:
    """Send the proxy a text."""
    connection = socket.create_connection(("127.0.0.1", proxy.port), timeout=10)
    if context:
        connection = context.wrap_socket(connection, server_hostname="localhost")
    connection.sendall(text.encode())
    return connection


def heard(connection: socket.socket) -> bytes:
    """Return all that is answered, to the end of the connection."""
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def connect(proxy: Proxy, target: str, authorization: str = "") -> socket.socket:
    line = f"Proxy-Authorization: {authorization}\r\n" if authorization else ""
    return say(proxy, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{line}\r\n")


def tunnel(proxy: Proxy, *, token: str = TOKEN, ca_pem: str = "") -> ssl.SSLSocket:
    """Open a tunnel to a host that is intercepted, and speak TLS in it."""
    connection = connect(proxy, f"{PROVIDER}:443", basic(token))
    assert connection.recv(65536).startswith(b"HTTP/1.0 200 ")
    context = ssl.create_default_context(cadata=ca_pem or proxy.ca_cert_pem)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context.wrap_socket(connection, server_hostname=PROVIDER)


def ask(proxy: Proxy, *headers: str, request: str = "GET / HTTP/1.1", token: str = TOKEN) -> tuple[bytes, bytes]:
    """Ask a provider; return the status line and the body of the answer, which are empty if there is none."""
    with tunnel(proxy, token=token) as stream:
        stream.sendall("\r\n".join([request, f"Host: {PROVIDER}", *headers, "Connection: close", "", ""]).encode())
        head, _, body = heard(stream).partition(b"\r\n\r\n")
        return head.partition(b"\r\n")[0], body


# -- Who gets a tunnel


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic", "Basic !", "Basic bm9jb2xvbg==", basic(""), f"Bearer {TOKEN}", basic(TOKEN, scheme="Digest")],
)
def test_connect_to_a_providers_host_is_challenged_without_a_password(proxy: Proxy, authorization: str) -> None:
    head = heard(connect(proxy, f"{PROVIDER}:443", authorization))
    assert head.startswith(b"HTTP/1.1 407 Proxy Authentication Required\r\n")
    assert b"\r\nProxy-Authenticate: " + REALM + b"\r\n" in head
    assert proxy.asked == [Asked(PROVIDER, 443, 407, credentials=bool(authorization))]


@pytest.mark.parametrize(
    "authorization", [basic("any"), basic("any", user=""), basic("any", user="bob"), basic("any", scheme="bAsIc")]
)
def test_any_password_of_any_user_opens_the_tunnel(proxy: Proxy, authorization: str) -> None:
    with connect(proxy, f"{PROVIDER}:443", authorization) as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.0 200 ")


def test_other_hosts_are_tunnelled_without_credentials(proxy: Proxy, authorities: Authorities) -> None:
    connection = connect(proxy, f"{OTHER}:443")
    assert connection.recv(65536).startswith(b"HTTP/1.0 200 ")
    public = ssl.create_default_context(cadata=authorities.public.cert_pem.bytes().decode())
    with public.wrap_socket(connection, server_hostname=OTHER) as stream:
        stream.sendall(f"GET / HTTP/1.1\r\nHost: {OTHER}\r\nConnection: close\r\n\r\n".encode())
        assert heard(stream).endswith(b"hello")


@pytest.mark.parametrize("authorization", ["", basic(TOKEN)])
@pytest.mark.parametrize("host", [PROVIDER, OTHER])
def test_other_ports_are_closed_without_an_answer(proxy: Proxy, host: str, authorization: str) -> None:
    assert heard(connect(proxy, f"{host}:8443", authorization)) == b""
    assert proxy.asked == [Asked(host, 8443, 0, credentials=bool(authorization))]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (BLOCKED, b"403 Forbidden"),
        ("10.1.2.3", b"403 Forbidden"),
        ("127.0.0.1", b"403 Forbidden"),
        ("[::1]", b"403 Forbidden"),
        ("missing.example.com", b"502 Bad Gateway"),
        ("1.1.1.1", b"502 Bad Gateway"),
    ],
)
def test_private_addresses_are_forbidden_and_unknown_names_a_bad_gateway(
    proxy: Proxy, host: str, status: bytes
) -> None:
    assert heard(connect(proxy, f"{host}:443")).startswith(b"HTTP/1.1 " + status)


def test_a_host_that_does_not_accept_connections_is_a_bad_gateway(running: ExitStack, gateway: Gateway) -> None:
    port = int(running.enter_context(closed_port()).rpartition(":")[2])
    proxy = running.enter_context(Proxy(gateway=gateway.url, hosts={OTHER: port}))
    assert heard(connect(proxy, f"{OTHER}:443")).startswith(b"HTTP/1.1 502 ")


def test_names_are_resolved_before_an_upstream_proxy_is_asked(
    running: ExitStack, gateway: Gateway, proxy: Proxy
) -> None:
    behind = running.enter_context(Proxy(gateway=gateway.url, hosts={OTHER: 1}, upstream=proxy.port))
    with connect(behind, f"{OTHER}:443") as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.0 200 ")
    offline = running.enter_context(Proxy(gateway=gateway.url, upstream=proxy.port))
    assert heard(connect(offline, f"{OTHER}:443")).startswith(b"HTTP/1.1 502 ")
    assert [asked.host for asked in proxy.asked] == [OTHER]


def test_providers_are_enabled_and_disabled_while_it_runs(proxy: Proxy) -> None:
    proxy.providers["api.openai.com"] = "openai"
    del proxy.providers[PROVIDER]
    assert heard(connect(proxy, "api.openai.com:443")).startswith(b"HTTP/1.1 407 ")
    assert heard(connect(proxy, f"{PROVIDER}:443")).startswith(b"HTTP/1.1 502 ")


def test_a_trailing_dot_keeps_a_host_from_being_intercepted(proxy: Proxy) -> None:
    assert heard(connect(proxy, f"{PROVIDER}.:443")).startswith(b"HTTP/1.1 502 ")


# -- The listener


@pytest.mark.parametrize(
    ("request_line", "status", "text"),
    [
        (f"GET http://{PROVIDER}/ HTTP/1.1", b"407 ", b"Proxy authentication required"),
        ("GET / HTTP/1.1", b"500 ", b"This is a proxy server."),
        ("nonsense", b"400 ", b"400 Bad Request"),
    ],
)
def test_what_is_not_connect_is_refused(proxy: Proxy, request_line: str, status: bytes, text: bytes) -> None:
    answer = heard(say(proxy, f"{request_line}\r\nHost: {PROVIDER}\r\n\r\n"))
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert text in answer


def test_the_listener_may_speak_tls(running: ExitStack, gateway: Gateway, authorities: Authorities) -> None:
    listener = tls_context(authorities.company, "localhost")
    proxy = running.enter_context(Proxy(gateway=gateway.url, listener=listener))
    company = ssl.create_default_context(cadata=authorities.company.cert_pem.bytes().decode())
    line = f"CONNECT {PROVIDER}:443 HTTP/1.1\r\nHost: {PROVIDER}:443\r\n\r\n"
    assert heard(say(proxy, line, company)).startswith(b"HTTP/1.1 407 ")
    assert heard(say(proxy, line)) == b""
    assert heard(say(proxy, "GET / HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.0 400 ")


# -- Interception


def test_the_certificate_is_made_for_the_host_and_sent_with_the_ca(proxy: Proxy) -> None:
    with tunnel(proxy) as stream:
        der = stream.getpeercert(binary_form=True)
        assert stream.selected_alpn_protocol() is None
    assert der
    leaf = x509.load_der_x509_certificate(der)
    leaf.verify_directly_issued_by(proxy.ca.certificate)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert names.get_values_for_type(x509.DNSName) == [PROVIDER]
    assert list(usage) == [*SERVER_AUTH]
    now = dt.datetime.now(dt.timezone.utc)
    assert round((now - leaf.not_valid_before_utc) / DAY) == 30
    assert round((leaf.not_valid_after_utc - now) / DAY) == 365


def test_the_certificate_is_kept_and_its_chain_includes_the_ca_file(running: ExitStack, gateway: Gateway) -> None:
    root = make_certificate("Company Root")
    proxy = running.enter_context(Proxy(gateway=gateway.url, ca=make_certificate("Proxy CA", issuer=root)))
    seen = set()
    for _ in range(2):
        with tunnel(proxy, ca_pem=root.pem) as stream:
            seen.add(stream.getpeercert(binary_form=True))
    assert len(seen) == 1


# -- The gateway behind it

OWN_KEY = "sk-of-my-own"


@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        ([], b"400 ", b"no authentication key provided"),
        ([f"Authorization: Bearer {TOKEN}"], b"200 ", b"hello"),
        ([f"x-api-key: {TOKEN}"], b"200 ", b"hello"),
        ([f"Authorization: Bearer {OWN_KEY}"], b"200 ", b"hello"),
        ([f"x-api-key: {OWN_KEY}"], b"403 ", b"unauthorized"),
        ([f"x-api-key: {OWN_KEY}", f"{GOVERNANCE_HEADER}: {TOKEN}"], b"200 ", b"hello"),
    ],
)
def test_the_key_that_the_tool_sends_decides(
    proxy: Proxy, gateway: Gateway, headers: list[str], status: bytes, body: bytes
) -> None:
    line, text = ask(proxy, *headers)
    assert line.startswith(b"HTTP/1.1 " + status)
    assert body in text
    assert [request.path for request in gateway.requests] == ["/api/v2/aibridge/anthropic/"]


def test_a_wrong_token_shows_in_the_tunnel_only(proxy: Proxy) -> None:
    line, body = ask(proxy, f"Authorization: Bearer {OWN_KEY}", token="wrong")
    assert (line[:12], body) == (b"HTTP/1.1 403", b"unauthorized\n")


@pytest.mark.parametrize(
    ("fault", "headers", "status", "body"),
    [
        ("licensed", [], b"403", b"Premium"),
        ("enabled", [], b"404", b"not mounted"),
        ("has_budget", [f"x-api-key: {TOKEN}"], b"403", b"budget"),
        ("takes_own_keys", [f"Authorization: Bearer {OWN_KEY}"], b"403", b"bring your own key"),
    ],
)
def test_the_gateway_says_why_it_refuses(
    proxy: Proxy, gateway: Gateway, fault: str, headers: list[str], status: bytes, body: bytes
) -> None:
    setattr(gateway, fault, False)
    line, text = ask(proxy, *headers)
    assert line.startswith(b"HTTP/1.1 " + status)
    assert body in text


def test_head_without_credentials_is_a_bad_request_where_all_is_well(proxy: Proxy) -> None:
    assert ask(proxy, request="HEAD / HTTP/1.1") == (b"HTTP/1.1 400 ", b"")


def test_a_gateway_that_cannot_be_reached_or_trusted_closes_the_connection_without_an_answer(
    running: ExitStack, authorities: Authorities
) -> None:
    ca_pem = authorities.company.cert_pem.bytes().decode()
    gateway = running.enter_context(Gateway(token=TOKEN, authority=authorities.company))
    trusting = running.enter_context(Proxy(gateway=gateway.url, gateway_ca=ca_pem))
    assert ask(trusting)[0].startswith(b"HTTP/1.1 400 ")
    other = authorities.public.cert_pem.bytes().decode()
    distrusting = running.enter_context(Proxy(gateway=gateway.url, gateway_ca=other))
    unreachable = running.enter_context(Proxy(gateway=running.enter_context(closed_port())))
    for proxy in (distrusting, unreachable):
        assert ask(proxy) == (b"", b"")


# -- What passes through


class Echo(StreamServer):
    """A provider that streams back what it is sent, as it arrives, and shouts back over WebSocket."""

    def __init__(self, authorities: Authorities) -> None:
        super().__init__()
        self.ca_pem = authorities.public.cert_pem.bytes().decode()
        self.headers: dict[bytes, bytes] = {}
        self.port = self.start(self._serve, tls_context(authorities.public, PROVIDER))

    async def _serve(self, streams: Streams) -> None:
        await serve_http(streams, self._handle)

    async def _handle(self, request: h11.Request, http: Http) -> None:
        self.headers = dict(request.headers)
        if b"upgrade" in self.headers:
            upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket")]
            await http.receive()
            await http.send(h11.InformationalResponse(status_code=101, headers=upgrade))
            while data := http.state.trailing_data[0] or await http.streams.reader.read(100):
                http.streams.writer.write(data.upper())
            return
        await http.send(h11.Response(status_code=200, headers=[("Content-Type", "text/event-stream")]))
        while not isinstance(event := await http.receive(), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                await http.send(h11.Data(data=bytes(event.data)))
        await http.send(h11.EndOfMessage())


@pytest.fixture
def echo(running: ExitStack, authorities: Authorities) -> Echo:
    return running.enter_context(Echo(authorities))


@pytest.fixture
def way_to_echo(running: ExitStack, echo: Echo) -> Proxy:
    gateway = running.enter_context(Gateway(token=TOKEN, origin=echo))
    return running.enter_context(Proxy(gateway=gateway.url))


def test_answers_are_streamed_and_the_connection_is_used_again(way_to_echo: Proxy, echo: Echo) -> None:
    with tunnel(way_to_echo) as stream:
        for _ in range(2):
            headers = f"Host: {PROVIDER}\r\nx-api-key: {TOKEN}\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue"
            stream.sendall(f"POST /v1/messages HTTP/1.1\r\n{headers}\r\n\r\n".encode())
            assert b"100" in stream.recv(65536)
            for piece in (b"one", b"two"):
                stream.sendall(b"3\r\n%b\r\n" % piece)
                answer = b""
                while not answer.endswith(b"3\r\n%b\r\n" % piece):
                    answer += stream.recv(65536)
            stream.sendall(b"0\r\n\r\n")
            assert stream.recv(65536) == b"0\r\n\r\n"
    assert echo.headers[b"host"] == PROVIDER.encode()
    assert echo.headers[b"x-api-key"] == COMPANY_KEY.encode()


def test_large_bodies_pass(way_to_echo: Proxy, tmp_path: Path) -> None:
    body, ca_file = tmp_path / "body", tmp_path / "ca.pem"
    body.write_bytes(bytes(range(256)) * 40_000)
    ca_file.write_text(way_to_echo.ca_cert_pem)
    options = ("--proxy", f"http://coder:{TOKEN}@127.0.0.1:{way_to_echo.port}", "--cacert", str(ca_file))
    key = ("--header", f"Authorization: Bearer {TOKEN}")
    upload = ("--data-binary", f"@{body}", f"https://{PROVIDER}/")
    command = ["curl", "--silent", "--show-error", *options, *key, *upload]
    assert subprocess.check_output(command, timeout=60) == body.read_bytes()


def test_a_websocket_passes(way_to_echo: Proxy, echo: Echo) -> None:
    with tunnel(way_to_echo) as stream:
        headers = f"Host: {PROVIDER}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer {OWN_KEY}"
        stream.sendall(f"GET /v1/responses HTTP/1.1\r\n{headers}\r\n\r\n".encode())
        assert stream.recv(65536).startswith(b"HTTP/1.1 101 ")
        stream.sendall(b"a frame")
        assert stream.recv(65536) == b"A FRAME"
    assert echo.headers[b"authorization"] == f"Bearer {OWN_KEY}".encode()
    assert GOVERNANCE_HEADER.lower().encode() not in echo.headers


# -- The deployment


def test_the_ca_endpoint_says_that_a_license_is_missing_before_it_looks_at_the_token(deployment: Deployment) -> None:
    deployment.serve(error(403, "AI Bridge is a Premium feature. Contact sales!"))
    assert httpx.get(deployment.url + CA_CERT_PATH).status_code == 403


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, 'Cookie "coder_session_token" or query parameter must be provided.'),
        ({TOKEN_HEADER: "wrong"}, "API key is invalid."),
    ],
)
def test_coder_words_a_401_as_being_signed_out(deployment: Deployment, headers: dict[str, str], detail: str) -> None:
    for path in (CA_CERT_PATH, USER_PATH):
        answer = httpx.get(deployment.url + path, headers=headers)
        assert answer.status_code == 401
        message = "You are signed out or your session has expired. Please sign in again to continue."
        assert answer.json() == {"message": message, "detail": detail}


def test_the_ca_endpoint_serves_one_certificate_as_a_file(deployment: Deployment, ca: Certified) -> None:
    answer = httpx.get(deployment.url + CA_CERT_PATH, headers={TOKEN_HEADER: TOKEN})
    assert answer.headers["Content-Type"] == "application/x-pem-file"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.text == ca.pem


def test_a_path_that_this_version_does_not_have_is_not_found_whatever_the_token(deployment: Deployment) -> None:
    del deployment.answers[CA_CERT_PATH]
    assert httpx.get(deployment.url + CA_CERT_PATH).status_code == 404
