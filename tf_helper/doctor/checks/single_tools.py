"""Settings of single tools that disagree with what the module sets for all."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tf_helper.client_env import CLIENT_VARIABLES
from tf_helper.doctor.checks.base_urls import destination, is_deployment, is_intercepted
from tf_helper.doctor.context import Context
from tf_helper.doctor.finding import Finding, warning
from tf_helper.doctor.no_proxy_readers import bypassing_clients
from tf_helper.doctor.proxy_origin import has_other_token, proxy_origin
from tf_helper.doctor.tool_settings import PresentSetting, node_options
from tf_helper.doctor.verdicts import verdict

_NO_PROXY = ("NO_PROXY", "no_proxy")
_ADDING = {variable.name for variable in CLIENT_VARIABLES if variable.effect == "adds"}


def of_single_tools(context: Context, settings: list[PresentSetting]) -> Iterator[Finding]:
    """Yield what a tool takes before the module's variables, or instead of them."""
    for present in settings:
        said = _disagreement(context, present)
        if said and present.file:
            yield warning(
                f"{said} ({present.file} wins over the environment)", f"correct it or remove it in {present.file}"
            )
        elif said:
            yield warning(said)
    yield from map(warning, node_options(context.environment))
    if context.environment.get("NODE_USE_ENV_PROXY", "1") not in {"", "1"}:
        yield warning("NODE_USE_ENV_PROXY is not 1, so Node.js ignores HTTPS_PROXY")


def _disagreement(context: Context, present: PresentSetting) -> str:
    say = _SENTENCES.get(present.setting.kind)
    said = say(context, present) if say else ""
    return f"{present.setting.tool} {said}" if said else ""


def _proxy(context: Context, present: PresentSetting) -> str:
    proxy, origin = context.query.proxy_url.origin, proxy_origin(present.value)
    if origin != proxy:
        return f"takes {present.name}, which leads to {origin or 'no proxy'}, not to {proxy}"
    if present.file and has_other_token(present.value, context.token):
        return f"takes {present.name}, which has another token than the one tried here, or none"
    return ""


def _no_proxy(context: Context, present: PresentSetting) -> str:
    if present.value in {context.environment.get(other) for other in _NO_PROXY}:
        return ""
    hosts = context.known.intercepted or context.provider_hosts
    if present.file and not any(bypassing_clients(present.value, host) for host in hosts):
        return ""
    return f"takes {present.name}, which is not the module's NO_PROXY"


def _trust(context: Context, present: PresentSetting) -> str:
    cert_path = context.query.cert_path
    if present.value == cert_path.bundle_path or (present.name in _ADDING and present.value == cert_path.path):
        return ""
    return f"takes {present.name}, which names a file other than {cert_path.bundle_path}"


def _verification(_: Context, present: PresentSetting) -> str:
    return f"verifies no certificate: {present.name} is set" if present.turns_off else ""


def _base_url(context: Context, present: PresentSetting) -> str:
    origin = destination(present.value)
    if is_intercepted(context, origin) is not False:
        return ""
    past = (
        "the deployment past the proxy"
        if is_deployment(context, origin)
        else f"{origin or 'another host'} past AI Gateway"
    )
    return f"takes {present.name}, which leads to {past}"


def _service(_: Context, present: PresentSetting) -> str:
    return f"is asked by Claude Code, and not api.anthropic.com: {present.name} is set" if present.turns_on else ""


_SENTENCES: Mapping[str, Callable[[Context, PresentSetting], str]] = {
    "proxy": _proxy,
    "no proxy": _no_proxy,
    "trust": _trust,
    "no verification": _verification,
    "base URL": _base_url,
    "another service": _service,
}


def of_vscode(context: Context, file: str, settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what an extension host does otherwise, with these settings, than the wrapper has it do."""
    proxy = context.query.proxy_url.origin
    for name, value in settings.items():
        found = _VSCODE_VALUES.get((name, str(value).lower()))
        other = None
        if name == "http.proxy" and value:
            other = proxy_origin(str(value))
            if other != proxy:
                found = "vscode_other_proxy"
            elif has_other_token(str(value), context.token):
                found = "vscode_other_token"
        if found:
            yield verdict(found, setting=name, file=file, other=other or "no valid URL", proxy=proxy)


# The verdicts on values that say it all.
_VSCODE_VALUES = {
    ("http.proxySupport", "off"): "vscode_past_proxy",
    ("http.systemCertificatesNode", "false"): "vscode_without_ca",
    ("http.systemCertificates", "true"): "vscode_before_without_ca",
    ("http.proxyStrictSSL", "false"): "vscode_without_verification",
}
