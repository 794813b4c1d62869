"""The environment variables that make tools use the proxy and trust its certificate."""

from typing import Literal, NamedTuple


class ClientVariable(NamedTuple):
    """A variable of a tool's own process.

    `source` says what it holds: the hosts that bypass the proxy, the proxy's CA certificate (for clients that add it
    to their trust store) or the bundle (for clients whose trust store it replaces).
    """

    name: str
    source: Literal["no_proxy", "certificate", "bundle"]


# HTTPS_PROXY and https_proxy hold the token, so the Terraform module adds them.
CLIENT_VARIABLES = (
    ClientVariable("NO_PROXY", "no_proxy"),
    ClientVariable("no_proxy", "no_proxy"),
    ClientVariable("NODE_EXTRA_CA_CERTS", "certificate"),
    ClientVariable("SSL_CERT_FILE", "bundle"),
    ClientVariable("REQUESTS_CA_BUNDLE", "bundle"),
    ClientVariable("CURL_CA_BUNDLE", "bundle"),
    ClientVariable("GIT_SSL_CAINFO", "bundle"),
)


def client_env(*, no_proxy: str, cert_path: str, ca_bundle_path: str) -> dict[str, str]:
    """Return the value of every variable of CLIENT_VARIABLES."""
    values = {"no_proxy": no_proxy, "certificate": cert_path, "bundle": ca_bundle_path}
    return {variable.name: values[variable.source] for variable in CLIENT_VARIABLES}
