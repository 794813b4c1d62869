"""TLS through the proxy: who signs for the hosts behind it."""

import ssl
from collections.abc import Callable
from functools import wraps

from tf_helper.doctor.case import Case
from tf_helper.doctor.proxy_steps import tunnel_refusal
from tf_helper.doctor.step import Finding, failed, ok, skipped, warning
from tf_helper.doctor.tunnel import ConnectionFailed, NotTrusted, connection_as_configured, send_connect, start_tls
from tf_helper.trust import trust


class _Refused(Exception):  # noqa: N818
    """The proxy opened no tunnel."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.seen)
        self.finding = finding


def _reports_failures(look: Callable[[Case], Finding]) -> Callable[[Case], Finding]:
    """Make a step of a function that lets failing connections through."""

    @wraps(look)
    def check(case: Case) -> Finding:
        try:
            return look(case)
        except _Refused as refused:
            return refused.finding
        except ConnectionFailed as error:
            return failed(
                f"in the tunnel, {error}", "check the network behind the proxy, and look in the log of the deployment"
            )

    return check


@_reports_failures
def provider(case: Case) -> Finding:
    """Look whether a provider's host shows a certificate that the proxy's CA has signed."""
    host = case.provider_host
    if not case.proxy_ca:
        return skipped("the proxy's CA certificate is not known, so nothing can be compared with it")
    untrusted = _handshake(case, host, trust(case.proxy_ca, system=False))
    if not untrusted:
        return ok(f"{host} is intercepted: the proxy's CA has signed its certificate")
    if untrusted.advice:
        return failed(f"{host} is intercepted, but its certificate is not trusted: {untrusted}", untrusted.advice)
    if not _handshake(case, host, trust()):
        return failed(
            f"{host} is not intercepted: it shows its own certificate",
            "enable the provider in the deployment, or name the host of one that is (--provider-host)",
        )
    return failed(
        f"{host} shows a certificate of an unknown CA: {untrusted}",
        "the proxy signs with another CA certificate than the one it hands out, or something else intercepts as well",
    )


@_reports_failures
def strict_client(case: Case) -> Finding:
    """Look whether a client that verifies strictly accepts the chain, as Python 3.13 and newer do."""
    context = trust(case.proxy_ca, system=False)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    refused = _handshake(case, case.provider_host, context)
    if not refused:
        return ok("they accept the CA certificate")
    return warning(
        f"they refuse the CA certificate: {refused}",
        "give the proxy a CA certificate with keyUsage (keyCertSign), subject and authority key identifiers; "
        "Python 3.13 and newer verify so (VERIFY_X509_STRICT)",
    )


@_reports_failures
def tunnelled(case: Case) -> Finding:
    """Look whether a host that is not intercepted is reached, and trusted by what a tool trusts."""
    host = case.tunnelled_host
    untrusted = _handshake(case, host, case.tool_trust())
    if untrusted:
        return failed(
            f"the certificate of {host} is not trusted: {untrusted}",
            untrusted.advice
            or "the system's roots are missing in the bundle, or something between the proxy and the host intercepts: "
            "then its CA belongs in extra_ca_certs_pem",
        )
    if case.proxy_ca and not _handshake(case, host, trust(case.proxy_ca, system=False)):
        return warning(f"{host} is intercepted, not tunnelled", "name a host that is not (--tunnelled-host)")
    return ok(f"{host} is tunnelled, and its own certificate is trusted")


def _handshake(case: Case, host: str, context: ssl.SSLContext) -> NotTrusted | None:
    """Speak TLS with a host through the proxy; return why its certificate is not trusted, or None.

    Raises ConnectionFailed, and _Refused where the proxy opens no tunnel.
    """
    with connection_as_configured(case) as stream:
        refusal = tunnel_refusal(send_connect(stream, host, case.token), host)
        if refusal:
            raise _Refused(refusal)
        try:
            start_tls(stream, host, context).close()
        except NotTrusted as error:
            return error
    return None
