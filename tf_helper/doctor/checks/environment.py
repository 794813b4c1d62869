"""The environment of this process: what is set, which of it wins, and what contradicts what."""

import os
from collections.abc import Iterator, Mapping, Sequence

from tf_helper.client_env import CLIENT_VARIABLES, PROXY_VARIABLES
from tf_helper.doctor.context import Context
from tf_helper.doctor.finding import Finding, failed, ok, warning
from tf_helper.errors import Invalid
from tf_helper.values.proxy_auth_url import ProxyAuthUrl
from tf_helper.values.proxy_url import ProxyUrl
from tf_helper.values.url import DEFAULT_PORTS

_TRUSTING = ("adds", "replaces")
_OF_A_TOOL = (*PROXY_VARIABLES, *(variable.name for variable in CLIENT_VARIABLES))
_PLAIN_HTTP = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_HARMFUL = (*_PLAIN_HTTP, "SSL_CERT_DIR", "NODE_TLS_REJECT_UNAUTHORIZED")
# Where both are set, the client takes the first.
_PRECEDENCE = (
    ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "curl"),
    ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "Python requests"),
)


def environment(context: Context) -> Finding:
    """Compare the variables of this process with what a tool needs."""
    present = [name for name in (*_OF_A_TOOL, *_HARMFUL) if context.environment.get(name)]
    of_a_tool = any(name in present for name in PROXY_VARIABLES)
    contradictions = list(_contradictions(context))
    doubts = [*_other_tokens(context), *_doubts(context), *(_lacking(context, present) if of_a_tool else ())]
    if not present:
        return ok("no variable of a tool is set: right for a shell, as each tool has its own")
    seen = "\n".join([f"set here: {', '.join(present)}", *contradictions, *doubts])
    advice = "start the tool with all of the module's output env, or unset these"
    if contradictions:
        return failed(seen, advice)
    if doubts:
        return warning(seen, advice)
    return ok(f"{seen}; they agree" if of_a_tool else f"{seen}; without HTTPS_PROXY, so this is not a tool's process")


def _contradictions(context: Context) -> Iterator[str]:
    environment = context.environment
    yield from _twins(environment, *PROXY_VARIABLES, "curl, Python and Node.js take https_proxy, Go takes HTTPS_PROXY")
    yield from _twins(environment, "NO_PROXY", "no_proxy", "most clients take no_proxy, Go takes NO_PROXY")
    for name in PROXY_VARIABLES:
        yield from _proxy_variable(name, environment.get(name, ""), context)
    for name in ("NO_PROXY", "no_proxy"):
        if _bypasses(environment.get(name, ""), context.provider_host):
            yield f"{name} sends {context.provider_host} past the proxy"
    cert_path = context.query.cert_path.path
    for variable in CLIENT_VARIABLES:
        value = environment.get(variable.name, "")
        if not value or variable.effect not in _TRUSTING:
            continue
        if not (os.path.isfile(value) and os.access(value, os.R_OK)):  # noqa: PTH113 - False whatever is wrong
            yield f"{variable.name} names a file that does not exist, or that this user may not read"
        elif variable.effect == "replaces" and value == cert_path:
            yield (
                f"{variable.name} names the proxy's certificate alone, so that only intercepted hosts are trusted; it "
                "has to name the bundle"
            )


def _other_tokens(context: Context) -> Iterator[str]:
    # A tool that has been running since before the workspace's last start, say.
    for name in PROXY_VARIABLES:
        if ProxyAuthUrl.split(context.environment.get(name, "")).password not in {"", context.token}:
            yield f"{name} has another token than the one that was tried here"


def _doubts(context: Context) -> Iterator[str]:
    environment = context.environment
    for name in _PLAIN_HTTP:
        if environment.get(name):
            yield f"{name} is set, but AI Bridge Proxy serves CONNECT only"
    if environment.get("SSL_CERT_DIR"):
        yield "SSL_CERT_DIR is set: OpenSSL trusts what is there as well, and curl prefers it"
    if environment.get("NODE_TLS_REJECT_UNAUTHORIZED") == "0":
        yield "NODE_TLS_REJECT_UNAUTHORIZED=0: Node.js trusts everyone"
    for first, second, client in _PRECEDENCE:
        if _differ(environment, first, second):
            yield f"{first} and {second} differ ({client} takes {first})"
    cert_path = context.query.cert_path
    others = [
        variable.name
        for variable in CLIENT_VARIABLES
        if variable.effect in _TRUSTING
        and environment.get(variable.name, "") not in {"", cert_path.bundle_path, cert_path.path}
    ]
    if others:
        yield f"{', '.join(others)} {'names' if len(others) == 1 else 'name'} another file than {cert_path.bundle_path}"


def _lacking(context: Context, present: Sequence[str]) -> Iterator[str]:
    missing = [name for name in _OF_A_TOOL if name not in present]
    if missing:
        yield f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set"
    deployment = context.query.access_url.origin.host if context.query.access_url else ""
    for name in ("NO_PROXY", "no_proxy"):
        if deployment and name in present and not _bypasses(context.environment[name], deployment):
            yield f"{name} is without {deployment}: requests to the deployment go through the proxy"


def _bypasses(no_proxy: str, host: str) -> bool:
    entries = (
        entry.strip().lower().lstrip(".").removesuffix(f":{DEFAULT_PORTS['https']}") for entry in no_proxy.split(",")
    )
    return any(entry and (entry == "*" or f".{host}".endswith(f".{entry}")) for entry in entries)


def _differ(environment: Mapping[str, str], first: str, second: str) -> bool:
    return first in environment and second in environment and environment[first] != environment[second]


def _twins(environment: Mapping[str, str], upper: str, lower: str, who: str) -> Iterator[str]:
    if _differ(environment, upper, lower):
        yield f"{upper} and {lower} differ ({who})"


def _proxy_variable(name: str, value: str, context: Context) -> Iterator[str]:
    if not value:
        return
    variable = ProxyAuthUrl.split(value)
    try:
        origin = ProxyUrl.parse(variable.url).origin
    except Invalid:
        yield f"{name} is not the URL of a proxy"
        return
    if origin != context.query.proxy_url.origin:
        yield f"{name} leads to {origin}, proxy_url to {context.query.proxy_url.origin}"
    elif not variable.password:
        yield f"{name} is without the token"
