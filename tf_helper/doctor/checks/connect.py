"""CONNECT: whether the proxy asks for the token where it intercepts, and takes it."""

import ssl
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from tf_helper.doctor.checks.answers import Answers, closes_other_ports
from tf_helper.doctor.context import Context, Known
from tf_helper.doctor.finding import Finding, failed, ok, skipped
from tf_helper.doctor.tunnel import (
    ConnectAnswer,
    ConnectionFailed,
    connection,
    connection_as_configured,
    send_connect,
)
from tf_helper.errors import quoted
from tf_helper.tls.bare_context import bare_context
from tf_helper.values.proxy_url import PORT_HINT

# What the proxy itself answers to CONNECT without credentials, where it does not intercept.
_OF_A_PROXY = {HTTPStatus.OK, HTTPStatus.FORBIDDEN, HTTPStatus.BAD_GATEWAY}

NO_INTERCEPTED_HOST = "no AI provider's host is intercepted"
_THIS_PROXY = f"check that proxy_url is AI Bridge Proxy's; {PORT_HINT}"


def connect_without_token(context: Context) -> Finding:
    """Ask for tunnels to providers' hosts without credentials: AI Bridge Proxy is known by its challenge."""
    answers = Answers.collect(context)
    if answers.challenged:
        return _known_proxy(context, answers)
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
            "the token is refused (407), but AI Bridge Proxy takes any password: another proxy answers, too",
            f"find the proxy in front of AI Bridge Proxy that asks for its own credentials; {PORT_HINT}",
        )
    return failed(
        f"CONNECT to {host} is answered with {answer.status}, although the proxy asked for the token before",
        "something in front of the proxy answers instead: check the logs of the load balancer and the deployment",
    )


def _known_proxy(context: Context, answers: Answers) -> Finding:
    challenged, host = answers.challenged, context.provider_host
    known = Known(intercepted=challenged)
    if host and host not in challenged:
        reason = _described(answers.heard[host]) if host in answers.heard else str(answers.failures[host])
        finding = failed(
            f"{host} is not intercepted: {reason}",
            f"enable its provider in the deployment, or name a host that is: --provider-host {challenged[0]}",
        )
        return finding._replace(known=known, blocks_later_steps=False)
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


def _no_challenge(context: Context, answers: Answers) -> Finding:
    statuses = answers.statuses
    shown = ", ".join(map(str, sorted(statuses))) or "no answer"
    if (answers.silent or (statuses and statuses <= _OF_A_PROXY)) and closes_other_ports(context):
        return _intercepts_nothing(context.provider_hosts, shown)
    if not statuses:
        return failed(str(next(iter(answers.failures.values()))), f"check what listens there; {PORT_HINT}")
    if any(answer.opened for answer in answers.heard.values()):
        return failed(
            f"it tunnels for anyone ({shown}): another, open proxy",
            f"{_THIS_PROXY}; AI Bridge Proxy asks for the token at the hosts that it intercepts, and closes CONNECT to "
            "ports other than 80 and 443 without an answer",
        )
    if HTTPStatus.FORBIDDEN in statuses:
        return failed(
            f"it forbids CONNECT ({shown}), before it asks for a token: another proxy, or a firewall", _THIS_PROXY
        )
    if max(statuses) >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return failed(
            f"it answers CONNECT with {shown}",
            f"something in front of the proxy, a load balancer perhaps, does not reach it: see its log; {PORT_HINT}",
        )
    return failed(
        f"it answers CONNECT with {shown}: a web server, not a proxy",
        f"proxy_url must be the proxy's own listener, not the deployment; {PORT_HINT}",
    )


def _intercepts_nothing(hosts: Iterable[str], shown: str) -> Finding:
    finding = failed(
        f"it intercepts none of the hosts that were tried ({shown}): {', '.join(hosts)}",
        "enable an AI provider in the deployment, or name the host of an enabled one: --provider-host HOST; if one of "
        f"these is enabled, this is another, open proxy: {_THIS_PROXY}",
    )
    return finding._replace(blocks_later_steps=False)


def _speaks_tls(context: Context, answers: Answers) -> Finding | None:
    """Return that an `http` proxy speaks TLS, or None. To plain HTTP such a listener says 400, or hangs up."""
    if (
        context.query.proxy_url.origin.scheme == "https"
        or answers.silent
        or answers.statuses - {HTTPStatus.BAD_REQUEST}
    ):
        return None
    anyone = bare_context()
    anyone.check_hostname = False
    anyone.verify_mode = ssl.CERT_NONE  # nothing is sent: it only matters whether there is an answer
    try:
        with connection(context, anyone):
            return failed("the listener speaks TLS, not plain HTTP", "write https:// in proxy_url")
    except ConnectionFailed:
        return None
