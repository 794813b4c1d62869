"""What a proxy answers to CONNECT without credentials for the hosts of AI providers."""

import ssl
from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus

from tf_helper.doctor.checks.hosts import ask_all
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
    speaks_first,
)
from tf_helper.tls.bare_context import bare_context

# "Coder AI Gateway Proxy"; before 2.36 or so, "Coder AI Bridge Proxy".
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
        answered = ask_all(
            context.hosts_to_ask,
            lambda host: _ask(context, host),
            seconds=_ALL_SECONDS,
            is_decisive=_is_challenge,
            more_seconds=_MORE_CHALLENGES_SECONDS,
        )
        by_host = {host: answered.get(host, ResponseTimeout()) for host in context.hosts_to_ask}
        self.responses = {host: found for host, found in by_host.items() if isinstance(found, ConnectResponse)}
        self.failures = {host: found for host, found in by_host.items() if isinstance(found, ConnectionFailed)}
        self.statuses = {response.status for response in self.responses.values()}
        self.challenged = tuple(host for host, response in self.responses.items() if _is_challenge(response))
        self.others = tuple(host for host in self.responses if host not in self.challenged)

    @property
    def timed_out(self) -> bool:
        """Whether the proxy kept all connections open without a response."""
        return not self.responses and all(isinstance(found, ResponseTimeout) for found in self.failures.values())

    @property
    def opened(self) -> bool:
        """Whether there was a tunnel to any of the hosts."""
        return any(response.opened for response in self.responses.values())

    @property
    def is_web_server(self) -> bool:
        """Whether a page came with the acceptance of any CONNECT: the deployment does that, for example."""
        return any(response.opened and response.has_content for response in self.responses.values())

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


def _ask(context: Context, host: str, port: int = HTTPS_PORT) -> ConnectResponse | ConnectionFailed:
    try:
        with connection_as_configured(context) as stream:
            response = send_connect(stream, host, port=port)
            # A page may come without a header that tells of it.
            return response._replace(has_content=response.has_content or (response.opened and speaks_first(stream)))
    except ConnectionFailed as error:
        return error


def _is_challenge(response: ConnectResponse | ConnectionFailed) -> bool:
    if isinstance(response, ConnectionFailed):
        return False
    return response.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED and response.realm.startswith(_REALM)
