"""The stand-ins for proxy, gateway and deployment behave as the real ones were seen to (Coder 2.36 to 2.37)."""

from __future__ import annotations

import datetime as dt
import queue
import re
import socket
import ssl
import struct
from base64 import b64encode
from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import h11
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.harness.certificates import DAY, SERVER_AUTH, make_certificate
from tests.harness.deployment import CA_CERT_PATH, OLD_CA_CERT_PATH, TOKEN, TOKEN_HEADER, USER_PATH, Deployment, error
from tests.harness.gateway import COMPANY_KEY, GOVERNANCE_HEADER, OLD_PREFIX, PREFIX, PROVIDERS, Gateway
from tests.harness.http_relay import Http, header, serve_http
from tests.harness.proxy import OLD_REALM, ORGANIZATION, REALM, Asked, Proxy
from tests.harness.raw_server import closed_port
from tests.harness.server import tls_context
from tests.harness.streams import Streams, StreamServer
from tests.sandbox import BLOCKED, NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.harness.gateway import Fault
    from tests.harness.origin import Origin
    from tests.sandbox import Authorities

PROVIDER, OTHER, CLOSED = NAMES["intercepted"], NAMES["tunnelled"], "closed.example.com"
AT_PROVIDER = f"{PROVIDER}:443"


async def echo(request: h11.Request, http: Http) -> None:
    """Say which key a provider gets, and stream back what it is sent, as it arrives."""
    keys = (header(request, name) for name in ("authorization", "x-api-key", GOVERNANCE_HEADER))
    await http.send(h11.Response(status_code=200, headers=[]))
    await http.send(h11.Data(data=f"{header(request, 'host')} got {' and '.join(filter(None, keys))}\n".encode()))
    while not isinstance(event := await http.receive(), h11.EndOfMessage):
        if isinstance(event, h11.Data):
            await http.send(h11.Data(data=bytes(event.data)))
    await http.send(h11.EndOfMessage())


@pytest.fixture
def stage(origin: Origin, authorities: Authorities) -> Iterator[SimpleNamespace]:
    """Run proxy, gateway and provider; `running` ends with the test."""
    with ExitStack() as running:
        server = running.enter_context(StreamServer())
        context = tls_context(authorities.public, *PROVIDERS)
        provider = SimpleNamespace(port=server.start(lambda streams: serve_http(streams, echo), context))
        provider.ca_pem = authorities.public.cert_pem.bytes().decode()
        gateway = running.enter_context(Gateway(token=TOKEN, origin=provider))
        closed = int(running.enter_context(closed_port()).rpartition(":")[2])
        hosts = {OTHER: origin.port, CLOSED: closed, "chatgpt.com": provider.port}
        proxy = running.enter_context(Proxy(gateway=gateway.url, hosts=hosts, private={BLOCKED}, providers=PROVIDERS))
        company = authorities.company.cert_pem.bytes().decode()
        yield SimpleNamespace(running=running, gateway=gateway, proxy=proxy, public=provider.ca_pem, company=company)


def basic(password: str, user: str = "coder", scheme: str = "Basic ") -> str:
    return scheme + b64encode(f"{user}:{password}".encode()).decode()


def say(port: int, text: str, context: ssl.SSLContext | None = None) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    if context:
        connection = context.wrap_socket(connection, server_hostname="localhost")
    connection.sendall(text.encode())
    return connection


def connect(port: int, target: str, authorization: str = "", context: ssl.SSLContext | None = None) -> socket.socket:
    line = f"Proxy-Authorization: {authorization}\r\n" if authorization else ""
    return say(port, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{line}\r\n", context)


def received(connection: socket.socket, end: bytes = b"\0") -> bytes:
    """Return what is answered, up to that, or to the end of the connection."""
    answer = b""
    while not answer.endswith(end) and (data := connection.recv(65536)):
        answer += data
    if not answer.endswith(end):
        connection.close()
    return answer


def tunnel(proxy: Proxy, *protocols: str, host: str = PROVIDER, ca_pem: str = "") -> ssl.SSLSocket:
    """Open a tunnel, and speak TLS in it."""
    connection = connect(proxy.port, f"{host}:443", basic(TOKEN))
    assert received(connection, b"\r\n\r\n").decode() == f"{proxy.tunnel_version} 200 Connection established\r\n\r\n"
    context = ssl.create_default_context(cadata=ca_pem or proxy.ca_cert_pem)
    context.set_alpn_protocols([*protocols])
    return context.wrap_socket(connection, server_hostname=host)


def client(proxy: Proxy) -> httpx.Client:
    trust = ssl.create_default_context(cadata=proxy.ca_cert_pem)
    return httpx.Client(proxy=f"http://coder:{TOKEN}@127.0.0.1:{proxy.port}", verify=trust, trust_env=False)


# -- The listener, and CONNECT


@pytest.mark.parametrize(
    ("target", "authorization", "status"),
    [
        *((AT_PROVIDER, none, 407) for none in ("", "Basic", "Basic !", "Basic bm9jb2xvbg==", basic(""))),
        *((AT_PROVIDER, other, 407) for other in (f"Bearer {TOKEN}", basic(TOKEN, scheme="Digest "))),
        *((AT_PROVIDER, any_, 200) for any_ in (basic("any"), basic("any", user=""), basic("any", user="bob"))),
        *((AT_PROVIDER, basic("any", scheme=scheme), 200) for scheme in ("bAsIc ", "Basic\t")),
        *((f"{host}:{port}", basic(TOKEN), 0) for host in (PROVIDER, OTHER, "10.1.2.3") for port in (8443, 1)),
        *((f"{private}:443", "", 403) for private in (BLOCKED, "10.1.2.3", "127.0.0.1", "[::1]", "localhost")),
        *((f"{lost}:443", "", 502) for lost in (f"{PROVIDER}.", "missing.example.com", CLOSED, "1.1.1.1")),
        *((f"{OTHER}:{port}", "", 400) for port in ("0", "65536", "https", "")),
        *((bad, "", 400) for bad in (f"bob@{OTHER}:443", f"{OTHER}:443/path", f"https://{OTHER}:443", OTHER)),
    ],
)
def test_who_gets_a_tunnel(target: str, authorization: str, status: int, stage: SimpleNamespace) -> None:
    with connect(stage.proxy.port, target, authorization) as connection:
        answer = connection.recv(65536)
    assert answer[:12] == (f"HTTP/1.{int(status != 200)} {status}".encode() if status else b"")
    assert bool(answer.partition(b"\r\n\r\n")[2]) == (status not in {0, 200}), "a text"
    assert (stage.proxy.asked[-1].status, stage.proxy.asked[-1].credentials) == (status, bool(authorization))


HEAD = "HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "answers"),
    [
        (f"CONNECT {AT_PROVIDER} {HEAD}", f'HTTP/1.1 407 .*Proxy-Authenticate: Basic realm="{OLD_REALM}"\r\n.*'),
        (f"GET http://{PROVIDER}/ {HEAD}" * 2, r"(HTTP/1.1 407 .*authentication required){2}"),
        (f"GET / {HEAD}" * 2, r"(HTTP/1.1 500 .*This is a proxy server.*){2}"),
        ("nonsense\r\n\r\n", r"HTTP/1.1 400 .*400 Bad Request"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX", ""),
    ],
)
def test_what_is_refused_and_that_a_head_must_end(sent: str, answers: str, stage: SimpleNamespace) -> None:
    proxy = stage.proxy
    assert (REALM, proxy.head_seconds) == (proxy.realm, 10)
    proxy.realm, proxy.head_seconds = OLD_REALM, 0.2
    assert re.fullmatch(answers, received(say(proxy.port, sent)).decode(), re.DOTALL)


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1"])
def test_other_hosts_show_their_own_certificates(version: str, stage: SimpleNamespace) -> None:
    stage.proxy.tunnel_version = version
    with tunnel(stage.proxy, host=OTHER, ca_pem=stage.public) as stream:
        stream.sendall(f"GET / {HEAD}".encode())
        assert received(stream, b"hello")


def test_a_tunnel_ends_with_its_client(stage: SimpleNamespace) -> None:
    ended: queue.Queue[bytes] = queue.Queue()

    async def serve(client: Streams) -> None:
        ended.put(await client.reader.read())

    server = stage.running.enter_context(StreamServer()).start(serve)
    proxy = stage.running.enter_context(Proxy(gateway="", hosts={OTHER: server}))
    with connect(proxy.port, f"{OTHER}:443") as connection:
        assert received(connection, b"\r\n\r\n")
        reset = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
    assert ended.get(timeout=10) == b""


def test_names_are_resolved_before_an_upstream_proxy_is_asked(stage: SimpleNamespace) -> None:
    for hosts, status in (({OTHER: 1}, b"200"), ({}, b"502")):
        behind = stage.running.enter_context(Proxy(gateway="", hosts=hosts, upstream=stage.proxy.port))
        with connect(behind.port, f"{OTHER}:443") as connection:
            assert connection.recv(65536)[9:12] == status
    assert stage.proxy.asked == [Asked(OTHER, 443, 200, credentials=False)]


def test_the_listener_may_speak_tls(stage: SimpleNamespace, authorities: Authorities) -> None:
    listener = tls_context(authorities.company, "localhost")
    port = stage.running.enter_context(Proxy(gateway="", listener=listener)).port
    trust = ssl.create_default_context(cadata=stage.company)
    assert received(connect(port, AT_PROVIDER, context=trust)).startswith(b"HTTP/1.1 407 ")
    assert received(connect(port, AT_PROVIDER)) == b""
    assert received(say(port, f"GET / {HEAD}")).startswith(b"HTTP/1.0 400 ")


# -- Interception


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 3072)])
def test_the_certificate_is_made_once_for_the_host_and_sent_with_the_ca(key: Any, stage: SimpleNamespace) -> None:  # noqa: ANN401
    root = make_certificate("Company Root")
    proxy = stage.running.enter_context(Proxy(gateway="", ca=make_certificate("Proxy CA", issuer=root, key=key)))
    with tunnel(proxy, "h2", "http/1.1", ca_pem=root.pem) as one, tunnel(proxy, ca_pem=root.pem) as other:
        der = one.getpeercert(binary_form=True) or b""
        assert other.getpeercert(binary_form=True) == der
        assert (one.selected_alpn_protocol(), other.selected_alpn_protocol()) == ("http/1.1", None)
    with pytest.raises(ssl.SSLError, match="alert no application protocol"):
        tunnel(proxy, "h2", ca_pem=root.pem)
    leaf = x509.load_der_x509_certificate(der)
    size = 2048 if isinstance(key, rsa.RSAPrivateKey) else 256
    assert (leaf.public_key().key_size, type(leaf.public_key())) == (size, type(key.public_key()))  # type: ignore[union-attr]
    assert f"O={ORGANIZATION}" in leaf.subject.rfc4514_string()
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [PROVIDER]
    assert list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [*SERVER_AUTH]
    now = dt.datetime.now(dt.timezone.utc)
    assert [round((now - leaf.not_valid_before_utc) / DAY), round((leaf.not_valid_after_utc - now) / DAY)] == [30, 365]


def test_answers_are_streamed_in_chunks_and_the_connection_stays_open_whatever_it_says(stage: SimpleNamespace) -> None:
    with tunnel(stage.proxy) as stream:
        headers = f"x-api-key: {TOKEN}\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\nConnection: close"
        stream.sendall(f"POST /v1/messages HTTP/1.1\r\nHost: {PROVIDER}\r\n{headers}\r\n\r\n".encode())
        assert b" 100 " in received(stream, b"\r\n\r\n")
        assert b"\r\nconnection: close\r\n" in received(stream, b"\n\r\n").lower()
        for chunk in (b"3\r\none\r\n", b"3\r\ntwo\r\n", b"0\r\n\r\n"):
            stream.sendall(chunk)
            assert received(stream, chunk)
        stream.settimeout(0.2)
        with pytest.raises(TimeoutError):
            stream.recv(1)


def test_a_tunnel_goes_on_to_the_provider_itself_when_that_is_disabled(stage: SimpleNamespace) -> None:
    proxy = stage.proxy
    with client(proxy) as asking:
        assert asking.get("https://chatgpt.com/", headers=BEARER).status_code == 404
        del proxy.providers["chatgpt.com"]
        assert asking.get("https://chatgpt.com/", headers=BEARER).text == f"chatgpt.com got Bearer {TOKEN}\n"
    assert len(proxy.asked) == 1
    proxy.providers["chatgpt.com"] = "again"
    assert received(connect(proxy.port, "chatgpt.com:443")).startswith(b"HTTP/1.1 407 ")


# -- The gateway behind it

OPENAI, COPILOT = "api.openai.com", "api.business.githubcopilot.com"
MODELS = f"GET {PROVIDER}/v1/models"
BEARER, API_KEY = {"Authorization": f"Bearer {TOKEN}"}, {"x-api-key": TOKEN}
OWN_BEARER, OWN_API_KEY = {"Authorization": "Bearer my-own"}, {"x-api-key": "my-own"}
OWN_WITH_TOKEN = {**OWN_API_KEY, GOVERNANCE_HEADER: TOKEN}
WEBSOCKET = {**BEARER, "Connection": "Upgrade", "Upgrade": "websocket"}
NO_ROUTE, NAMED = "404 route not supported: ", PROVIDERS
SERVED = [
    *(
        (PROVIDER, f"/{path}")
        for path in ("v1/messages", "v1/messages/count_tokens", "v1/models", "api/event_logging/1")
    ),
    *(
        (OPENAI, f"/v1/{path}")
        for path in ("chat/completions", "responses", "responses/1", "models/m", "conversations?a")
    ),
    *((COPILOT, f"/{path}") for path in ("chat/completions", "responses", "v1/messages", "models", "agents/a", "mcp/")),
]
LOST = [
    *((PROVIDER, path) for path in ("/", "/v1/messages/batches")),
    *((OPENAI, f"/v1/{path}") for path in ("embeddings", "files", "images/generations", "audio/speech")),
    *((OPENAI, path) for path in ("/openai/v1/responses", "/api/v1/models")),
    (COPILOT, "/v1/chat/completions"),
    *(("chatgpt.com", path) for path in ("/backend-api/codex/responses", "/v1beta/models/m:generateContent")),
]


@pytest.mark.parametrize(
    ("fault", "request_line", "headers", "said"),
    [
        (None, MODELS, {}, "400 no authentication key provided\n"),
        (None, MODELS, BEARER, f"200 {PROVIDER} got Bearer {COMPANY_KEY}\n"),
        (None, MODELS, API_KEY, f"200 {PROVIDER} got {COMPANY_KEY}\n"),
        (None, MODELS, OWN_BEARER, f"200 {PROVIDER} got Bearer my-own\n"),
        (None, MODELS, OWN_WITH_TOKEN, f"200 {PROVIDER} got my-own\n"),
        (None, MODELS, OWN_API_KEY, "403 unauthorized\n"),
        (None, MODELS, {**OWN_API_KEY, GOVERNANCE_HEADER: "wrong"}, "403 unauthorized\n"),
        (None, f"GET {COPILOT}/models", BEARER, "500 "),
        (None, f"GET {OPENAI}/v1/responses", WEBSOCKET, f"{NO_ROUTE}GET /openai/v1/responses\n"),
        *((None, f"POST {host}{path}", OWN_BEARER, "200 ") for host, path in SERVED),
        *((None, f"POST {host}{path}", OWN_BEARER, f"{NO_ROUTE}POST /{NAMED[host]}{path}\n") for host, path in LOST),
        *((fault, MODELS, {}, "400 no authentication key provided\n") for fault in ("budget", "coderd", "disabled")),
        ("budget", MODELS, BEARER, "403 AI budget of US$10.00 exceeded. Please contact "),
        ("coderd", MODELS, BEARER, "503 could not connect to coderd\n"),
        ("disabled", f"GET {PROVIDER}/", BEARER, '503 provider_disabled: AI provider "anthropic" is disabled\n'),
        ("own keys", MODELS, BEARER, "200 "),
        ("own keys", MODELS, OWN_BEARER, '403 {"message": "Bring Your Own Key (BYOK) mode is not enabled."'),
        ("capacity", MODELS, {}, '503 {"message": "AI Gateway is currently at capacity.'),
        ("rate limit", MODELS, {}, '429 {"message": "You\'ve been rate limited.'),
        ("license", MODELS, {}, '403 {"message": "AI Gateway is a Premium feature.'),
        ("off", MODELS, {}, '404 {"message": "aibridged handler not mounted"'),
    ],
)
def test_what_the_gateway_says(
    fault: Fault | None, request_line: str, headers: dict[str, str], said: str, stage: SimpleNamespace
) -> None:
    stage.gateway.faults |= {fault} if fault else set()
    method, url = request_line.split()
    with client(stage.proxy) as asking:
        answer = asking.request(method, f"https://{url}", headers=headers)
        head = asking.head(f"https://{url}", headers=headers)
    assert f"{answer.status_code} {answer.text}".startswith(said)
    assert (head.status_code, head.text) == (answer.status_code, "")
    assert ("json" in answer.headers.get("Content-Type", "")) == ("{" in said)
    assert answer.headers.get("Retry-After") == ("60" if fault == "rate limit" else None)
    host, _, path = url.partition("/")
    assert stage.gateway.requests[0].path == f"{PREFIX}/{PROVIDERS[host]}/{path}"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (lambda plain, _: plain, "HTTP/1.1 400 .*no authentication key.*"),
        (lambda plain, _: plain.replace(PREFIX, OLD_PREFIX), "HTTP/1.1 400 .*no authentication key.*"),
        (lambda plain, _: plain.removesuffix(PREFIX), "HTTP/1.1 200 .*<!doctype html>.*"),
        (lambda _, secure: secure, "HTTP/1.1 400 .*no authentication key.*"),
        (lambda _, secure: secure.replace("https:", "http:"), "HTTP/1.1 400 .*Client sent an HTTP request to an .*"),
        (lambda _, secure: secure.replace("localhost", "127.0.0.1"), ""),
        (lambda *_: "http://127.0.0.1:1", ""),
    ],
)
def test_the_target_is_used_as_it_is_and_must_be_reached_and_trusted(
    target: Callable[[str, str], str], said: str, stage: SimpleNamespace, authorities: Authorities
) -> None:
    secure = stage.running.enter_context(Gateway(token=TOKEN, authority=authorities.company))
    url = target(stage.gateway.url, secure.url)
    proxy = stage.running.enter_context(Proxy(gateway=url, gateway_ca=stage.company))
    with tunnel(proxy) as stream:
        stream.sendall(f"GET / {HEAD}".encode())
        assert re.fullmatch(said, received(stream, b"\r\n0\r\n\r\n").decode(), re.DOTALL)


# -- The deployment

PATHS = [CA_CERT_PATH, OLD_CA_CERT_PATH, USER_PATH]
SIGNED_OUT = '{"message": "You are signed out or your session has expired. Please sign in again'


@pytest.mark.parametrize(
    ("change", "token", "status", "said"),
    [
        (None, TOKEN, 200, "-----BEGIN CERTIFICATE-----"),
        (None, "", 401, SIGNED_OUT),
        (None, "wrong", 401, SIGNED_OUT),
        (Deployment.suspend_user, TOKEN, 401, '{"message": "User is not active'),
        (lambda deployment: deployment.serve(error(403, "a Premium feature")), "", 403, '{"message": "a Premium'),
        (lambda deployment: [deployment.answers.pop(path) for path in PATHS[:2]], "", 404, '{"message": "Route not'),
    ],
)
def test_the_ca_endpoint(
    change: Callable[[Deployment], object] | None, token: str, status: int, said: str, deployment: Deployment
) -> None:
    if change:
        change(deployment)
    for path in PATHS if status == 401 else PATHS[:2]:
        answer = httpx.get(deployment.url + path, headers={TOKEN_HEADER: token} if token else {})
        assert (answer.status_code, answer.text[: len(said)]) == (status, said)
        assert answer.headers["Content-Type"] == ("application/x-pem-file" if status == 200 else "application/json")


def test_the_deployment_answers_connect_with_its_page(deployment: Deployment) -> None:
    answer = received(connect(int(deployment.url.rpartition(":")[2]), AT_PROVIDER))
    assert re.fullmatch(rb"HTTP/1.1 200 .*Content-Type: text/html.*<!doctype html>.*", answer, re.DOTALL)
