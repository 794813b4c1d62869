"""The environment of this process: what is set, which of it wins, and what contradicts what."""

import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from tf_helper.client_env import CLIENT_VARIABLES, PROXY_VARIABLES, client_env
from tf_helper.doctor.checks.api_keys import tokens_on_their_way_to_providers
from tf_helper.doctor.checks.files import authorities
from tf_helper.doctor.checks.single_tools import of_single_tools, of_vscode
from tf_helper.doctor.context import Context
from tf_helper.doctor.finding import Finding, failed, listed, ok, warning
from tf_helper.doctor.no_proxy_readers import bypassing_clients
from tf_helper.doctor.owner import is_owned_by_another_user, is_root
from tf_helper.doctor.proxy_origin import has_other_token, proxy_origin
from tf_helper.doctor.setting_files import settings_in_files, vscode_settings
from tf_helper.doctor.tool_settings import PresentSetting, present_settings
from tf_helper.errors import Problem
from tf_helper.values.proxy_auth_url import ProxyAuthUrl
from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

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


def environment(context: Context) -> Finding:
    """Compare the variables of this process, and the files of tools, with what a tool needs."""
    own = list(present_settings(context.environment))
    settings = [*own, *settings_in_files(context.environment)]
    names = [*_OF_A_TOOL, *_HARMFUL, *(setting.name for setting in own)]
    present = [name for name in dict.fromkeys(names) if context.environment.get(name)]
    of_a_tool = any(name in present for name in PROXY_VARIABLES)
    issues = [*tokens_on_their_way_to_providers(context, settings), *_proxies(context), *_bypasses(context)]
    lacking = _lacking(context, own)
    issues += [*lacking.values(), *_files(context, lacking), *_precedence(context.environment, lacking)]
    issues += of_single_tools(context, [setting for setting in settings if setting.value not in lacking])
    for file, found in vscode_settings(context.environment):
        issues += of_vscode(context, file, found)
    if of_a_tool:
        issues += _missing(context)
    # What fails comes first.
    issues.sort(key=lambda issue: issue.status != "failed")
    set_here = f"set here: {listed(present)}" if present else "no tool variables are set (normal for a shell)"
    if not issues:
        agree = f"; {'they agree' if of_a_tool else _NOT_A_TOOL}" if present else ""
        return ok(f"{set_here}{agree}")
    seen = "\n".join([*(issue.problem.message for issue in issues), set_here])
    otherwise = (
        "unset these, or start the tool with all of the module's output env:\n"
        f"$ tf-helper exec --proxy-url {context.query.proxy_url.origin} -- COMMAND"
    )
    advice = "\n".join(dict.fromkeys(issue.problem.hint or otherwise for issue in issues))
    return Finding(issues[0].status, Problem(seen, advice))


def _proxies(context: Context) -> Iterator[Finding]:
    environment, proxy = context.environment, context.query.proxy_url.origin
    for name in _emptied(environment):
        yield failed(f"{name} is empty, so Python and Node.js's fetch go past the proxy; others take HTTPS_PROXY")
    for name in PROXY_VARIABLES:
        value = environment.get(name, "")
        if not value:
            continue
        origin = proxy_origin(value)
        if not origin:
            yield failed(f"{name} is not the URL of a proxy")
        elif origin != proxy:
            yield failed(f"{name} leads to {origin}, proxy_url to {proxy}")
        elif not ProxyAuthUrl.split(value).password:
            yield failed(f"{name} has no token in it")
        elif has_other_token(value, context.token):
            # A tool that has been running since before the workspace's last start, perhaps.
            yield warning(f"{name} has another token than the one tried here")
    for name in _PLAIN_HTTP:
        if environment.get(name):
            yield warning(f"{name} is set, but AI Bridge Proxy serves CONNECT only")


def _bypasses(context: Context) -> Iterator[Finding]:
    environment = context.environment
    lists = (environment[name] for name in _NO_PROXY if name in environment)
    if len({frozenset(filter(None, map(str.strip, text.lower().split(",")))) for text in lists}) > 1:
        yield warning("NO_PROXY and no_proxy differ (most tools take no_proxy, Go takes NO_PROXY)")
    certain = context.known.intercepted or context.provider_hosts
    for name in _NO_PROXY:
        taken: dict[tuple[str, bool], list[str]] = {}
        for host in dict.fromkeys((*context.provider_hosts, *certain)):
            clients = ", ".join(bypassing_clients(environment.get(name, ""), host))
            if clients:
                taken.setdefault((clients, host in certain), []).append(host)
        for (clients, fails), hosts in taken.items():
            yield (failed if fails else warning)(f"{name} takes {', '.join(hosts)} past the proxy in {clients}")


def _files(context: Context, lacking: Container[str]) -> Iterator[Finding]:
    environment, cert_path = context.environment, context.query.cert_path
    others: dict[str, list[str]] = {}
    for name, wanted in client_env("", cert_path).items():
        value = environment.get(name, "")
        if not value or not wanted.startswith("/"):
            continue
        if not (os.path.isfile(value) and os.access(value, os.R_OK)):  # noqa: PTH113 - False on any error
            yield failed(f"{name} names a file that does not exist, or that this user may not read")
        elif is_owned_by_another_user(value):
            yield (warning if is_root() else failed)(
                f"{name} names a file that belongs to another user, who could change which CAs are trusted"
            )
        elif value == cert_path.path and name in _REPLACING:
            yield failed(
                f"{name} names the proxy's certificate alone, so other hosts are not trusted; set it to the bundle"
            )
        elif value not in {wanted, cert_path.path} and value not in lacking:
            others.setdefault(wanted, []).append(name)
    for wanted, names in others.items():
        yield warning(f"{', '.join(names)} {_verb(names)} a file other than {wanted}")
    if environment.get("SSL_CERT_DIR"):
        yield warning("SSL_CERT_DIR is set: OpenSSL trusts what is there as well, and curl prefers it")


def _precedence(environment: Mapping[str, str], lacking: Container[str]) -> Iterator[Finding]:
    for first, second, client in _PRECEDENCE:
        files = {environment[name] for name in (first, second) if environment.get(name)}
        if len(files) > 1 and not any(file in lacking for file in files):
            yield warning(f"{first} and {second} differ ({client} takes {first})")


_REPLACING = {variable.name for variable in CLIENT_VARIABLES if variable.effect == "replaces"}


def _lacking(context: Context, settings: Iterable[PresentSetting]) -> dict[str, Finding]:
    """Return the files that an image's variables name, and that have CAs which the bundle lacks.

    Tools that get the module's variables no longer trust them.
    """
    bundle = authorities(context.query.cert_path.bundle_path)
    named: dict[str, list[str]] = {}
    trust = {name: context.environment.get(name, "") for name in client_env("", context.query.cert_path)}
    trust |= {setting.name: setting.value for setting in settings if setting.setting.kind == "trust"}
    for name, value in trust.items():
        # What the script has left out of the system's store is another step's business.
        if bundle and value.startswith("/") and value not in SYSTEM_TRUST_FILES:
            named.setdefault(value, []).append(name)
    found = {}
    for file, names in named.items():
        number = len(authorities(file) - bundle)
        if number:
            many = f"{number} CA certificate{'s' if number > 1 else ''}"
            found[file] = warning(
                f"{listed(names)} {_verb(names)} a file with {many} that the bundle lacks",
                "add what is in that file to extra_ca_certs_pem: the bundle takes its place in tools",
            )
    return found


def _missing(context: Context) -> Iterator[Finding]:
    environment = context.environment
    missing = [name for name in _OF_A_TOOL if not environment.get(name) and name not in _emptied(environment)]
    if missing:
        yield warning(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set")
    deployment = context.query.access_url.origin.host if context.query.access_url else ""
    for name in _NO_PROXY:
        if deployment and environment.get(name) and not bypassing_clients(environment[name], deployment):
            yield warning(f"{name} does not include {deployment}: requests to the deployment go through the proxy")


def _emptied(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the proxy's variable that some clients take for "no proxy", although the other one names it."""
    return ("https_proxy",) if environment.get("HTTPS_PROXY") and environment.get("https_proxy") == "" else ()


def _verb(names: Sequence[str]) -> str:
    return "names" if len(names) == 1 else "name"
