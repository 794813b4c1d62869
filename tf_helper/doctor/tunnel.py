"""A connection to the proxy, and TLS through it, on httpcore's network streams, which have TLS within TLS."""

import re
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import NamedTuple

from httpcore import (
    ConnectError,
    ConnectTimeout,
    HTTP11Connection,
    NetworkError,
    NetworkStream,
    ProtocolError,
    SyncBackend,
    TimeoutException,
)
from httpcore import Origin as HttpOrigin

from tf_helper.doctor.context import OPERATION_SECONDS, Context
from tf_helper.tls.reasons import explain, has_unknown_issuer
from tf_helper.values.proxy_auth_url import PROXY_USER
from tf_helper.values.url import DEFAULT_PORTS

HTTPS_PORT = DEFAULT_PORTS["https"]

_MAX_BYTES = 16 * 1024
_MAX_TEXT_BYTES = 2 * 1024
_FIRST_WORD_SECONDS = 0.2
# The gateway may be slow, and is not at fault then.
ANSWER_SECONDS = 5
_HTTP = b"HTTP/1."
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([0-9]{3})\b")
_BASIC_REALM = re.compile(rb'^proxy-authenticate:[ \t]*basic[ \t]+realm="([^"\r\n]*)"', re.IGNORECASE | re.MULTILINE)
# A proxy that opens a tunnel sends none; what answers a CONNECT like any other request does.
_CONTENT = re.compile(rb"^(content-type:|transfer-encoding:|content-length:[ \t]*[1-9])", re.IGNORECASE | re.MULTILINE)


class ConnectionFailed(Exception):  # noqa: N818 - the standard library's word
    """No connection: what happened, in a few words."""


class NotTrusted(ConnectionFailed):
    """The other side's TLS certificate is not trusted."""

    def __init__(self, error: ssl.SSLCertVerificationError) -> None:
        self.problem = explain(error)
        self.unknown_issuer = has_unknown_issuer(error)
        super().__init__(self.problem.message)


class NotTls(ConnectionFailed):
    """The other side does not speak TLS."""


class NoResponse(ConnectionFailed):
    """There was no response, or none in HTTP."""


class ResponseTimeout(NoResponse):
    """The other side kept the connection open without a response."""

    def __init__(self) -> None:
        super().__init__("it accepted the connection and did not answer")


class ConnectResponse(NamedTuple):
    """The status of a response to CONNECT, the realm of its challenge ("" for none), and whether content follows."""

    status: int
    realm: str = ""
    has_content: bool = False

    @property
    def opened(self) -> bool:
        """Whether there is a tunnel now."""
        return 200 <= self.status < 300  # noqa: PLR2004


class TunnelRefused(Exception):  # noqa: N818
    """The proxy opened no tunnel."""

    def __init__(self, response: ConnectResponse) -> None:
        super().__init__(response)
        self.response = response


@contextmanager
def connection(context: Context, trust: ssl.SSLContext | None = None) -> Iterator[NetworkStream]:
    """Connect to the proxy, with TLS if it is said what to trust. Raises ConnectionFailed."""
    origin = context.query.proxy_url.origin
    try:
        address = next(iter(context.known.proxy_addresses), origin.host)
        stream = SyncBackend().connect_tcp(address, origin.port, timeout=OPERATION_SECONDS)
    except ConnectTimeout:
        raise ConnectionFailed("no answer") from None
    except ConnectError as error:
        raise ConnectionFailed(_words(error)) from None
    if trust:
        stream = start_tls(stream, origin.host, trust)
    try:
        yield stream
    finally:
        stream.close()


@contextmanager
def connection_as_configured(context: Context) -> Iterator[NetworkStream]:
    """Connect to the proxy as proxy_url says, trusting what a tool trusts. Raises ConnectionFailed."""
    trust = context.tool_trust() if context.query.proxy_url.origin.scheme == "https" else None
    with connection(context, trust) as stream:
        yield stream


@contextmanager
def tunnel(context: Context, host: str, trust: ssl.SSLContext) -> Iterator[NetworkStream]:
    """Speak TLS with a host through the proxy, as a tool does. Raises ConnectionFailed and TunnelRefused."""
    with connection_as_configured(context) as stream:
        response = send_connect(stream, host, token=context.token)
        if not response.opened:
            raise TunnelRefused(response)
        secured = start_tls(stream, host, trust)
        try:
            yield secured
        finally:
            secured.close()


def why_not_trusted(context: Context, host: str, trust: ssl.SSLContext) -> NotTrusted | None:
    """Speak TLS with a host through the proxy; return why its certificate is not trusted, or None.

    Raises ConnectionFailed and TunnelRefused.
    """
    try:
        with tunnel(context, host, trust):
            return None
    except NotTrusted as error:
        return error


def start_tls(stream: NetworkStream, host: str, trust: ssl.SSLContext) -> NetworkStream:
    """Return the stream with TLS on it, to be closed in its place. Raises ConnectionFailed, of the kind that fits."""
    try:
        return stream.start_tls(trust, server_hostname=host, timeout=OPERATION_SECONDS)
    except ConnectTimeout:
        raise ConnectionFailed("no answer to the TLS handshake") from None
    except ConnectError as error:
        cause = error.__cause__
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise NotTrusted(cause) from None
        if isinstance(cause, ssl.SSLError) and cause.reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST"}:
            raise NotTls("it does not speak TLS") from None
        raise ConnectionFailed(f"the TLS handshake broke off ({_words(error)})") from None


def send_connect(stream: NetworkStream, host: str, *, token: str = "", port: int = HTTPS_PORT) -> ConnectResponse:
    """Ask for a tunnel to a host, with the token if there is one. Raises NoResponse."""
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if token:
        lines.append(
            f"Proxy-Authorization: Basic {b64encode(f'{PROXY_USER}:{token}'.encode(errors='surrogateescape')).decode()}"
        )
    status, head = _exchange(stream, lines)
    realm = _BASIC_REALM.search(head)
    return ConnectResponse(status, realm[1].decode(errors="replace") if realm else "", bool(_CONTENT.search(head)))


def speaks_first(stream: NetworkStream) -> bool:
    """Tell whether something comes through a tunnel before anything is sent, as nothing that speaks TLS does."""
    try:
        return bool(stream.read(1, timeout=_FIRST_WORD_SECONDS))
    except (TimeoutException, NetworkError):
        return False


class Response(NamedTuple):
    """The status of an answer, and what its body says: 2 KiB of it at most, or what has come of it."""

    status: int
    text: str


def get(context: Context, host: str, trust: ssl.SSLContext, key: str = "") -> Response:
    """Ask a host for nothing (GET /) through a tunnel of its own, with `key` as the tool's key if it is given.

    Raises ConnectionFailed, of which NoResponse is about the request, and TunnelRefused.
    """
    headers = [("Host", host), ("Accept-Encoding", "identity"), *([("Authorization", f"Bearer {key}")] if key else [])]
    timeout = dict.fromkeys(("read", "write"), ANSWER_SECONDS)
    end = monotonic() + ANSWER_SECONDS
    with tunnel(context, host, trust) as stream:
        http = HTTP11Connection(HttpOrigin(b"https", host.encode(), HTTPS_PORT), stream)
        status, body = 0, b""
        try:
            with http.stream("GET", f"https://{host}/", headers=headers, extensions={"timeout": timeout}) as response:
                status = response.status
                for part in response.iter_stream():
                    body += part
                    if len(body) >= _MAX_TEXT_BYTES or monotonic() > end:
                        break
        except (TimeoutException, NetworkError, ProtocolError) as error:
            # A body that does not end, or breaks off, has said enough.
            if isinstance(error, TimeoutException) and not status:
                raise ResponseTimeout from None
            if not status:
                raise NoResponse("it closed the connection without an answer") from None
        return Response(status, body[:_MAX_TEXT_BYTES].decode(errors="replace"))


def _exchange(stream: NetworkStream, lines: list[str]) -> tuple[int, bytes]:
    """Send the head of a request; return the status and the head of the answer. Raises NoResponse."""
    answer = b""
    end = monotonic() + OPERATION_SECONDS
    try:
        stream.write("\r\n".join([*lines, "", ""]).encode(), timeout=OPERATION_SECONDS)
        # No further than the head, which ends with four bytes: what follows may be the tunnel.
        while _HTTP.startswith(answer[: len(_HTTP)]) and not answer.endswith(b"\r\n\r\n") and len(answer) < _MAX_BYTES:
            at_most = 1 if answer.endswith((b"\r", b"\n")) else 4
            received = stream.read(at_most, timeout=max(end - monotonic(), 0.001))
            if not received:
                break
            answer += received
    except TimeoutException:
        raise ResponseTimeout from None
    except NetworkError as error:
        raise NoResponse(f"the connection broke off ({_words(error)})") from None
    status = _STATUS_LINE.match(answer)
    if not status:
        raise NoResponse("it did not answer in HTTP" if answer else "it closed the connection without an answer")
    return int(status[1]), answer


def _words(error: Exception) -> str:
    cause = error.__cause__
    if isinstance(cause, ssl.SSLError):
        return (cause.reason or "TLS").lower().replace("_", " ")
    return (cause.strerror if isinstance(cause, OSError) and cause.strerror else type(error).__name__).lower()
