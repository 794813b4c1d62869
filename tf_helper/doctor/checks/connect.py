"""CONNECT: whether the proxy asks for credentials, and takes the token."""

import ssl
from http import HTTPStatus

from tf_helper.doctor.context import Context
from tf_helper.doctor.finding import Finding, failed, ok, warning
from tf_helper.doctor.tunnel import ConnectionFailed, connection, connection_as_configured, send_connect
from tf_helper.values.proxy_url import PORT_HINT


def connect_without_token(context: Context) -> Finding:
    """Ask for a tunnel without credentials: a proxy that asks for them is the right one."""
    try:
        with connection_as_configured(context) as stream:
            status = send_connect(stream, context.provider_host, "")
    except ConnectionFailed as error:
        finding = failed(str(error), f"check what listens there; {PORT_HINT}")
    else:
        finding = _answer_without_token(status)
    # To plain HTTP a listener that speaks TLS answers in many ways.
    return (_speaks_tls(context) if finding.status == "failed" else None) or finding


def _answer_without_token(status: int) -> Finding:
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return ok("it asks for credentials (407), as it should")
    if 200 <= status < 300:  # noqa: PLR2004
        return warning(
            f"it lets anyone through ({status})", f"check that this is AI Bridge Proxy and no other proxy; {PORT_HINT}"
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return failed(
            f"it answers CONNECT with {status}",
            f"something in front of the proxy, a load balancer say, does not reach it: look in its log; {PORT_HINT}",
        )
    if status == HTTPStatus.FORBIDDEN:
        return failed(
            "it forbids CONNECT (403) before it asks who you are: another proxy, or a firewall",
            f"check that proxy_url is AI Bridge Proxy's; {PORT_HINT}",
        )
    return failed(
        f"it answers CONNECT with {status}: a web server, not a proxy",
        f"proxy_url must be the proxy's own listener, not the deployment; {PORT_HINT}",
    )


def connect_with_token(context: Context) -> Finding:
    """Ask for a tunnel with the token, which the proxy does not check yet."""
    try:
        with connection_as_configured(context) as stream:
            status = send_connect(stream, context.provider_host, context.token)
    except ConnectionFailed as error:
        return failed(str(error), "look in the log of the deployment")
    opened = f"it opens a tunnel to {context.provider_host}, whoever's token it is: requests show whether it is valid"
    return tunnel_refusal(status, context.provider_host) or ok(opened)


def tunnel_refusal(status: int, host: str) -> Finding | None:
    """Return what it means that the proxy opens no tunnel with this status, or None if it does."""
    if 200 <= status < 300:  # noqa: PLR2004
        return None
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return failed("it refuses the token (407)", "check the token, and that this is the proxy of its deployment")
    if status == HTTPStatus.FORBIDDEN:
        return failed(
            f"it does not tunnel to {host} (403)",
            "the proxy blocks this host, as it does private addresses: reach it past the proxy (no_proxy), or have it "
            "allowed in the deployment",
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return failed(
            f"it cannot reach {host} ({status})", "check the network behind the proxy, and the name of the host"
        )
    return failed(f"it answers CONNECT to {host} with {status}", "look in the log of the deployment")


def _speaks_tls(context: Context) -> Finding | None:
    """Return that an `http` proxy speaks TLS, or None."""
    if context.query.proxy_url.origin.scheme == "https":
        return None
    anyone = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anyone.check_hostname = False
    anyone.verify_mode = ssl.CERT_NONE  # nothing is sent: it only matters whether there is an answer
    try:
        with connection(context, anyone):
            return failed("the listener speaks TLS, not plain HTTP", "write https:// in proxy_url")
    except ConnectionFailed:
        return None
