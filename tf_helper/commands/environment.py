"""Settings that come from the environment, above all in a tool's process."""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from tf_helper.client_env import CLIENT_VARIABLES, PROXY_VARIABLES
from tf_helper.coder.session_token import TOKEN_VARIABLES, URL_VARIABLES, SessionToken
from tf_helper.errors import Invalid, Problem
from tf_helper.query import Query, parse_query
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.cert_path import CertPath
from tf_helper.values.proxy_auth_url import PROXY_USER, ProxyAuthUrl
from tf_helper.values.proxy_url import ProxyUrl

T = TypeVar("T")

# The variable of Coder's CLI and the agent's; in a tool's process, what the module has set.
_FALLBACKS = {"access_url": URL_VARIABLES, "proxy_url": PROXY_VARIABLES}
_TRUST_VARIABLES = [variable.name for variable in CLIENT_VARIABLES if variable.effect in {"adds", "replaces"}]


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

    A key that was not given is the variable TF_HELPER_<KEY>; without one, access_url is what Coder's own programs use.
    In a tool's process, proxy_url is what HTTPS_PROXY has, without its user name and password, and cert_path belongs to
    the files that are trusted there. The token is in Coder's variables or, if neither is set, that password.
    """
    pairs = list(given)
    known = {key for key, _ in pairs}
    proxies = _module_proxies(environment)
    # Nothing is taken from another proxy's variable.
    available = dict(environment) | dict.fromkeys(PROXY_VARIABLES, "")
    available |= {name: proxy.url for name, proxy in proxies.items()}
    cert_paths = _cert_paths(environment) if proxies else {}
    sources = {}
    for key in keys:
        names = (f"TF_HELPER_{key.upper()}", *_FALLBACKS.get(key, ()))
        source = next((name for name in names if available.get(name)), None)
        value = available.get(source or "", "")
        if key == "cert_path" and not source and cert_paths:
            source, value = next(iter(cert_paths.items()))
        if source and key not in known:
            pairs.append((key, value))
            sources[key] = source
    return Settings(pairs, sources, _token(pairs, proxies, environment))


def _token(
    pairs: Iterable[tuple[str, str]], proxies: Mapping[str, ProxyAuthUrl], environment: Mapping[str, str]
) -> SessionToken:
    """Return the token, which goes to its own deployment only, and a password only to its own proxy as well."""
    given = dict(pairs)
    deployment = _parsed(AccessUrl.parse, given.get("access_url", ""))
    # Not by present_token: only for a plan, an empty variable means that there is no token.
    for name in TOKEN_VARIABLES:
        token = SessionToken(environment.get(name, "").strip())
        if token.value:
            return token.only_for(deployment, name, environment)
    proxy_url = _parsed(ProxyUrl.parse, given.get("proxy_url", ""))
    for name, proxy in proxies.items():
        own = _parsed(ProxyUrl.parse, proxy.url)
        if proxy_url and own and own.origin == proxy_url.origin:
            return SessionToken(proxy.password).only_for(deployment, f"the token in {name}", environment)
    if not proxies or not proxy_url:
        return SessionToken("")
    why = f"the token in {' and '.join(proxies)} is for another proxy and is not sent to {proxy_url.origin}"
    return SessionToken("", Problem(why, f"set {TOKEN_VARIABLES[1]}"))


def _parsed(parse: Callable[[str], T], text: str) -> T | None:
    """Return a setting; None if it is missing or will be refused."""
    try:
        return parse(text)
    except Invalid:
        return None


def _module_proxies(environment: Mapping[str, str]) -> dict[str, ProxyAuthUrl]:
    """Return the proxy variables that the module may have set, by their user name."""
    proxies = {name: ProxyAuthUrl.split(environment.get(name, "")) for name in PROXY_VARIABLES}
    return {name: proxy for name, proxy in proxies.items() if proxy.user == PROXY_USER}


def _cert_paths(environment: Mapping[str, str]) -> dict[str, str]:
    """Return which trust variables name a bundle or, if none does, the certificate beside one, and its path."""
    bundles, certificates = {}, {}
    for name in _TRUST_VARIABLES:
        value = environment.get(name, "")
        beside = _parsed(CertPath.parse, "".join(value.rpartition(".bundle")[::2]))
        if beside and beside.bundle_path == value:
            bundles[name] = beside.path
        elif beside and os.path.isfile(beside.bundle_path):  # noqa: PTH113 - False on any error
            certificates[name] = beside.path
    return bundles or certificates
