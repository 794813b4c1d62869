"""CONNECT: whether the proxy asks for the token where it intercepts, and takes it."""

import queue
import ssl
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from http import HTTPStatus
from time import monotonic
from typing import NamedTuple

from tf_helper.doctor.context import Context
from tf_helper.doctor.finding import Finding, failed, ok, skipped
from tf_helper.doctor.tunnel import (
    HTTPS_PORT,
    ConnectAnswer,
    ConnectionFailed,
    NoAnswer,
    Silence,
    connection,
    connection_as_configured,
    send_connect,
)
from tf_helper.errors import quoted
from tf_helper.values.proxy_url import PORT_HINT

# "Coder AI Bridge Proxy" at the time of writing; the product has been renamed to AI Gateway since.
_REALM = "Coder AI"

# What the proxy itself answers to CONNECT without credentials, where it does not intercept.
_OF_A_PROXY = {HTTPStatus.OK, HTTPStatus.FORBIDDEN, HTTPStatus.BAD_GATEWAY}

# The proxy closes connections to other ports without an answer.
_CLOSED_PORT = HTTPS_PORT + 1

# All hosts are asked at once: a proxy may take long to reach one that it does not intercept.
_ANSWERS_SECONDS = 3.5

NO_INTERCEPTED_HOST = "no AI provider's host is intercepted"
_THIS_PROXY = f"check that proxy_url is AI Bridge Proxy's; {PORT_HINT}"


def connect_without_token(context: Context) -> Finding:
    """Ask for tunnels to providers' hosts without credentials: AI Bridge Proxy is known by its challenge."""
    answers = _Answers.collect(context)
    challenged = tuple(host for host, answer in answers.heard.items() if _is_challenge(answer))
    if challenged:
        return _known_proxy(context, answers, challenged)
    return _other_challenge(context, answers.heard) or _speaks_tls(context, answers) or _no_challenge(context, answers)


def connect_with_token(context: Context) -> Finding:
    """Ask for a tunnel with the token, which the proxy does not check yet."""
    if not context.known.intercepted:
        return skipped(NO_INTERCEPTED_HOST)
    host = context.known.intercepted[0]
    try:
        with connection_as_configured(context) as stream:
            answer = send_connect(stream, host, token=context.token)
    except ConnectionFailed as error:
        return failed(f"CONNECT to {host} with the token: {error}", "look in the log of the deployment")
    if answer.opened:
        return ok(f"tunnel to {host} opened; each request checks the token")
    if answer.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return failed(
            "the token is refused (407), but AI Bridge Proxy takes any password: another proxy answers too",
            f"find the proxy in front of AI Bridge Proxy that wants credentials of its own; {PORT_HINT}",
        )
    return failed(
        f"CONNECT to {host} is answered with {answer.status}, though the proxy has asked for the token before",
        "something in front of the proxy answers in its place: look in the log of the load balancer and the deployment",
    )


class _Answers(NamedTuple):
    """What was answered for each host, and the reasons why others have no answer."""

    heard: Mapping[str, ConnectAnswer]
    failures: Mapping[str, ConnectionFailed]

    @property
    def statuses(self) -> set[int]:
        return {answer.status for answer in self.heard.values()}

    @classmethod
    def collect(cls, context: Context) -> "_Answers":
        outcomes: queue.SimpleQueue[tuple[str, ConnectAnswer | ConnectionFailed]] = queue.SimpleQueue()

        def ask(host: str) -> None:
            outcomes.put((host, _ask(context, host)))

        for host in context.provider_hosts:
            threading.Thread(target=ask, args=(host,), daemon=True).start()
        end = monotonic() + _ANSWERS_SECONDS
        found: dict[str, ConnectAnswer | ConnectionFailed] = {}
        with suppress(queue.Empty):
            while len(found) < len(context.provider_hosts):
                host, outcome = outcomes.get(timeout=max(end - monotonic(), 0))
                found[host] = outcome
        silence = Silence("it accepted the connection and did not answer")
        in_order = {host: found.get(host, silence) for host in context.provider_hosts}
        return cls(
            {host: answer for host, answer in in_order.items() if isinstance(answer, ConnectAnswer)},
            {host: error for host, error in in_order.items() if isinstance(error, ConnectionFailed)},
        )


def _ask(context: Context, host: str, port: int = HTTPS_PORT) -> ConnectAnswer | ConnectionFailed:
    try:
        with connection_as_configured(context) as stream:
            return send_connect(stream, host, port=port)
    except ConnectionFailed as error:
        return error


def _is_challenge(answer: ConnectAnswer) -> bool:
    return answer.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED and answer.realm.startswith(_REALM)


def _known_proxy(context: Context, answers: _Answers, challenged: tuple[str, ...]) -> Finding:
    known = {"intercepted": challenged}
    host = context.provider_host
    if host and host not in challenged:
        reason = _described(answers.heard[host]) if host in answers.heard else str(answers.failures[host])
        finding = failed(
            f"{host} is not intercepted: {reason}",
            f"enable its provider in the deployment, or name a host that is: --provider-host {challenged[0]}",
        )
        return finding._replace(known=known, stops=False)
    return ok(f"it asks for the token at {', '.join(challenged)}, as AI Bridge Proxy does")._replace(known=known)


def _described(answer: ConnectAnswer) -> str:
    descriptions: dict[int, str] = {
        HTTPStatus.FORBIDDEN: "the proxy refuses it, as it does private addresses (403)",
        HTTPStatus.BAD_GATEWAY: "the proxy tries to tunnel to it and cannot reach it (502)",
    }
    if answer.opened:
        return f"the proxy tunnels to it without asking for the token ({answer.status})"
    return descriptions.get(answer.status, f"the proxy answers with {answer.status}")


def _other_challenge(context: Context, heard: Mapping[str, ConnectAnswer]) -> Finding | None:
    for answer in heard.values():
        if answer.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            realm = f" for {quoted(context.without_token(answer.realm))}" if answer.realm else ""
            return failed(f"it asks for credentials{realm} (407), as another proxy does", _THIS_PROXY)
    return None


def _no_challenge(context: Context, answers: _Answers) -> Finding:
    statuses = answers.statuses
    if not statuses:
        return failed(str(next(iter(answers.failures.values()))), f"check what listens there; {PORT_HINT}")
    shown = ", ".join(map(str, sorted(statuses)))
    if statuses.isdisjoint(_OF_A_PROXY) and max(statuses) < HTTPStatus.INTERNAL_SERVER_ERROR:
        return failed(
            f"it answers CONNECT with {shown}: a web server, not a proxy",
            f"proxy_url must be the proxy's own listener, not the deployment; {PORT_HINT}",
        )
    if statuses <= _OF_A_PROXY and _closes_other_ports(context):
        return _intercepts_nothing(context.provider_hosts, shown)
    if any(answer.opened for answer in answers.heard.values()):
        return failed(
            f"it tunnels to anyone ({shown}): another, open proxy",
            f"{_THIS_PROXY}; AI Bridge Proxy asks for the token at the hosts that it intercepts, and closes CONNECT to "
            "other ports than 80 and 443 without an answer",
        )
    if HTTPStatus.FORBIDDEN in statuses:
        return failed(
            f"it forbids CONNECT ({shown}), before it asks for a token: another proxy, or a firewall", _THIS_PROXY
        )
    return failed(
        f"it answers CONNECT with {shown}",
        f"something in front of the proxy, such as a load balancer, does not reach it: look in its log; {PORT_HINT}",
    )


def _closes_other_ports(context: Context) -> bool:
    answer = _ask(context, context.provider_hosts[0], _CLOSED_PORT)
    return isinstance(answer, NoAnswer) and not isinstance(answer, Silence)


def _intercepts_nothing(hosts: Iterable[str], shown: str) -> Finding:
    finding = failed(
        f"it intercepts none of the hosts that were tried ({shown}): {', '.join(hosts)}",
        "enable an AI provider in the deployment, or name the host of an enabled one: --provider-host HOST; if one of "
        f"these is enabled, this is another, open proxy: {_THIS_PROXY}",
    )
    return finding._replace(stops=False)


def _speaks_tls(context: Context, answers: _Answers) -> Finding | None:
    """Return that an `http` proxy speaks TLS, or None. To plain HTTP such a listener says 400, or hangs up."""
    silent = all(isinstance(failure, Silence) for failure in answers.failures.values()) and not answers.heard
    if context.query.proxy_url.origin.scheme == "https" or silent or answers.statuses - {HTTPStatus.BAD_REQUEST}:
        return None
    anyone = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anyone.check_hostname = False
    anyone.verify_mode = ssl.CERT_NONE  # nothing is sent: it only matters whether there is an answer
    try:
        with connection(context, anyone):
            return failed("the listener speaks TLS, not plain HTTP", "write https:// in proxy_url")
    except ConnectionFailed:
        return None
