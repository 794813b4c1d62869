"""The environment of this process: what is set, which of it wins, and what contradicts what."""

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tf_helper.client_env import CLIENT_VARIABLES, PROXY_VARIABLES, client_env
from tf_helper.doctor.context import Context
from tf_helper.doctor.finding import Finding, failed, ok, warning
from tf_helper.doctor.no_proxy_readers import bypassing_clients
from tf_helper.doctor.owner import is_owned_by_another_user, is_root
from tf_helper.doctor.tool_settings import PresentSetting, node_options, present_settings
from tf_helper.errors import Invalid
from tf_helper.values.proxy_auth_url import ProxyAuthUrl
from tf_helper.values.proxy_url import ProxyUrl
from tf_helper.values.url import Origin

_OF_A_TOOL = (*PROXY_VARIABLES, *(variable.name for variable in CLIENT_VARIABLES))
_NO_PROXY = ("NO_PROXY", "no_proxy")
_PLAIN_HTTP = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_HARMFUL = (*_PLAIN_HTTP, "SSL_CERT_DIR", "NODE_OPTIONS")
_NOT_A_TOOL = "no HTTPS_PROXY, so this is not a tool's process"
# Where both are set, the client takes the first.
_PRECEDENCE = (
    ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "curl"),
    ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "Python requests"),
)


class _Issue(NamedTuple):
    """Something that is wrong, and whether it is for certain."""

    seen: str
    fails: bool = False


def environment(context: Context) -> Finding:
    """Compare the variables of this process with what a tool needs."""
    own = [setting.name for setting in present_settings(context.environment)]
    present = [name for name in (*_OF_A_TOOL, *_HARMFUL) if context.environment.get(name)] + own
    if not present:
        return ok("no tool variables are set (normal for a shell)")
    of_a_tool = any(name in present for name in PROXY_VARIABLES)
    issues = [*_proxies(context), *_bypasses(context), *_files(context), *_of_single_tools(context)]
    if of_a_tool:
        issues += _missing(context)
    # What fails comes first.
    issues.sort(key=lambda issue: not issue.fails)
    set_here = f"set here: {', '.join(present)}"
    if not issues:
        return ok(f"{set_here}; {'they agree' if of_a_tool else _NOT_A_TOOL}")
    seen = "\n".join([*(issue.seen for issue in issues), set_here])
    advice = (
        "unset these, or start the tool with all of the module's output env:\n"
        f"$ tf-helper exec --proxy-url {context.query.proxy_url.origin} -- COMMAND"
    )
    return failed(seen, advice) if issues[0].fails else warning(seen, advice)


def _proxies(context: Context) -> Iterator[_Issue]:
    environment, proxy = context.environment, context.query.proxy_url.origin
    yield from _differ(environment, *PROXY_VARIABLES, "curl, Python and Node.js take https_proxy, Go takes HTTPS_PROXY")
    for name in PROXY_VARIABLES:
        value = environment.get(name, "")
        if not value:
            continue
        origin, password = _origin(value), ProxyAuthUrl.split(value).password
        if not origin:
            yield _Issue(f"{name} is not the URL of a proxy", fails=True)
        elif origin != proxy:
            yield _Issue(f"{name} leads to {origin}, proxy_url to {proxy}", fails=True)
        elif not password:
            yield _Issue(f"{name} has no token in it", fails=True)
        elif password != context.token:
            # A tool that has been running since before the workspace's last start, perhaps.
            yield _Issue(f"{name} has another token than the one tried here")
    for name in _PLAIN_HTTP:
        if environment.get(name):
            yield _Issue(f"{name} is set, but AI Bridge Proxy serves CONNECT only")


def _bypasses(context: Context) -> Iterator[_Issue]:
    environment = context.environment
    yield from _differ(environment, *_NO_PROXY, "most tools take no_proxy, Go takes NO_PROXY")
    certain = context.known.intercepted or context.provider_hosts
    for name in _NO_PROXY:
        taken: dict[tuple[str, bool], list[str]] = {}
        for host in context.provider_hosts:
            clients = ", ".join(bypassing_clients(environment.get(name, ""), host))
            if clients:
                taken.setdefault((clients, host in certain), []).append(host)
        for (clients, fails), hosts in taken.items():
            yield _Issue(f"{name} takes {', '.join(hosts)} past the proxy in {clients}", fails)


def _files(context: Context) -> Iterator[_Issue]:
    environment, cert_path = context.environment, context.query.cert_path
    others: dict[str, list[str]] = {}
    for name, wanted in client_env("", cert_path).items():
        value = environment.get(name, "")
        if not value or not wanted.startswith("/"):
            continue
        if not (os.path.isfile(value) and os.access(value, os.R_OK)):  # noqa: PTH113 - False on any error
            yield _Issue(f"{name} names a file that does not exist, or that this user may not read", fails=True)
        elif is_owned_by_another_user(value):
            yield _Issue(
                f"{name} names a file that belongs to another user, who could change which CAs are trusted",
                fails=not is_root(),
            )
        elif value == cert_path.path and name in _REPLACING:
            yield _Issue(
                f"{name} names the proxy's certificate alone, so other hosts are not trusted; set it to the bundle",
                fails=True,
            )
        elif value not in {wanted, cert_path.path}:
            others.setdefault(wanted, []).append(name)
    for wanted, names in others.items():
        yield _Issue(f"{', '.join(names)} {'names' if len(names) == 1 else 'name'} a file other than {wanted}")
    for first, second, client in _PRECEDENCE:
        yield from _differ(environment, first, second, f"{client} takes {first}", fails=False)
    if environment.get("SSL_CERT_DIR"):
        yield _Issue("SSL_CERT_DIR is set: OpenSSL trusts what is there as well, and curl prefers it")


_REPLACING = {variable.name for variable in CLIENT_VARIABLES if variable.effect == "replaces"}


def _of_single_tools(context: Context) -> Iterator[_Issue]:
    for present in present_settings(context.environment):
        issue = _of_a_single_tool(context, present)
        if issue:
            yield _Issue(issue)
    yield from map(_Issue, node_options(context.environment))
    if context.environment.get("NODE_USE_ENV_PROXY", "1") not in {"", "1"}:
        yield _Issue("NODE_USE_ENV_PROXY is not 1, so Node.js ignores HTTPS_PROXY")


def _of_a_single_tool(context: Context, present: PresentSetting) -> str:
    name, value, (_, tool, kind) = present
    proxy, bundle = context.query.proxy_url.origin, context.query.cert_path.bundle_path
    if kind == "proxy" and _origin(value) != proxy:
        return f"{tool} takes {name}, which leads to {_origin(value) or 'no proxy'}, not to {proxy}"
    if kind == "no proxy" and value not in {context.environment.get(other) for other in _NO_PROXY}:
        return f"{tool} takes {name}, which is not the module's NO_PROXY"
    if kind == "trust" and value != bundle:
        return f"{tool} takes {name}, which names a file other than {bundle}"
    return f"{tool} verifies no certificate: {name} is set" if present.turns_off else ""


def _missing(context: Context) -> Iterator[_Issue]:
    environment = context.environment
    missing = [name for name in _OF_A_TOOL if not environment.get(name)]
    if missing:
        yield _Issue(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set")
    deployment = context.query.access_url.origin.host if context.query.access_url else ""
    for name in _NO_PROXY:
        if deployment and environment.get(name) and not bypassing_clients(environment[name], deployment):
            yield _Issue(f"{name} does not include {deployment}: requests to the deployment go through the proxy")


def _differ(
    environment: Mapping[str, str], first: str, second: str, who: str, *, fails: bool = True
) -> Iterator[_Issue]:
    if first in environment and second in environment and environment[first] != environment[second]:
        yield _Issue(f"{first} and {second} differ ({who})", fails)


def _origin(value: str) -> Origin | None:
    """Return the proxy that a variable's value names, or None if it is not the URL of one."""
    try:
        return ProxyUrl.parse(ProxyAuthUrl.split(value).url).origin
    except Invalid:
        return None
