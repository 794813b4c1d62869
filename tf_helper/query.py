"""The query: its keys, and how strings become checked values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from tf_helper import __version__
from tf_helper.errors import Collector, Invalid, Problem, closest_match, redacted
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.agent_id import parse_agent_id
from tf_helper.values.cert_path import DEFAULT_CERT_PATH, CertPath
from tf_helper.values.no_proxy import NoProxy, length_problem
from tf_helper.values.proxy_url import ProxyUrl
from tf_helper.values.wrapper_path import conflict, parse_wrapper_path

if TYPE_CHECKING:
    from tf_helper.values.certificate import Certificate

    Certificates = tuple[Certificate, ...]
else:  # not loaded for most queries; a string would have the compiler loaded instead
    Certificates = tuple

_JSON_TYPES = {bool: "a boolean", float: "a number", list: "an array", tuple: "an object"}


class Key(NamedTuple):
    """What the program knows about a key: how to parse its string, its documentation, whether it is true or false."""

    parse: Callable[[str], object]
    description: str
    is_flag: bool = False


def _parse_flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise Invalid(Problem(f'{redacted(text)} is neither "true" nor "false"'))
    return text == "true"


# Most queries have no certificates, and what parses them takes a while to load.
def _parse_ca_cert(text: str) -> Certificates:
    from tf_helper.values.certificate import parse_ca_cert

    return parse_ca_cert(text)


def _parse_extra_ca_certs(text: str) -> Certificates:
    from tf_helper.values.certificate import parse_extra_ca_certs

    return parse_extra_ca_certs(text)


# Not a pydantic model: Terraform starts the program for every plan, and importing pydantic takes several times as long
# as everything else here.
class Query(NamedTuple):
    """What a caller asks. A key without a default is required."""

    proxy_url: Annotated[
        ProxyUrl, Key(ProxyUrl.parse, "required; URL of AI Bridge Proxy: http or https, host and port, nothing else")
    ]
    cert_path: Annotated[
        CertPath,
        Key(
            CertPath.parse,
            f"absolute path of the CA certificate in the workspace, without .. segments (default {DEFAULT_CERT_PATH})",
        ),
    ] = CertPath(DEFAULT_CERT_PATH)
    agent_id: Annotated[str, Key(parse_agent_id, "ID of the workspace agent; a UUID is converted to lower case")] = ""
    access_url: Annotated[
        AccessUrl | None, Key(AccessUrl.parse, "URL of the Coder deployment; a path is kept, with a warning")
    ] = None
    no_proxy: Annotated[
        NoProxy,
        Key(
            NoProxy.parse,
            "comma-separated hosts, .domains, IP addresses and IPv4 ranges that bypass the proxy; not *",
        ),
    ] = NoProxy()
    ca_cert_pem: Annotated[
        Certificates,
        Key(_parse_ca_cert, "the proxy's CA certificate as PEM, if you have it; at most 16 KiB"),
    ] = ()
    extra_ca_certs_pem: Annotated[
        Certificates,
        Key(
            _parse_extra_ca_certs,
            "more certificates to trust, as PEM (the proxy's own TLS certificate, a company root); at most 64 KiB",
        ),
    ] = ()
    wrapper_path: Annotated[
        str,
        Key(
            parse_wrapper_path,
            "absolute path, without spaces, of the command that runs another one with client_env (default: none)",
        ),
    ] = ""
    fetch_ca_cert: Annotated[
        bool,
        Key(_parse_flag, "true: download the CA certificate now; needs access_url (default false)", is_flag=True),
    ] = False

    @property
    def no_proxy_value(self) -> str:
        """The value of NO_PROXY: this machine, the deployment's host, the given entries."""
        return self.no_proxy.value(self.access_url.origin.host if self.access_url else "")


QUERY_KEYS: Mapping[str, Key] = {name: hint.__metadata__[0] for name, hint in Query.__annotations__.items()}


def parse_query(pairs: Sequence[tuple[str, object]]) -> Query:
    """Return the query for the members of a JSON object, in which null and "" mean the default.

    A JSON value is a str, float, bool, None, a list, or a tuple of pairs for an object. Raises Invalid with every
    problem of the query.
    """
    given = {key: value for key, value in pairs if key in QUERY_KEYS and value not in (None, "")}
    found = Collector()
    found.add(*_repetitions(pairs))
    if "proxy_url" not in given:
        hint = "give the URL of AI Bridge Proxy, for example https://aiproxy.example.com"
        found.add(Problem("is required", hint, "proxy_url"))
    values: dict[str, Any] = {
        key: found.attempt(None, _parse_value, key, given[key]) for key in QUERY_KEYS if key in given
    }
    found.add(*_wrapper_conflict(values))
    found.add(*_no_proxy_too_long(values))
    if values.get("fetch_ca_cert") and "access_url" not in given:
        found.add(Problem("needs access_url", "give the URL of the Coder deployment", "fetch_ca_cert"))
    found.add(*_unknown_keys(pairs))
    found.raise_if_any()
    return Query(**values)


def _wrapper_conflict(values: Mapping[str, Any]) -> Iterator[Problem]:
    cert_path = values.get("cert_path", CertPath(DEFAULT_CERT_PATH))
    if cert_path and values.get("wrapper_path"):
        problem = conflict(values["wrapper_path"], (cert_path.path, cert_path.bundle_path))
        if problem:
            yield problem._replace(field="wrapper_path")


def _no_proxy_too_long(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem if the value is too long with what is added to it, and with international names encoded."""
    if values.get("no_proxy"):
        access_url = values.get("access_url")
        problem = length_problem(values["no_proxy"].value(access_url.origin.host if access_url else ""))
        if problem:
            yield problem._replace(field="no_proxy")


def _parse_value(name: str, value: object) -> object:
    key = QUERY_KEYS[name]
    try:
        return key.parse(_text(value, is_flag=key.is_flag))
    except Invalid as invalid:
        raise Invalid(*(problem._replace(field=name) for problem in invalid.problems)) from None


def _text(value: object, *, is_flag: bool) -> str:
    if is_flag and isinstance(value, bool):
        return "true" if value else "false"  # as Terraform's external data source converts it
    if not isinstance(value, str):
        raise Invalid(Problem(f"is {_JSON_TYPES[type(value)]}, it must be a string"))
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise Invalid(Problem("contains an unpaired surrogate"))
    return value


def _repetitions(pairs: Sequence[tuple[str, object]]) -> Iterator[Problem]:
    names = [name for name, _ in pairs]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Problem("appears more than once", field=_field(name))


def _field(name: str) -> str:
    return name if name in QUERY_KEYS else redacted(name)


def _unknown_keys(pairs: Sequence[tuple[str, object]]) -> Iterator[Problem]:
    for name in dict.fromkeys(name for name, _ in pairs if name not in QUERY_KEYS):
        known = closest_match(name, QUERY_KEYS)
        suggestion = f'; did you mean "{known}"?' if known else ""
        yield Problem(
            f"is not a key of the query{suggestion}",
            f"this is tf-helper {__version__}; a newer module needs a newer tf-helper",
            _field(name),
        )
