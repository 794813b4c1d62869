"""What a person need not type because the environment has it, in a tool's process above all."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tf_helper.client_env import PROXY_USER, PROXY_VARIABLES
from tf_helper.query import QUERY_KEYS
from tf_helper.session_token import VARIABLES, session_token

# The coder program's own variable, and the one that the agent has.
_ACCESS_URL_VARIABLES = ("CODER_URL", "CODER_AGENT_URL")


class Settings(NamedTuple):
    """The members of a query, and the session token ("" for none)."""

    pairs: list[tuple[str, str]]
    token: str


class ProxyVariable(NamedTuple):
    """What a proxy variable holds: the proxy's URL without userinfo, and that; "" for what is not there."""

    url: str
    user: str
    password: str


def parse_proxy_variable(value: str) -> ProxyVariable:
    """Take the value of HTTPS_PROXY or its like apart, whatever it is. The password is decoded."""
    from urllib.parse import unquote  # noqa: PLC0415 - as everything here, for a person only

    scheme, _, rest = value.partition("://")
    userinfo, _, host = rest.rpartition("@")
    user, _, password = userinfo.partition(":")
    return ProxyVariable(f"{scheme}://{host}", user, unquote(password))


def settings(given: Iterable[tuple[str, str]], environment: Mapping[str, str]) -> Settings:
    """Complete the options that were given from the environment.

    A key that was not given is the variable TF_HELPER_<KEY>; without one, access_url is what Coder's own programs use,
    and proxy_url what HTTPS_PROXY holds in a tool's process, without its user name and password. The token is in
    Coder's variables (session_token) or, where neither is set, that password.
    """
    pairs = list(given)
    proxy_url, password = _proxy_variable(environment)
    access_url = next((environment[name] for name in _ACCESS_URL_VARIABLES if environment.get(name)), "")
    elsewhere = {"proxy_url": proxy_url, "access_url": access_url}
    known = {key for key, _ in pairs}
    for key in QUERY_KEYS:
        value = environment.get(f"TF_HELPER_{key.upper()}") or elsewhere.get(key, "")
        if key not in known and value:
            pairs.append((key, value))
    in_coders_variables = any(name in environment for name in VARIABLES)
    return Settings(pairs, session_token(environment) if in_coders_variables else password)


def _proxy_variable(environment: Mapping[str, str]) -> tuple[str, str]:
    """Return URL and password of the first proxy variable that the module may have set, by its user name."""
    for name in PROXY_VARIABLES:
        variable = parse_proxy_variable(environment.get(name, ""))
        if variable.user == PROXY_USER:
            return variable.url, variable.password
    return "", ""
