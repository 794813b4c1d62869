"""A connection to the proxy, and TLS through it, on httpcore's network streams, which have TLS within TLS."""

import re
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

from httpcore import ConnectError, ConnectTimeout, NetworkError, NetworkStream, SyncBackend, TimeoutException

from tf_helper.doctor.context import OPERATION_SECONDS, Context
from tf_helper.tls.context import advice_on_distrust
from tf_helper.values.proxy_auth_url import PROXY_USER
from tf_helper.values.url import DEFAULT_PORTS

_PORT = DEFAULT_PORTS["https"]
_MAX_HEADER_BYTES = 16 * 1024
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([0-9]{3})\b")


class ConnectionFailed(Exception):  # noqa: N818 - the standard library's word
    """No connection: what happened, in a few words."""


class NotTrusted(ConnectionFailed):
    """The other side's TLS certificate is not trusted; `advice` is "" where its CA is not."""

    def __init__(self, error: ssl.SSLCertVerificationError) -> None:
        super().__init__(error.verify_message.rstrip("."))
        self.advice = advice_on_distrust(error)


class NotTls(ConnectionFailed):
    """The other side does not speak TLS."""


class NoProxyAnswer(ConnectionFailed):
    """What answered does not speak HTTP, or did not answer."""


@contextmanager
def connection(context: Context, trust: ssl.SSLContext | None = None) -> Iterator[NetworkStream]:
    """Connect to the proxy, with TLS if it is said what to trust. Raises ConnectionFailed."""
    origin = context.query.proxy_url.origin
    try:
        stream = SyncBackend().connect_tcp(origin.host, origin.port, timeout=OPERATION_SECONDS)
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
    with connection(
        context, context.tool_trust() if context.query.proxy_url.origin.scheme == "https" else None
    ) as stream:
        yield stream


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


def send_connect(stream: NetworkStream, host: str, token: str) -> int:
    """Ask for a tunnel to a host, with the token if there is one; return the answer's status.

    Raises NoProxyAnswer where there is no answer in HTTP.
    """
    target = f"[{host}]:{_PORT}" if ":" in host else f"{host}:{_PORT}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if token:
        lines.append(f"Proxy-Authorization: Basic {b64encode(f'{PROXY_USER}:{token}'.encode()).decode()}")
    answer = b""
    try:
        stream.write("\r\n".join([*lines, "", ""]).encode(), timeout=OPERATION_SECONDS)
        # To the end of the header and not further: what follows is the tunnel.
        while not answer.endswith(b"\r\n\r\n") and len(answer) < _MAX_HEADER_BYTES:
            received = stream.read(1, timeout=OPERATION_SECONDS)
            if not received:
                break
            answer += received
    except TimeoutException:
        if not answer:
            raise NoProxyAnswer("it accepted the connection and did not answer") from None
    except NetworkError as error:
        raise NoProxyAnswer(f"the connection broke off ({_words(error)})") from None
    status = _STATUS_LINE.match(answer)
    if not status:
        raise NoProxyAnswer("it did not answer in HTTP" if answer else "it closed the connection without an answer")
    return int(status[1])


def _words(error: Exception) -> str:
    cause = error.__cause__
    if isinstance(cause, ssl.SSLError):
        return (cause.reason or "TLS").lower().replace("_", " ")
    return (cause.strerror if isinstance(cause, OSError) and cause.strerror else type(error).__name__).lower()
