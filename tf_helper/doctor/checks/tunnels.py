"""TLS through the proxy: who signs for the hosts behind it, and whether the gateway answers."""

import ssl
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus

from tf_helper.coder.models import ApiError
from tf_helper.doctor.checks.hosts import HOSTS, SECONDS, examine_hosts
from tf_helper.doctor.checks.responses import refusal
from tf_helper.doctor.checks.stricter import refused_by_stricter_tools
from tf_helper.doctor.checks.words import own_words
from tf_helper.doctor.context import Context, Known
from tf_helper.doctor.finding import Finding, skipped
from tf_helper.doctor.tunnel import (
    ConnectionFailed,
    NoResponse,
    NotTrusted,
    Response,
    ResponseTimeout,
    TunnelRefused,
    get,
    why_not_trusted,
)
from tf_helper.doctor.verdicts import Condition, first_match, untrusted, verdict
from tf_helper.tls.context import ssl_context
from tf_helper.values.certificate_warnings import property_warnings
from tf_helper.values.provider_hosts import provider_hosts

# Two requests, each as slow as it may be.
GATEWAY_SECONDS = 12


def _status(status: int, *parts: str) -> Condition[Response]:
    """Return a condition: this status and, if `parts` are given, any of them in the text of the answer, in any case."""
    return lambda response: (
        response.status == status and (not parts or any(part in response.text.lower() for part in parts))
    )


# What a request without a key tells about who answers behind the proxy. A 400 alone could be anybody's: a TLS port's to
# plain HTTP, or a load balancer's.
_REFUSALS: Sequence[tuple[str, Condition[Response]]] = (
    ("gateway_not_licensed", _status(HTTPStatus.FORBIDDEN, "premium", "licen")),
    ("gateway_own_keys_off", _status(HTTPStatus.FORBIDDEN, "bring your own key", "byok")),
    ("gateway_off", _status(HTTPStatus.NOT_FOUND)),
    ("gateway_rate_limited", _status(HTTPStatus.TOO_MANY_REQUESTS)),
    ("gateway_at_capacity", _status(HTTPStatus.SERVICE_UNAVAILABLE, "capacity")),
    ("gateway_without_coderd", _status(HTTPStatus.SERVICE_UNAVAILABLE, "coderd")),
    ("gateway_provider_disabled", _status(HTTPStatus.SERVICE_UNAVAILABLE, "provider_disabled")),
)
_WITHOUT_KEY: Sequence[tuple[str, Condition[Response]]] = (
    ("gateway_asks_for_key", _status(HTTPStatus.BAD_REQUEST, "no authentication key provided")),
    *_REFUSALS,
    ("gateway_load_balancer", lambda response: response.status >= HTTPStatus.INTERNAL_SERVER_ERROR),
    ("gateway_is_something_else", lambda _: True),
)
# The same request with the user's key. No provider is asked for "/", so nothing is paid for.
_WITH_KEY: Sequence[tuple[str, Condition[Response]]] = (
    ("gateway_serves", _status(HTTPStatus.NOT_FOUND, "route not supported")),
    ("gateway_token_refused", _status(HTTPStatus.FORBIDDEN, "unauthorized")),
    ("gateway_budget_exceeded", _status(HTTPStatus.FORBIDDEN, "budget")),
    *_REFUSALS,
    ("gateway_load_balancer", lambda response: response.status >= HTTPStatus.INTERNAL_SERVER_ERROR),
    ("gateway_request_refused", lambda response: response.status >= HTTPStatus.BAD_REQUEST),
    ("gateway_is_something_else", lambda _: True),
)


def _examine(
    context: Context, hosts: Iterable[str], check: Callable[[Context, str], Finding], seconds: float = SECONDS
) -> tuple[Finding, tuple[str, ...]]:
    """Return what a function finds that looks at one host, and lets failing connections through; and the good ones."""

    def look(host: str) -> Finding:
        try:
            return check(context, host)
        except TunnelRefused as refused:
            return verdict("provider_tunnel_refused", hosts=HOSTS, status=refused.response.status)
        except ConnectionFailed as error:
            return verdict("provider_tunnel_broken", hosts=HOSTS, reason=error)

    no_answer = verdict("provider_tunnel_broken", hosts=HOSTS, reason=ResponseTimeout())
    return examine_hosts(hosts, look, no_answer, seconds)


def provider(context: Context) -> Finding:
    """Look whether each provider's host shows a certificate that the proxy's CA has signed."""
    finding, trusted = _examine(context, context.known.intercepted, _provider)
    return finding._replace(known=Known(trusted=trusted), blocks_later_steps=not trusted)


def _provider(context: Context, host: str) -> Finding:
    if not context.proxy_ca:
        return verdict("provider_ca_unknown")
    error = why_not_trusted(context, host, ssl_context(context.proxy_ca, system=False))
    if error:
        return untrusted("provider_other_ca", "provider_untrusted", error, hosts=HOSTS)
    return verdict("provider_trusted", hosts=HOSTS)


def gateway(context: Context) -> Finding:
    """Ask the gateway behind the proxy as the user would: first without a key, then with the token as the key.

    Only the proxy's own CA vouches for the host, and the second request follows the gateway's own refusal of the first,
    on a connection of its own: so no provider sees the token.
    """
    if context.known.token_refused:
        return skipped("the deployment has refused the token")
    finding, _ = _examine(context, context.known.trusted, _gateway, GATEWAY_SECONDS - 0.5)
    return finding


def _gateway(context: Context, host: str) -> Finding:
    trust = ssl_context(context.proxy_ca, system=False)
    try:
        response = get(context, host, trust)
        name = first_match(_WITHOUT_KEY, response)
        if name == "gateway_asks_for_key":
            response = get(context, host, trust, key=context.token)
            name = first_match(_WITH_KEY, response)
    except NoResponse as error:
        return verdict("gateway_not_reached", hosts=HOSTS, reason=error, access_url=context.query.access_url)
    if name == "gateway_not_licensed" and context.known.access_denied:
        return skipped("the deployment has denied access, as the gateway does")
    broken = provider_hosts().get(host)
    if name == "gateway_serves" and broken:
        return verdict("gateway_serves_other_paths", hosts=HOSTS, broken=broken)
    return verdict(name, hosts=HOSTS, status=response.status, words=own_words(context, _message(response.text)))


def _message(text: str) -> str:
    """Return the message in coderd's JSON, or the text itself."""
    try:
        return ApiError.model_validate_json(text).message
    except ValueError:
        return text


def strict_client(context: Context) -> Finding:
    """Look whether tools that verify more strictly accept the chain that the proxy shows."""
    finding, _ = _examine(context, context.known.trusted, _strict_client)
    return finding


def _strict_client(context: Context, host: str) -> Finding:
    def handshake(trust: ssl.SSLContext) -> NotTrusted | None:
        return why_not_trusted(context, host, trust)

    trust, known = context.added_trust, property_warnings(context.proxy_ca, context.added_trust)
    warnings = refused_by_stricter_tools(lambda: ssl_context(trust), handshake, "the proxy's CA certificate", known)
    return warnings or verdict("strict_accepted")


def tunnelled(context: Context) -> Finding:
    """Look whether a host that is not intercepted is reached, and trusted by what a tool trusts."""
    host = context.tunnelled_host
    try:
        return _trust_in_tunnelled(context, host)
    except TunnelRefused as refused:
        return verdict("other_host_refused", host=host, reason=refusal(refused.response))
    except ConnectionFailed as failure:
        return verdict("other_host_not_reached", host=host, reason=failure)


def _trust_in_tunnelled(context: Context, host: str) -> Finding:
    def handshake(trust: ssl.SSLContext) -> NotTrusted | None:
        return why_not_trusted(context, host, trust)

    error = handshake(context.tool_trust())
    if error:
        return untrusted("other_host_unknown_ca", "other_host_untrusted", error, host=host)
    if context.proxy_ca and not handshake(ssl_context(context.proxy_ca, system=False)):
        return verdict("other_host_intercepted", host=host)
    warnings = refused_by_stricter_tools(context.tool_trust, handshake, f"the certificate of {host}")
    return warnings or verdict("other_host_trusted", host=host)
