"""TLS through the proxy: who signs for the hosts behind it."""

import ssl
from collections.abc import Callable
from functools import wraps

from tf_helper.doctor.checks.connect import tunnel_refusal
from tf_helper.doctor.context import Context
from tf_helper.doctor.finding import Finding, failed, ok, skipped, warning
from tf_helper.doctor.tunnel import ConnectionFailed, NotTrusted, connection_as_configured, send_connect, start_tls
from tf_helper.tls.context import ssl_context


class _Refused(Exception):  # noqa: N818
    """The proxy opened no tunnel."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.seen)
        self.finding = finding


def _reports_failures(look: Callable[[Context], Finding]) -> Callable[[Context], Finding]:
    """Make a step of a function that lets failing connections through."""

    @wraps(look)
    def check(context: Context) -> Finding:
        try:
            return look(context)
        except _Refused as refused:
            return refused.finding
        except ConnectionFailed as error:
            return failed(
                f"in the tunnel, {error}", "check the network behind the proxy, and look in the log of the deployment"
            )

    return check


@_reports_failures
def provider(context: Context) -> Finding:
    """Look whether a provider's host shows a certificate that the proxy's CA has signed."""
    host = context.provider_host
    if not context.proxy_ca:
        return skipped("the proxy's CA certificate is not known, so nothing can be compared with it")
    untrusted = _handshake(context, host, ssl_context(context.proxy_ca, system=False))
    if not untrusted:
        return ok(f"{host} is intercepted: the proxy's CA has signed its certificate")
    if untrusted.advice:
        return failed(f"{host} is intercepted, but its certificate is not trusted: {untrusted}", untrusted.advice)
    if not _handshake(context, host, ssl_context()):
        return failed(
            f"{host} is not intercepted: it shows its own certificate",
            "enable the provider in the deployment, or name the host of one that is (--provider-host)",
        )
    return failed(
        f"{host} shows a certificate of an unknown CA: {untrusted}",
        "the proxy signs with another CA certificate than the one it hands out, or something else intercepts as well",
    )


@_reports_failures
def strict_client(context: Context) -> Finding:
    """Look whether a client that verifies strictly accepts the chain, as Python 3.13 and newer do."""
    trust = ssl_context(context.proxy_ca, system=False)
    trust.verify_flags |= ssl.VERIFY_X509_STRICT
    refused = _handshake(context, context.provider_host, trust)
    if not refused:
        return ok("they accept the CA certificate")
    return warning(
        f"they refuse the CA certificate: {refused}",
        "give the proxy a CA certificate with keyUsage (keyCertSign), subject and authority key identifiers; "
        "Python 3.13 and newer verify so (VERIFY_X509_STRICT)",
    )


@_reports_failures
def tunnelled(context: Context) -> Finding:
    """Look whether a host that is not intercepted is reached, and trusted by what a tool trusts."""
    host = context.tunnelled_host
    untrusted = _handshake(context, host, context.tool_trust())
    if untrusted:
        return failed(
            f"the certificate of {host} is not trusted: {untrusted}",
            untrusted.advice
            or "the system's roots are missing in the bundle, or something between the proxy and the host intercepts: "
            "then its CA belongs in extra_ca_certs_pem",
        )
    if context.proxy_ca and not _handshake(context, host, ssl_context(context.proxy_ca, system=False)):
        return warning(f"{host} is intercepted, not tunnelled", "name a host that is not (--tunnelled-host)")
    return ok(f"{host} is tunnelled, and its own certificate is trusted")


def _handshake(context: Context, host: str, trust: ssl.SSLContext) -> NotTrusted | None:
    """Speak TLS with a host through the proxy; return why its certificate is not trusted, or None.

    Raises ConnectionFailed, and _Refused where the proxy opens no tunnel.
    """
    with connection_as_configured(context) as stream:
        refusal = tunnel_refusal(send_connect(stream, host, context.token), host)
        if refusal:
            raise _Refused(refusal)
        try:
            start_tls(stream, host, trust).close()
        except NotTrusted as error:
            return error
    return None
