"""TLS through the proxy: who signs for the hosts behind it, and whether the gateway answers."""

import ssl
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from tf_helper.doctor.checks.stricter import refused_by_stricter_tools
from tf_helper.doctor.context import Context
from tf_helper.doctor.finding import Finding, failed, ok, skipped, warning
from tf_helper.doctor.tunnel import ConnectionFailed, NoAnswer, NotTrusted, TunnelRefused, send_head, tunnel
from tf_helper.tls.context import ssl_context

_OTHER_HOST = "name a host that the proxy can reach: --tunnelled-host HOST"
_PROXY_LOG = "check the network behind the proxy, and look in the log of the deployment"


def _reports_failures(look: Callable[[Context], Finding]) -> Callable[[Context], Finding]:
    """Make a step of a function that lets failing connections through."""

    @wraps(look)
    def check(context: Context) -> Finding:
        try:
            return look(context)
        except TunnelRefused as refused:
            return failed(f"CONNECT is answered with {refused.answer.status} now", "look in the log of the deployment")
        except ConnectionFailed as error:
            return failed(f"in the tunnel, {error}", _PROXY_LOG)

    return check


@_reports_failures
def provider(context: Context) -> Finding:
    """Look whether a provider's host shows a certificate that the proxy's CA has signed."""
    host = context.known.intercepted[0]
    if not context.proxy_ca:
        return skipped("the proxy's CA certificate is not known", "give --access-url or --ca-cert-pem")
    untrusted = _handshake(context, host, ssl_context(context.proxy_ca, system=False))
    if not untrusted:
        return ok(f"{host} is intercepted, and signed by the proxy's CA")
    if not untrusted.unknown_issuer:
        return failed(
            f"the certificate that the proxy shows for {host} is refused: {untrusted}", untrusted.problem.hint
        )
    source = "the deployment serves" if context.known.served_ca else "is known here"
    return failed(
        f"the certificate that the proxy shows for {host} is {untrusted}",
        f"the proxy signs with another CA certificate than {source}, perhaps one of the same name: restart the "
        "deployment if its CA was replaced, and then the workspace; otherwise something on the way intercepts as well",
    )


@_reports_failures
def gateway(context: Context) -> Finding:
    """Ask the gateway behind the proxy for nothing: it refuses a request without a key, if it is reached."""
    host = context.known.intercepted[0]
    with tunnel(context, host, ssl_context(context.proxy_ca, system=False)) as stream:
        try:
            status = send_head(stream, host)
        except NoAnswer as error:
            return failed(f"the proxy does not reach the gateway behind it: {error}", _behind_the_proxy(context))
    return _answer_of_gateway(status)


def _behind_the_proxy(context: Context) -> str:
    advice = (
        "on the proxy's host, check that the access URL (or CODER_AI_GATEWAY_PROXY_TARGET) can be reached and its TLS "
        "certificate is trusted: a company's CA belongs in the trust store of that machine"
    )
    if not context.query.access_url:
        return advice
    return f"{advice}\n$ curl -I {context.query.access_url}/api/v2/buildinfo"


def _answer_of_gateway(status: int) -> Finding:
    if status == HTTPStatus.BAD_REQUEST:
        return ok("requests reach the gateway, which asks for a key (400)")
    if status == HTTPStatus.FORBIDDEN:
        return failed(
            "the gateway refuses all requests (403): it is not licensed",
            "check the deployment's license for AI Gateway",
        )
    if status == HTTPStatus.NOT_FOUND:
        return failed(
            "the gateway behind the proxy is not enabled (404)",
            "set CODER_AI_GATEWAY_ENABLED=true (older: CODER_AIBRIDGE_ENABLED) on the deployment, and check "
            "CODER_AI_GATEWAY_PROXY_TARGET, if it is set",
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return failed(
            f"the gateway behind the proxy answers with {status}",
            "something between the proxy and the deployment, such as a load balancer, fails: look in its log",
        )
    return failed(
        f"what answers behind the proxy is not the gateway ({status})",
        "this may be a login page or a redirect in front of the deployment: let /api/v2/aibridge through, and check "
        "the access URL and CODER_AI_GATEWAY_PROXY_TARGET on the deployment",
    )


@_reports_failures
def strict_client(context: Context) -> Finding:
    """Look whether tools that verify more strictly accept the chain that the proxy shows."""

    def handshake(trust: ssl.SSLContext) -> NotTrusted | None:
        return _handshake(context, context.known.intercepted[0], trust)

    warnings = refused_by_stricter_tools(
        lambda: ssl_context(context.added_trust), handshake, "the proxy's CA certificate"
    )
    return warnings or ok("they accept the CA certificate")


@_reports_failures
def tunnelled(context: Context) -> Finding:
    """Look whether a host that is not intercepted is reached, and trusted by what a tool trusts."""
    host = context.tunnelled_host
    try:
        untrusted = _handshake(context, host, context.tool_trust())
    except TunnelRefused as refused:
        return _not_tunnelled(host, refused.answer.status)
    except ConnectionFailed as error:
        return warning(f"{host} is not reached: {error}", _OTHER_HOST)
    if untrusted:
        remedy = untrusted.problem.hint
        if untrusted.unknown_issuer:
            remedy = (
                "if the system's roots are missing in the bundle, restart the workspace; if something behind the proxy "
                "intercepts, add its CA to extra_ca_certs_pem"
            )
        return failed(f"the certificate of {host} is not trusted: {untrusted}", remedy)
    if context.proxy_ca and not _handshake(context, host, ssl_context(context.proxy_ca, system=False)):
        return warning(f"{host} is intercepted, not tunnelled", "name a host that is not: --tunnelled-host HOST")
    return ok(f"{host} is tunnelled, and its own certificate is trusted")


def _not_tunnelled(host: str, status: int) -> Finding:
    reasons: dict[int, str] = {
        HTTPStatus.FORBIDDEN: "the proxy refuses it, as it does private addresses (403)",
        HTTPStatus.BAD_GATEWAY: "the proxy cannot resolve or reach it (502)",
    }
    reason = reasons.get(status, f"the proxy answers CONNECT with {status}")
    return warning(
        f"{host} is not reached: {reason}",
        f"{_OTHER_HOST}; add hosts that only this network reaches to no_proxy",
    )


def _handshake(context: Context, host: str, trust: ssl.SSLContext) -> NotTrusted | None:
    """Speak TLS with a host through the proxy; return why its certificate is not trusted, or None.

    Raises ConnectionFailed and TunnelRefused.
    """
    try:
        with tunnel(context, host, trust):
            return None
    except NotTrusted as error:
        return error
