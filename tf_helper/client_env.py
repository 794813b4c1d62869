"""The environment variables that make tools use the proxy and trust its certificate.

The result key client_env and the documentation's table come from here. A template may pick a variable by name, so the
module repeats the names for a stopped workspace (terraform/client_env.tf); a test compares the two. What a client does
is as its documentation says, or else its source.
"""

from typing import Literal, NamedTuple

from tf_helper.values.cert_path import CertPath

Effect = Literal["bypasses the proxy", "adds", "replaces", "turns on", "authenticates"]


class ClientVariable(NamedTuple):
    """A variable of a tool's own process, and what its clients do with it.

    One that replaces a client's trust store names the bundle, which has the system's roots too, because hosts that the
    proxy does not intercept show their own certificates. So does one that adds to it: the image may have set the same
    variable to the system's roots, and the proxy's certificate alone would take those away.
    """

    name: str
    effect: Effect
    read_by: str
    documented_at: str


# They contain the token, so the Terraform module sets them. The proxy serves CONNECT only, so there is no HTTP_PROXY.
PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy")

CLIENT_VARIABLES = (
    ClientVariable(
        "NO_PROXY",
        "bypasses the proxy",
        "every client that reads HTTPS_PROXY",
        "https://everything.curl.dev/usingcurl/proxies/env",
    ),
    ClientVariable(
        "no_proxy",
        "bypasses the proxy",
        "the same; wget knows this spelling only",
        "https://www.gnu.org/software/wget/manual/html_node/Proxies.html",
    ),
    ClientVariable(
        "NODE_USE_ENV_PROXY",
        "turns on",
        "Node.js 22.21, 24.5 and newer, which otherwise ignore HTTPS_PROXY",
        "https://nodejs.org/api/cli.html#node_use_env_proxy1",
    ),
    ClientVariable(
        "NODE_EXTRA_CA_CERTS",
        "adds",
        "Node.js, npm, Bun, Deno 2.8 and newer",
        "https://nodejs.org/api/cli.html#node_extra_ca_certsfile",
    ),
    ClientVariable("DENO_CERT", "adds", "Deno", "https://docs.deno.com/runtime/reference/env_variables/"),
    ClientVariable(
        "DENO_NO_UPDATE_CHECK",
        "turns on",
        "Deno, which otherwise sends the proxy's credentials to its update server",
        "https://docs.deno.com/runtime/reference/env_variables/",
    ),
    ClientVariable(
        "CODEX_CA_CERTIFICATE",
        "adds",
        "Codex, which takes SSL_CERT_FILE without it",
        "https://github.com/openai/codex/blob/e6446a99c0/codex-rs/codex-client/src/custom_ca.rs",
    ),
    ClientVariable(
        "SSL_CERT_FILE",
        "replaces",
        "OpenSSL and what is built on it, Python ssl, httpx, uv, Go, Cargo, curl, Bun, Claude Code, Copilot CLI",
        "https://docs.openssl.org/master/man3/X509_get_default_cert_file/",
    ),
    ClientVariable(
        "REQUESTS_CA_BUNDLE",
        "replaces",
        "Python requests, pip, AWS CLI",
        "https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification",
    ),
    ClientVariable("CURL_CA_BUNDLE", "replaces", "curl, Python requests", "https://curl.se/docs/sslcerts.html"),
    ClientVariable(
        "GIT_SSL_CAINFO",
        "replaces",
        "git",
        "https://git-scm.com/docs/git-config#Documentation/git-config.txt-httpsslCAInfo",
    ),
    ClientVariable(
        "GIT_PROXY_SSL_CAINFO",
        "replaces",
        "git, for the proxy's own TLS certificate",
        "https://git-scm.com/docs/git-config#Documentation/git-config.txt-httpproxySSLCAInfo",
    ),
    ClientVariable(
        "CARGO_HTTP_CAINFO",
        "replaces",
        "Cargo, also for the proxy's own TLS certificate",
        "https://doc.rust-lang.org/cargo/reference/config.html#httpcainfo",
    ),
    ClientVariable(
        "AWS_CA_BUNDLE",
        "replaces",
        "AWS CLI and SDKs, but not that for JavaScript",
        "https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html",
    ),
)

# They contain the token as well, for tools without a key of their own: for the user's Coder token, the gateway uses the
# company's key.
API_KEY_VARIABLES = (
    ClientVariable(
        "ANTHROPIC_AUTH_TOKEN",
        "authenticates",
        "Claude Code, before ANTHROPIC_API_KEY; Anthropic's SDKs, after it",
        "https://code.claude.com/docs/en/env-vars",
    ),
    ClientVariable(
        "OPENAI_API_KEY",
        "authenticates",
        "OpenAI's SDKs and tools that use them",
        "https://developers.openai.com/api/docs/libraries",
    ),
    ClientVariable(
        "CODEX_API_KEY",
        "authenticates",
        "Codex, with `codex exec` only",
        "https://developers.openai.com/codex/noninteractive",
    ),
)


def client_env(no_proxy: str, cert_path: CertPath) -> dict[str, str]:
    """Return the value of every variable of CLIENT_VARIABLES."""
    bundle = cert_path.bundle_path
    values = {"bypasses the proxy": no_proxy, "turns on": "1", "adds": bundle, "replaces": bundle}
    return {variable.name: values[variable.effect] for variable in CLIENT_VARIABLES}
