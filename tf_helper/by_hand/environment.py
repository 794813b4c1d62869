"""What a person need not type because the environment has it, in a tool's process above all."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tf_helper.client_env import PROXY_USER, PROXY_VARIABLES
from tf_helper.problems import Invalid
from tf_helper.query import QUERY_KEYS, Query, parse_query
from tf_helper.session_token import VARIABLES, session_token

# The coder program's own variable, and the one that the agent has; in a tool's process, what the module has set.
_ELSEWHERE = {"access_url": ("CODER_URL", "CODER_AGENT_URL"), "proxy_url": PROXY_VARIABLES}


class Settings(NamedTuple):
    """The members of a query, the variables that those come from which no option gave, and the token ("" for none)."""

    pairs: list[tuple[str, str]]
    sources: dict[str, str]
    token: str

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


class ProxyVariable(NamedTuple):
    """What a proxy variable holds: the proxy's URL without userinfo, and that; "" for what is not there."""

    url: str
    user: str
    password: str


def parse_proxy_variable(value: str) -> ProxyVariable:
    """Take the value of HTTPS_PROXY or its like apart, whatever it is. The password is decoded."""
    from urllib.parse import unquote  # noqa: PLC0415 - as everything here, for a person only

    if "\\" in value:
        return ProxyVariable("", "", "")  # clients disagree on where its host begins
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
    known = {key for key, _ in pairs}
    modules_own = _modules_own(environment)
    # Of another proxy's variable nothing is taken.
    available = dict(environment) | dict.fromkeys(PROXY_VARIABLES, "")
    available |= {name: variable.url for name, variable in modules_own.items()}
    sources = {}
    for key in QUERY_KEYS:
        names = (f"TF_HELPER_{key.upper()}", *_ELSEWHERE.get(key, ()))
        source = next((name for name in names if available.get(name)), None)
        if source and key not in known:
            pairs.append((key, available[source]))
            sources[key] = source
    if any(name in environment for name in VARIABLES):
        token = session_token(environment)
    else:
        token = next((variable.password for variable in modules_own.values()), "")
    return Settings(pairs, sources, token)


def _modules_own(environment: Mapping[str, str]) -> dict[str, ProxyVariable]:
    """Return the proxy variables that the module may have set, by their user name."""
    variables = {name: parse_proxy_variable(environment.get(name, "")) for name in PROXY_VARIABLES}
    return {name: variable for name, variable in variables.items() if variable.user == PROXY_USER}
