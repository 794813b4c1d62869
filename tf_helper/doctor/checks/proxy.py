"""The way to the proxy: name, port, TLS."""

import errno
import os
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from tf_helper.doctor.checks.stricter import refused_by_stricter_tools
from tf_helper.doctor.context import Context, Known
from tf_helper.doctor.finding import Finding, listed
from tf_helper.doctor.tunnel import ConnectionFailed, NotTls, NotTrusted, connection
from tf_helper.doctor.verdicts import untrusted, verdict
from tf_helper.values.certificate import parse_extra_ca_certs

# Each is tried, all at once.
_MAX_ADDRESSES = 16

# Tools go on to the next address at once, as where a machine has no IPv6.
_NO_ROUTE = {os.strerror(code).lower() for code in (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)}


def proxy_dns(context: Context) -> Finding:
    """Look the proxy's name up."""
    host = context.query.proxy_url.origin.host
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        return verdict("proxy_has_no_address", host=host, reason=(error.strerror or "unknown error").lower())
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    name = "proxy_is_address" if addresses == (host,) else "proxy_has_address"
    finding = verdict(name, host=host, addresses=listed(addresses))
    return finding._replace(known=Known(proxy_addresses=addresses[:_MAX_ADDRESSES]))


def proxy_tcp(context: Context) -> Finding:
    """Open a connection to the proxy's port at each of its addresses; later steps take one that answers."""
    origin, addresses = context.query.proxy_url.origin, context.known.proxy_addresses
    with ThreadPoolExecutor(len(addresses)) as pool:
        failures = dict(zip(addresses, pool.map(partial(_why_not_reached, context), addresses), strict=True))
    reached = tuple(address for address, reason in failures.items() if not reason)
    silent = [address for address in addresses if failures[address] not in {"", *_NO_ROUTE}]
    if not reached:
        return verdict("proxy_not_reached", port=origin.port, host=origin.host, reason=failures[addresses[0]])
    known = Known(proxy_addresses=reached)
    if not silent:
        return verdict("proxy_reached", port=origin.port)._replace(known=known)
    values = {"port": origin.port, "host": origin.host, "reason": failures[silent[0]]}
    return verdict("proxy_partly_reached", reached=listed(reached), silent=listed(silent), **values)._replace(
        known=known
    )


def _why_not_reached(context: Context, address: str) -> str:
    try:
        with connection(replace(context, known=Known(proxy_addresses=(address,)))):
            return ""
    except ConnectionFailed as error:
        return str(error)


def proxy_tls(context: Context) -> Finding:
    """Speak TLS to the proxy, if its URL says so."""
    if context.query.proxy_url.origin.scheme == "http":
        return verdict("proxy_tls_none")
    try:
        with connection(context, context.tool_trust()) as stream:
            certificate = stream.get_extra_info("ssl_object").getpeercert(True)  # noqa: FBT003 - no keywords here
        return _refused_by_some(context, certificate) or verdict("proxy_tls_trusted")
    except NotTrusted as error:
        return untrusted("proxy_tls_unknown_ca", "proxy_tls_untrusted", error)
    except NotTls:
        return verdict("proxy_tls_plain_http")
    except ConnectionFailed as error:
        return verdict("proxy_tls_failed", reason=error)


def _refused_by_some(context: Context, der: bytes) -> Finding | None:
    """Return that some tools refuse the listener's certificate, though this program does not."""
    (certificate,) = parse_extra_ca_certs(ssl.DER_cert_to_PEM_cert(der))
    if certificate.ca:
        return verdict("proxy_tls_ca_certificate")

    def handshake(trust: ssl.SSLContext) -> NotTrusted | None:
        try:
            with connection(context, trust):
                return None
        except NotTrusted as error:
            return error

    return refused_by_stricter_tools(context.tool_trust, handshake, "the proxy's own TLS certificate")
