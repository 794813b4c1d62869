"""The answer: its keys, and how they follow from a query."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from tf_helper import __version__
from tf_helper.client_env import client_env
from tf_helper.query import Query
from tf_helper.values.certificate import Certificate, issuer_warnings, rfc3339, validity_warnings


def _key(description: str) -> dict[str, str]:
    return {"description": description}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the caller gets: strings only, "" for none. The descriptions are the ones that `tf-helper --help` shows."""

    version: str = field(metadata=_key("version of tf-helper"))
    agent_id: str = field(metadata=_key("normalised"))
    proxy_url: str = field(
        metadata=_key("normalised: https without port 443, http always with its port, no trailing slash")
    )
    cert_path: str = field(metadata=_key("normalised"))
    access_url: str = field(metadata=_key("normalised"))
    no_proxy: str = field(metadata=_key("value for NO_PROXY: this machine, the deployment's host, the entries given"))
    proxy_scheme: str = field(metadata=_key("http or https"))
    proxy_host: str = field(metadata=_key("host of proxy_url, an IPv6 address without brackets"))
    proxy_port: str = field(metadata=_key("port of proxy_url, also where the URL leaves it out"))
    ca_bundle_path: str = field(metadata=_key("path of the bundle: cert_path with .bundle before the suffix"))
    client_env: str = field(metadata=_key("JSON object: environment variables for tools, without those with the token"))
    ca_cert_pem: str = field(metadata=_key("the proxy's CA certificate, given or fetched"))
    extra_ca_certs_pem: str = field(metadata=_key("normalised"))
    ca_cert_sha256: str = field(metadata=_key("SHA-256 of the CA certificate's DER, lower-case hexadecimal"))
    ca_cert_subject: str = field(metadata=_key("subject of the CA certificate (RFC 4514)"))
    ca_cert_not_after: str = field(metadata=_key("end of its validity, UTC (RFC 3339)"))
    warnings: str = field(metadata=_key("JSON array of sentences: what is valid but probably wrong"))


RESULT_KEYS = {key.name: key for key in fields(Answer)}


def answer(query: Query, token: str) -> Answer:
    """Return the answer to a valid query; `token` is the Coder session token for fetch_ca_cert, "" for none."""
    origin = query.proxy_url.origin
    cert_path, ca_bundle_path = query.cert_path.path, query.cert_path.bundle_path
    no_proxy = query.no_proxy.value(query.access_url.origin.host if query.access_url else "")
    ca_cert, ca_cert_warnings = _ca_cert(query, token)
    ca = ca_cert[0].ca if ca_cert else None
    return Answer(
        version=__version__,
        agent_id=query.agent_id,
        proxy_url=str(origin),
        cert_path=cert_path,
        access_url=str(query.access_url or ""),
        no_proxy=no_proxy,
        proxy_scheme=origin.scheme,
        proxy_host=origin.host,
        proxy_port=str(origin.port),
        ca_bundle_path=ca_bundle_path,
        client_env=json.dumps(client_env(no_proxy=no_proxy, cert_path=cert_path, ca_bundle_path=ca_bundle_path)),
        ca_cert_pem="".join(certificate.pem for certificate in ca_cert),
        extra_ca_certs_pem="".join(certificate.pem for certificate in query.extra_ca_certs_pem),
        ca_cert_sha256=ca_cert[0].sha256 if ca_cert else "",
        ca_cert_subject=ca.subject if ca else "",
        ca_cert_not_after=rfc3339(ca.not_after) if ca else "",
        warnings=json.dumps([*_url_warnings(query), *ca_cert_warnings, *_extra_ca_certs_warnings(query)]),
    )


def _ca_cert(query: Query, token: str) -> tuple[tuple[Certificate, ...], list[str]]:
    """Return the CA certificate, given or fetched, and warnings about it."""
    field, ca_cert = "ca_cert_pem", query.ca_cert_pem
    if query.fetch_ca_cert and query.access_url and token and not ca_cert:
        from tf_helper.coder_api import DeploymentError, fetch_ca_cert  # noqa: PLC0415 - loads httpx and ssl

        field = "fetch_ca_cert"
        try:
            ca_cert = fetch_ca_cert(query.access_url, token, query.extra_ca_certs_pem)
        except DeploymentError as error:
            return (), [f"{field}: {error} The certificate is downloaded when the workspace starts."]
    warnings = [*validity_warnings(ca_cert, time.time()), *issuer_warnings(ca_cert, query.extra_ca_certs_pem)]
    return ca_cert, [f"{field}: {warning}" for warning in warnings]


def _extra_ca_certs_warnings(query: Query) -> Iterator[str]:
    for warning in validity_warnings(query.extra_ca_certs_pem, time.time()):
        yield f"extra_ca_certs_pem: {warning}"


def _url_warnings(query: Query) -> Iterator[str]:
    yield from (f"proxy_url: {warning}" for warning in query.proxy_url.warnings)
    if query.access_url:
        yield from (f"access_url: {warning}" for warning in query.access_url.warnings)
        proxy, deployment = query.proxy_url.origin, query.access_url.origin
        if (proxy.host, proxy.port) == (deployment.host, deployment.port):
            yield (
                "proxy_url: host and port are those of the Coder deployment (access_url); "
                "AI Bridge Proxy has a listener of its own, on port 8888 unless configured otherwise."
            )
