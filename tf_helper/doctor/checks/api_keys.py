"""A Coder token as an API key: it is for the gateway, and must not reach anyone else.

Each tool is judged by itself: what its own files say wins over the environment.
"""

from collections.abc import Iterable, Iterator, Sequence

from tf_helper.client_env import PROXY_VARIABLES
from tf_helper.coder.session_token import TOKEN_VARIABLES
from tf_helper.doctor.checks.base_urls import destination, is_deployment, is_intercepted
from tf_helper.doctor.context import Context
from tf_helper.doctor.finding import Finding, failed, warning
from tf_helper.doctor.no_proxy_readers import bypassing_clients
from tf_helper.doctor.proxy_origin import proxy_origin
from tf_helper.doctor.tool_settings import API_KEYS, CUSTOM_PROVIDER, KEYS_OF_TOOLS, PresentSetting, settings_of_file
from tf_helper.values.proxy_auth_url import PROXY_USER, ProxyAuthUrl
from tf_helper.values.url import DEFAULT_PORTS, Origin

_REVOKE = "if a tool has sent it, restart the workspace to get a new one"
_NO_PROXY = ("NO_PROXY", "no_proxy")


def tokens_on_their_way_to_providers(context: Context, settings: Sequence[PresentSetting]) -> Iterator[Finding]:
    """Yield each API key that is a Coder token and is sent to something else than the gateway."""
    way = {name: context.environment.get(name, "") for name in (*PROXY_VARIABLES, *_NO_PROXY)}
    shared = [*settings_of_file(way, "", ""), *(one for one in settings if not one.file)]
    everyone = _Tool(context, "", shared)
    tools = []
    for name in KEYS_OF_TOOLS:
        own = [one for one in settings if one.file and one.setting.tool == name]
        if own:
            tools.append(_Tool(context, name, [*shared, *own]))
    # In a shell, a tool that has the proxy in its own file is the one that is meant.
    if everyone.proxies or not any(tool.proxies for tool in tools):
        tools.insert(0, everyone)
    yield from dict.fromkeys(finding for tool in tools for finding in tool.leaks())


class _Tool:
    """What a tool takes from the environment and, instead of that, from its own files; "" for one that has none."""

    def __init__(self, context: Context, name: str, settings: Iterable[PresentSetting]) -> None:
        self._context = context
        self._by_name = {one.name: one for one in settings}
        self.proxies = [one for one in map(self._by_name.get, PROXY_VARIABLES) if one and one.value]
        base_urls = [one for one in self._by_name.values() if one.setting.kind == "base URL"]
        custom = [one for one in base_urls if one.name.startswith(CUSTOM_PROVIDER)]
        self._base_urls = custom or base_urls
        self._keys = (
            [key for one in custom for key in one.setting.keys] if custom else KEYS_OF_TOOLS.get(name, API_KEYS)
        )

    def leaks(self) -> Iterator[Finding]:
        """Yield each way of a token to something else than the gateway."""
        tokens = _tokens(self._context)
        for key in self._keys:
            present = self._by_name.get(key)
            value = present.value if present else self._context.environment.get(key, "")
            # In a header, "Bearer" is before it.
            if value.strip().rpartition(" ")[2] not in tokens:
                continue
            base_urls = [one for one in self._base_urls if key in one.setting.keys]
            for one in base_urls:
                origin = destination(one.value)
                if not is_deployment(self._context, origin):
                    yield from self._leaks_to(origin, f"{key} is the Coder token, and", one)
            if not base_urls and key in API_KEYS:
                origin = Origin("https", API_KEYS[key], DEFAULT_PORTS["https"])
                yield from self._leaks_to(origin, f"{key} is the Coder token, and")

    def _leaks_to(
        self, origin: Origin | None, beginning: str, base_url: PresentSetting | None = None
    ) -> Iterator[Finding]:
        intercepted = is_intercepted(self._context, origin)
        where = origin.host if origin and not base_url else origin or "another host"
        if base_url and intercepted is False:
            yield failed(f"{beginning} {_named(base_url)} sends it to {where}", f"unset one of the two; {_REVOKE}")
            return
        leads_away = origin and self._leads_away(origin.host)
        if not self.proxies:
            advice = "unset it, or start the tool with all of the module's output env"
            yield failed(f"{beginning} without HTTPS_PROXY it goes to {where}", f"{advice}; {_REVOKE}")
        elif leads_away:
            seen = f"{beginning} {_named(leads_away)} takes it past the proxy to {where}"
            yield failed(seen, f"correct or remove {_named(leads_away)}; {_REVOKE}")
        elif intercepted is False:
            advice = "enable the provider in the deployment, or unset it (coder_token_as_api_key = false)"
            yield failed(f"{beginning} goes to {where}, which the proxy does not intercept", f"{advice}; {_REVOKE}")
        elif intercepted is None and self._context.known.asked:
            seen = f"{beginning} goes to {where}; the proxy has not answered whether it intercepts that"
            yield warning(seen, "run tf-helper doctor again")

    def _leads_away(self, host: str) -> PresentSetting | None:
        """Return the setting by which this tool, some versions of it at least, goes past the proxy."""
        for one in self.proxies:
            if proxy_origin(one.value) != self._context.query.proxy_url.origin:
                return one
        no_proxy = filter(None, map(self._by_name.get, _NO_PROXY))
        return next((one for one in no_proxy if bypassing_clients(one.value, host)), None)


def _named(setting: PresentSetting) -> str:
    return f"{setting.name} in {setting.file}" if setting.file else setting.name


def _tokens(context: Context) -> set[str]:
    """Return what is known to be a Coder token, whether it is used here or not."""
    environment = context.environment
    proxies = (ProxyAuthUrl.split(environment.get(name, "")) for name in PROXY_VARIABLES)
    found = {context.token, *(environment.get(name, "").strip() for name in TOKEN_VARIABLES)}
    return (found | {proxy.password for proxy in proxies if proxy.user == PROXY_USER}) - {""}
