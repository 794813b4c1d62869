"""A Coder token as an API key: the gateway takes it, and nobody else may get it."""

from collections.abc import Iterator, Sequence

from tf_helper.client_env import PROXY_VARIABLES
from tf_helper.coder.session_token import TOKEN_VARIABLES
from tf_helper.doctor.context import Context
from tf_helper.doctor.finding import Finding, failed
from tf_helper.doctor.proxy_origin import proxy_origin
from tf_helper.doctor.tool_settings import API_KEYS, PresentSetting
from tf_helper.errors import Invalid
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.proxy_auth_url import PROXY_USER, ProxyAuthUrl
from tf_helper.values.url import DEFAULT_PORTS, Origin

_REVOKE = "if a tool has sent it, restart the workspace to get a new one"


def destination(base_url: str) -> Origin | None:
    """Return where requests go with this base URL; None if it is not a URL."""
    try:
        return AccessUrl.parse(base_url).origin
    except Invalid:
        return None


def is_deployment(context: Context, origin: Origin | None) -> bool:
    """Tell whether that is the deployment, whose gateway can be asked without the proxy."""
    return context.query.access_url is not None and origin == context.query.access_url.origin


def is_intercepted(context: Context, origin: Origin | None) -> bool:
    """Tell whether the proxy intercepts requests to there, as far as it is known."""
    hosts = context.known.intercepted if context.known.asked else context.provider_hosts
    return origin is not None and origin == ("https", origin.host, DEFAULT_PORTS["https"]) and origin.host in hosts


def tokens_on_their_way_to_providers(context: Context, settings: Sequence[PresentSetting]) -> Iterator[Finding]:
    """Yield each API key that is a Coder token and is sent to something else than the gateway."""
    tokens = _tokens(context)
    names = dict.fromkeys(one.name for one in settings if one.setting.kind == "API key" and one.value.strip() in tokens)
    # A custom provider of Codex takes its key from any variable.
    keys = (key for one in settings for key in one.setting.keys)
    names |= dict.fromkeys(key for key in keys if context.environment.get(key, "").strip() in tokens)
    through_proxy = _takes_the_proxy(context, settings)
    for name in names:
        base_urls = [one for one in settings if name in one.setting.keys]
        for one in base_urls:
            origin = destination(one.value)
            if not is_deployment(context, origin) and not (through_proxy and is_intercepted(context, origin)):
                where = f"{one.name} in {one.file}" if one.file else one.name
                seen = f"{name} is the Coder token, and {where} sends it to {origin or 'another host'}"
                yield failed(seen, f"unset one of the two; {_REVOKE}")
        host = API_KEYS.get(name)
        if not host or any(not one.file for one in base_urls):
            continue
        if not through_proxy:
            seen = f"{name} is the Coder token, and without HTTPS_PROXY it goes to {host}"
            advice = "unset it, or start the tool with all of the module's output env"
            yield failed(seen, f"{advice}; {_REVOKE}")
        elif context.known.asked and host not in context.known.intercepted:
            seen = f"{name} is the Coder token, and goes to {host}, which the proxy does not intercept"
            advice = "enable the provider in the deployment, or unset it (coder_token_as_api_key = false)"
            yield failed(seen, f"{advice}; {_REVOKE}")


def _takes_the_proxy(context: Context, settings: Sequence[PresentSetting]) -> bool:
    of_files = [one.value for one in settings if one.file and one.setting.kind == "proxy"]
    values = [*of_files, *(context.environment.get(name, "") for name in PROXY_VARIABLES)]
    return context.query.proxy_url.origin in map(proxy_origin, values)


def _tokens(context: Context) -> set[str]:
    """Return what is known to be a Coder token, whether it is used here or not."""
    environment = context.environment
    proxies = (ProxyAuthUrl.split(environment.get(name, "")) for name in PROXY_VARIABLES)
    found = {context.token, *(environment.get(name, "").strip() for name in TOKEN_VARIABLES)}
    return (found | {proxy.password for proxy in proxies if proxy.user == PROXY_USER}) - {""}
