"""The result: its keys, and how they follow from a query."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tf_helper import __version__
from tf_helper.client_env import client_env
from tf_helper.errors import Problem
from tf_helper.query import Query

if TYPE_CHECKING:
    from tf_helper.coder.session_token import SessionToken
    from tf_helper.values.certificate import Certificate


class Result(NamedTuple):
    """What the caller gets: "" or nothing in it for none."""

    version: str
    agent_id: str
    proxy_url: str
    cert_path: str
    access_url: str
    no_proxy: str
    proxy_scheme: str
    proxy_host: str
    proxy_port: int
    ca_bundle_path: str
    wrapper_path: str
    client_env: dict[str, str]
    ca_cert_pem: str
    extra_ca_certs_pem: str
    ca_cert_sha256: str
    ca_cert_subject: str
    ca_cert_not_after: str
    warnings: tuple[str, ...]


# Not in Annotated, which would take longer than all of the class.
RESULT_KEYS: Mapping[str, str] = {
    "version": "version of tf-helper",
    "agent_id": "normalized",
    "proxy_url": "normalized: https without port 443, http always with its port, no trailing slash",
    "cert_path": "normalized",
    "access_url": "normalized",
    "no_proxy": "value for NO_PROXY: this machine, the deployment's host, the given entries",
    "proxy_scheme": "http or https",
    "proxy_host": "host of proxy_url, an IPv6 address without brackets",
    "proxy_port": "port of proxy_url, even if the URL omits it",
    "ca_bundle_path": "path of the bundle: cert_path with .bundle before the suffix",
    "wrapper_path": "normalized",
    "client_env": "JSON object: environment variables for tools, without those with the token",
    "ca_cert_pem": "the proxy's CA certificate, given or fetched",
    "extra_ca_certs_pem": "normalized",
    "ca_cert_sha256": "SHA-256 of the CA certificate's DER, lower-case hexadecimal",
    "ca_cert_subject": "subject of the CA certificate (RFC 4514)",
    "ca_cert_not_after": "end of its validity, UTC (RFC 3339)",
    "warnings": "JSON array of sentences: what is valid but probably wrong",
}


def make_result(query: Query, environment: Mapping[str, str], token: "SessionToken | None" = None) -> Result:
    """Return the result for a valid query; fetch_ca_cert takes the session token from `environment`, if not given."""
    fetched, fetch_warnings = _fetched_ca_cert(query, environment, token)
    ca_cert = fetched or query.ca_cert_pem
    sha256, subject, not_after = _described(ca_cert)
    proxy = query.proxy_url.origin
    return Result(
        version=__version__,
        agent_id=query.agent_id,
        proxy_url=str(proxy),
        cert_path=query.cert_path.path,
        access_url=str(query.access_url or ""),
        no_proxy=query.no_proxy_value,
        proxy_scheme=proxy.scheme,
        proxy_host=proxy.host,
        proxy_port=proxy.port,
        ca_bundle_path=query.cert_path.bundle_path,
        wrapper_path=query.wrapper_path,
        client_env=client_env(query.no_proxy_value, query.cert_path),
        ca_cert_pem="".join(certificate.pem for certificate in ca_cert),
        extra_ca_certs_pem="".join(certificate.pem for certificate in query.extra_ca_certs_pem),
        ca_cert_sha256=sha256,
        ca_cert_subject=subject,
        ca_cert_not_after=not_after,
        warnings=tuple(map(str, (*settings_warnings(query, fetched), *_workspace_warnings(query), *fetch_warnings))),
    )


def settings_warnings(query: Query, fetched: "Sequence[Certificate]" = ()) -> Iterator[Problem]:
    """Yield a problem for everything in a query, or a CA certificate fetched for it, that is probably wrong."""
    yield from _of("proxy_url", query.proxy_url.warnings)
    if query.access_url:
        yield from _of("access_url", query.access_url.warnings)
        proxy, deployment = query.proxy_url.origin, query.access_url.origin
        if (proxy.host, proxy.port) == (deployment.host, deployment.port):
            yield Problem(
                "host and port are those of the Coder deployment (access_url)",
                "AI Bridge Proxy has its own listener, on port 8888 unless configured otherwise",
                "proxy_url",
            )
    ca_cert, extra_ca_certs = fetched or query.ca_cert_pem, query.extra_ca_certs_pem
    if ca_cert or extra_ca_certs:
        from tf_helper.values.certificate_warnings import ca_cert_warnings, extra_ca_certs_warnings

        now = time.time()
        source = "fetch_ca_cert" if fetched else "ca_cert_pem"
        yield from _of(source, ca_cert_warnings(ca_cert, extra_ca_certs, now))
        yield from _of("extra_ca_certs_pem", extra_ca_certs_warnings(extra_ca_certs, ca_cert, now))


def _described(ca_cert: "Sequence[Certificate]") -> tuple[str, str, str]:
    """Return fingerprint, subject and end of validity of the proxy's CA certificate, if there is one."""
    if not ca_cert:
        return "", "", ""
    from tf_helper.values.certificate import rfc3339

    first = ca_cert[0]
    return first.sha256, first.ca.subject if first.ca else "", rfc3339(first.ca.not_after) if first.ca else ""


def _workspace_warnings(query: Query) -> Iterator[Problem]:
    """Yield a problem for everything that is probably wrong in a workspace; doctor checks these itself."""
    yield from _of("proxy_url", query.proxy_url.workspace_warnings)
    yield from _of("no_proxy", query.no_proxy.warnings)


def _fetched_ca_cert(
    query: Query, environment: Mapping[str, str], token: "SessionToken | None"
) -> "tuple[tuple[Certificate, ...], Iterable[Problem]]":
    """Return the CA certificate, if the query asks for it and the deployment has it, or why not, as warnings."""
    if not (query.fetch_ca_cert and query.access_url) or query.ca_cert_pem:
        return (), ()
    if token is None:
        from tf_helper.coder.session_token import session_token

        token = session_token(environment, query.access_url)
    if token.withheld:
        return (), [_not_fetched(token.withheld)]
    if not token.value:
        return (), ()
    from tf_helper.coder.api import DeploymentError
    from tf_helper.coder.fetch import fetch_ca_cert

    try:
        return fetch_ca_cert(query.access_url, token.value, query.extra_ca_certs_pem), ()
    except DeploymentError as error:
        return (), [_not_fetched(error.problem)]


def _not_fetched(why: Problem) -> Problem:
    hints = filter(None, (why.hint, "The workspace downloads the certificate when it starts"))
    return Problem(why.message, ". ".join(hints), "fetch_ca_cert")


def _of(field: str, warnings: Iterable[Problem]) -> Iterator[Problem]:
    return (warning._replace(field=field) for warning in warnings)
