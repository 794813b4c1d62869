"""The way to the proxy: name, port, TLS."""

import socket
import ssl

from tf_helper.doctor.checks.stricter import refused_by_stricter_tools
from tf_helper.doctor.context import Context
from tf_helper.doctor.finding import Finding, failed, ok, warning
from tf_helper.doctor.tunnel import ConnectionFailed, NotTls, NotTrusted, connection
from tf_helper.values.certificate import parse_extra_ca_certs
from tf_helper.values.proxy_url import PORT_HINT


def proxy_dns(context: Context) -> Finding:
    """Look the proxy's name up."""
    host = context.query.proxy_url.origin.host
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        reason = (error.strerror or "no address").lower()
        return failed(f"{host} has no address: {reason}", "check the host in proxy_url, and this machine's DNS")
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return ok("it is an address already" if addresses == [host] else f"{host} is {', '.join(addresses)}")


def proxy_tcp(context: Context) -> Finding:
    """Open a connection to the proxy's port."""
    origin = context.query.proxy_url.origin
    try:
        with connection(context):
            return ok(f"port {origin.port} is open")
    except ConnectionFailed as error:
        return failed(
            f"port {origin.port} of {origin.host}: {error}",
            f"check the port in proxy_url ({PORT_HINT}), that the proxy is enabled, and firewalls on the way",
        )


def proxy_tls(context: Context) -> Finding:
    """Speak TLS to the proxy, if its URL says so."""
    if context.query.proxy_url.origin.scheme == "http":
        return ok("none: proxy_url is http")
    try:
        with connection(context, context.tool_trust()) as stream:
            certificate = stream.get_extra_info("ssl_object").getpeercert(True)  # noqa: FBT003 - no keywords here
        return _doubts(context, certificate) or ok("its certificate is trusted")
    except NotTrusted as error:
        add_ca = (
            "add the certificate of the CA that signed it to extra_ca_certs_pem, and restart the workspace; curl and "
            "Python's urllib have no variable for it: they need it in the system's trust store"
        )
        remedy = add_ca if error.unknown_issuer else error.problem.hint
        return failed(f"its certificate is not trusted: {error}", remedy)
    except NotTls:
        return failed("the listener speaks plain HTTP, not TLS", "write http:// in proxy_url")
    except ConnectionFailed as error:
        return failed(str(error), "check what listens there; if it speaks plain HTTP, write http:// in proxy_url")


def _doubts(context: Context, der: bytes) -> Finding | None:
    """Return that some tools refuse the listener's certificate, though this program does not."""
    (certificate,) = parse_extra_ca_certs(ssl.DER_cert_to_PEM_cert(der))
    if certificate.ca:
        return warning(
            "it has a CA certificate, which tools on rustls (Codex, uv) refuse for a server (CaUsedAsEndEntity)",
            "issue it with basicConstraints CA:FALSE:\n"
            "$ openssl req -x509 -addext basicConstraints=critical,CA:FALSE ...",
        )

    def handshake(trust: ssl.SSLContext) -> NotTrusted | None:
        try:
            with connection(context, trust):
                return None
        except NotTrusted as error:
            return error

    return refused_by_stricter_tools(context.tool_trust, handshake, "its certificate")
