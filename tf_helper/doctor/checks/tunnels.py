"""TLS through the proxy: who signs for the hosts behind it, and whether the gateway answers."""

import ssl
from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus

from tf_helper.doctor.checks.responses import refusal
from tf_helper.doctor.checks.stricter import refused_by_stricter_tools
from tf_helper.doctor.context import Context
from tf_helper.doctor.finding import Finding, warning
from tf_helper.doctor.tunnel import ConnectionFailed, NoResponse, NotTrusted, TunnelRefused, send_head, tunnel
from tf_helper.doctor.verdicts import Condition, first_match, untrusted, verdict
from tf_helper.tls.context import ssl_context
from tf_helper.values.certificate_warnings import property_warnings

# What a status says about who answers a request without a key behind the proxy.
_WHO_ANSWERS: Sequence[tuple[str, Condition[int]]] = (
    ("gateway_asks_for_key", lambda status: status == HTTPStatus.BAD_REQUEST),
    ("gateway_not_licensed", lambda status: status == HTTPStatus.FORBIDDEN),
    ("gateway_off", lambda status: status == HTTPStatus.NOT_FOUND),
    ("gateway_load_balancer", lambda status: status >= HTTPStatus.INTERNAL_SERVER_ERROR),
    ("gateway_is_something_else", lambda _: True),
)


def _reports_failures(look: Callable[[Context], Finding]) -> Callable[[Context], Finding]:
    """Make a step of a function that lets failing connections through."""

    @wraps(look)
    def check(context: Context) -> Finding:
        host = context.known.intercepted[0] if context.known.intercepted else context.tunnelled_host
        try:
            return look(context)
        except TunnelRefused as refused:
            return verdict("provider_tunnel_refused", host=host, status=refused.response.status)
        except ConnectionFailed as error:
            return verdict("provider_tunnel_broken", host=host, reason=error)

    return check


@_reports_failures
def provider(context: Context) -> Finding:
    """Look whether a provider's host shows a certificate that the proxy's CA has signed."""
    host = context.known.intercepted[0]
    if not context.proxy_ca:
        return verdict("provider_ca_unknown")
    error = _handshake(context, host, ssl_context(context.proxy_ca, system=False))
    if error:
        return untrusted("provider_other_ca", "provider_untrusted", error, host=host)
    return verdict("provider_trusted", hosts=host)


@_reports_failures
def gateway(context: Context) -> Finding:
    """Ask the gateway behind the proxy for nothing: it refuses a request without a key, if it is reached."""
    host = context.known.intercepted[0]
    with tunnel(context, host, ssl_context(context.proxy_ca, system=False)) as stream:
        try:
            status = send_head(stream, host)
        except NoResponse as error:
            return verdict("gateway_not_reached", reason=error, access_url=context.query.access_url)
    return verdict(first_match(_WHO_ANSWERS, status), host=host, status=status)


@_reports_failures
def strict_client(context: Context) -> Finding:
    """Look whether tools that verify more strictly accept the chain that the proxy shows."""

    def handshake(trust: ssl.SSLContext) -> NotTrusted | None:
        return _handshake(context, context.known.intercepted[0], trust)

    warnings = refused_by_stricter_tools(
        lambda: ssl_context(context.added_trust), handshake, "the proxy's CA certificate"
    )
    properties = list(property_warnings(context.proxy_ca, context.query.extra_ca_certs_pem))
    if properties and not warnings:
        # What OpenSSL accepts, however strict it is.
        messages, hints, _ = zip(*properties, strict=True)
        return warning("\n".join(messages), "\n".join(hints))
    return warnings or verdict("strict_accepted")


@_reports_failures
def tunnelled(context: Context) -> Finding:
    """Look whether a host that is not intercepted is reached, and trusted by what a tool trusts."""
    host = context.tunnelled_host
    try:
        error = _handshake(context, host, context.tool_trust())
    except TunnelRefused as refused:
        return verdict("other_host_refused", host=host, reason=refusal(refused.response))
    except ConnectionFailed as failure:
        return verdict("other_host_not_reached", host=host, reason=failure)
    if error:
        return untrusted("other_host_unknown_ca", "other_host_untrusted", error, host=host)
    if context.proxy_ca and not _handshake(context, host, ssl_context(context.proxy_ca, system=False)):
        return verdict("other_host_intercepted", host=host)
    return verdict("other_host_trusted", host=host)


def _handshake(context: Context, host: str, trust: ssl.SSLContext) -> NotTrusted | None:
    """Speak TLS with a host through the proxy; return why its certificate is not trusted, or None.

    Raises ConnectionFailed and TunnelRefused.
    """
    try:
        with tunnel(context, host, trust):
            return None
    except NotTrusted as error:
        return error
