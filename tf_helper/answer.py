"""The answer: its keys, and how they follow from a query."""

import json
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from tf_helper import __version__
from tf_helper.client_env import client_env
from tf_helper.query import Query


class Answer(BaseModel):
    """What the caller gets: strings only, "" for none. The descriptions are the ones that `tf-helper --help` shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str = Field(default=__version__, description="version of tf-helper")
    agent_id: str = Field(description="normalised")
    proxy_url: str = Field(description="normalised")
    cert_path: str = Field(description="normalised")
    access_url: str = Field(description="normalised")
    no_proxy: str = Field(description="value for NO_PROXY: this machine, the deployment's host, the entries given")
    proxy_scheme: str = Field(description="http or https")
    proxy_host: str = Field(description="host of proxy_url, an IPv6 address without brackets")
    proxy_port: str = Field(description="port of proxy_url, also where the URL leaves it out")
    ca_bundle_path: str = Field(description="path of the bundle: the system's roots and the proxy's CA certificate")
    client_env: str = Field(description="JSON object: environment variables for tools, without those with the token")
    ca_cert_pem: str = Field(default="", description="the proxy's CA certificate, where it is known")
    extra_ca_certs_pem: str = Field(default="", description="more certificates to trust")
    ca_cert_sha256: str = Field(default="", description="fingerprint of the CA certificate, hexadecimal")
    ca_cert_subject: str = Field(default="", description="subject of the CA certificate (RFC 4514)")
    ca_cert_not_after: str = Field(default="", description="end of its validity, UTC (RFC 3339)")
    warnings: str = Field(description="JSON array of sentences")


def answer(query: Query) -> Answer:
    """Return the answer to a valid query."""
    origin = query.proxy_url.origin
    cert_path, ca_bundle_path = query.cert_path.path, query.cert_path.bundle_path
    no_proxy = query.no_proxy.value(query.access_url.origin.host if query.access_url else "")
    return Answer(
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
        warnings=json.dumps(list(_warnings(query))),
    )


def _warnings(query: Query) -> Iterator[str]:
    yield from (f"proxy_url: {warning}" for warning in query.proxy_url.warnings)
    if query.access_url:
        yield from (f"access_url: {warning}" for warning in query.access_url.warnings)
        proxy, deployment = query.proxy_url.origin, query.access_url.origin
        if (proxy.host, proxy.port) == (deployment.host, deployment.port):
            yield (
                "proxy_url: host and port are those of the Coder deployment (access_url); "
                "AI Bridge Proxy has a listener of its own, on port 8888 unless configured otherwise."
            )
