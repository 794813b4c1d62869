"""What a proxy answers to CONNECT without credentials for the hosts of AI providers."""

import queue
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from http import HTTPStatus
from time import monotonic

from tf_helper.doctor.context import Context
from tf_helper.doctor.tunnel import (
    HTTPS_PORT,
    ConnectionFailed,
    ConnectResponse,
    NoResponse,
    ResponseTimeout,
    connection,
    connection_as_configured,
    send_connect,
)
from tf_helper.tls.bare_context import bare_context

# "Coder AI Bridge Proxy" at the time of writing; the product has been renamed to AI Gateway since.
_REALM = "Coder AI"

# The proxy closes connections to other ports without an answer.
_CLOSED_PORT = HTTPS_PORT + 1

# All hosts are asked at once: a proxy may take long to reach one that it does not intercept. A challenge is immediate.
_ALL_SECONDS = 3.5
_MORE_CHALLENGES_SECONDS = 1

_REASONS: Mapping[int, str] = {
    HTTPStatus.FORBIDDEN: "the proxy refuses it, as it does private addresses (403)",
    HTTPStatus.BAD_GATEWAY: "the proxy cannot resolve or reach it (502)",
}


class ConnectResponses:
    """The response for each of the context's hosts, and why others have none; more is asked when it is needed."""

    def __init__(self, context: Context) -> None:
        self.context = context
        by_host = _ask_all(context)
        self.responses = {host: found for host, found in by_host.items() if isinstance(found, ConnectResponse)}
        self.failures = {host: found for host, found in by_host.items() if isinstance(found, ConnectionFailed)}
        self.statuses = {response.status for response in self.responses.values()}
        self.challenged = tuple(host for host, response in self.responses.items() if _is_challenge(response))

    @property
    def timed_out(self) -> bool:
        """Whether the proxy kept all connections open without a response."""
        return not self.responses and all(isinstance(found, ResponseTimeout) for found in self.failures.values())

    @property
    def opened(self) -> bool:
        """Whether there was a tunnel to any of the hosts."""
        return any(response.opened for response in self.responses.values())

    @cached_property
    def closes_other_ports(self) -> bool:
        """Whether the proxy closes the connection without a response when it is asked for another port."""
        response = _ask(self.context, self.context.provider_hosts[0], _CLOSED_PORT)
        return isinstance(response, NoResponse) and not isinstance(response, ResponseTimeout)

    @cached_property
    def speaks_tls(self) -> bool:
        """Whether a proxy whose URL is http does TLS. To plain HTTP such a listener says 400, or hangs up."""
        if (
            self.context.query.proxy_url.origin.scheme == "https"
            or self.timed_out
            or self.statuses - {HTTPStatus.BAD_REQUEST}
        ):
            return False
        anyone = bare_context()
        anyone.check_hostname = False
        anyone.verify_mode = ssl.CERT_NONE  # nothing is sent: it only matters whether there is an answer
        try:
            with connection(self.context, anyone):
                return True
        except ConnectionFailed:
            return False

    def reason(self, host: str) -> str:
        """Return why a host is not intercepted."""
        return refusal(self.responses[host]) if host in self.responses else str(self.failures[host])


def refusal(response: ConnectResponse) -> str:
    """Return what a response without a challenge says about a host, in words."""
    if response.opened:
        return f"the proxy tunnels to it without asking for the token ({response.status})"
    return _REASONS.get(response.status, f"the proxy answers CONNECT with {response.status}")


def _ask_all(context: Context) -> Mapping[str, ConnectResponse | ConnectionFailed]:
    outcomes: queue.SimpleQueue[tuple[str, ConnectResponse | ConnectionFailed]] = queue.SimpleQueue()

    def ask(host: str) -> None:
        outcomes.put((host, _ask(context, host)))

    for host in context.provider_hosts:
        threading.Thread(target=ask, args=(host,), daemon=True).start()
    end = monotonic() + _ALL_SECONDS
    found: dict[str, ConnectResponse | ConnectionFailed] = {}
    with suppress(queue.Empty):
        while len(found) < len(context.provider_hosts):
            host, outcome = outcomes.get(timeout=max(end - monotonic(), 0))
            found[host] = outcome
            if isinstance(outcome, ConnectResponse) and _is_challenge(outcome):
                end = min(end, monotonic() + _MORE_CHALLENGES_SECONDS)
    return {host: found.get(host, ResponseTimeout()) for host in context.provider_hosts}


def _ask(context: Context, host: str, port: int = HTTPS_PORT) -> ConnectResponse | ConnectionFailed:
    try:
        with connection_as_configured(context) as stream:
            return send_connect(stream, host, port=port)
    except ConnectionFailed as error:
        return error


def _is_challenge(response: ConnectResponse) -> bool:
    return response.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED and response.realm.startswith(_REALM)
