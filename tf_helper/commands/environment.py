"""Settings that come from the environment, above all in a tool's process."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tf_helper.client_env import PROXY_VARIABLES
from tf_helper.coder.session_token import TOKEN_VARIABLES, SessionToken, session_token
from tf_helper.errors import Invalid
from tf_helper.query import Query, parse_query
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.proxy_auth_url import PROXY_USER, ProxyAuthUrl

# The variable of Coder's CLI and the agent's; in a tool's process, what the module has set.
_FALLBACKS = {"access_url": ("CODER_URL", "CODER_AGENT_URL"), "proxy_url": PROXY_VARIABLES}


class Settings(NamedTuple):
    """The members of a query, the variables that some of them come from, and the token."""

    pairs: list[tuple[str, str]]
    sources: dict[str, str]
    token: SessionToken

    def parse_query(self) -> Query:
        """Return the query. Raises Invalid, whose fields say which variable they come from."""
        try:
            return parse_query(self.pairs)
        except Invalid as invalid:
            raise Invalid(
                *(problem._replace(field=self._named(problem.field)) for problem in invalid.problems)
            ) from None

    def _named(self, field: str) -> str:
        return f"{field} (from {self.sources[field]})" if field in self.sources else field


def complete(given: Iterable[tuple[str, str]], keys: Iterable[str], environment: Mapping[str, str]) -> Settings:
    """Complete the settings that were given with those of `keys` that the environment has.

    A key that was not given is the variable TF_HELPER_<KEY>; without one, access_url is what Coder's own programs use,
    and proxy_url what HTTPS_PROXY has in a tool's process, without its user name and password. The token is in Coder's
    variables (session_token; CODER_URL may be missing) or, if neither is set, that password.
    """
    pairs = list(given)
    known = {key for key, _ in pairs}
    proxies = _module_proxies(environment)
    # Nothing is taken from another proxy's variable.
    available = dict(environment) | dict.fromkeys(PROXY_VARIABLES, "")
    available |= {name: proxy.url for name, proxy in proxies.items()}
    sources = {}
    for key in keys:
        names = (f"TF_HELPER_{key.upper()}", *_FALLBACKS.get(key, ()))
        source = next((name for name in names if available.get(name)), None)
        if source and key not in known:
            pairs.append((key, available[source]))
            sources[key] = source
    if any(name in environment for name in TOKEN_VARIABLES):
        token = session_token(environment, _access_url(pairs), url_needed=False)
    else:
        token = SessionToken(next((proxy.password for proxy in proxies.values()), ""))
    return Settings(pairs, sources, token)


def _access_url(pairs: Iterable[tuple[str, str]]) -> AccessUrl | None:
    """Return the access URL; None if it is missing or will be refused."""
    try:
        return next((AccessUrl.parse(value) for key, value in pairs if key == "access_url"), None)
    except Invalid:
        return None


def _module_proxies(environment: Mapping[str, str]) -> dict[str, ProxyAuthUrl]:
    """Return the proxy variables that the module may have set, by their user name."""
    proxies = {name: ProxyAuthUrl.split(environment.get(name, "")) for name in PROXY_VARIABLES}
    return {name: proxy for name, proxy in proxies.items() if proxy.user == PROXY_USER}
