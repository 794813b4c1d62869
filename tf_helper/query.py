"""The query: its keys, and how JSON becomes checked values."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from tf_helper import __version__
from tf_helper.problems import Collector, Invalid, Problem, quoted
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.agent_id import parse_agent_id
from tf_helper.values.cert_path import DEFAULT_CERT_PATH, CertPath
from tf_helper.values.certificate import Certificate, parse_ca_cert, parse_extra_ca_certs
from tf_helper.values.no_proxy import NoProxy
from tf_helper.values.proxy_url import ProxyUrl

_JSON_TYPES = {bool: "a boolean", float: "a number", list: "an array", tuple: "an object"}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Invalid(Problem(f"is {_JSON_TYPES[type(value)]}, it must be a string"))
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise Invalid(Problem("holds half of a surrogate pair, which is no text"))
    return value


def _from_text(parse: Callable[[str], object]) -> Callable[[object], object]:
    return lambda value: parse(_text(value))


def _flag(value: object) -> bool:
    # A JSON boolean comes from callers that send real JSON; Terraform's external data source makes it a string.
    if isinstance(value, bool):
        return value
    text = _text(value)
    if text not in {"true", "false"}:
        raise Invalid(Problem(f'{quoted(text)} is neither "true" nor "false"'))
    return text == "true"


def _key(description: str, parse: Callable[[object], object]) -> dict[str, object]:
    return {"description": description, "parse": parse}


# Plain Python and no pydantic model: Terraform starts the program for every plan, and importing pydantic alone would
# take longer than all the rest of it.
@dataclass(frozen=True, kw_only=True)
class Query:
    """What a caller asks; no default means required. The descriptions are the ones that `tf-helper --help` shows."""

    proxy_url: ProxyUrl = field(
        metadata=_key(
            "required; URL of AI Bridge Proxy: http or https, host and port, and nothing else",
            _from_text(ProxyUrl.parse),
        ),
    )
    cert_path: CertPath = field(
        default=CertPath(DEFAULT_CERT_PATH),
        metadata=_key(
            f"absolute path of the CA certificate in the workspace, without .. segments (default {DEFAULT_CERT_PATH})",
            _from_text(CertPath.parse),
        ),
    )
    agent_id: str = field(
        default="",
        metadata=_key("id of the workspace agent; a UUID comes out in lower case", _from_text(parse_agent_id)),
    )
    access_url: AccessUrl | None = field(
        default=None,
        metadata=_key("URL of the Coder deployment; a path is kept, with a warning", _from_text(AccessUrl.parse)),
    )
    no_proxy: NoProxy = field(
        default=NoProxy(),
        metadata=_key(
            "comma-separated hosts, .domains, IP addresses and CIDR ranges that bypass the proxy; not *",
            _from_text(NoProxy.parse),
        ),
    )
    ca_cert_pem: tuple[Certificate, ...] = field(
        default=(),
        metadata=_key(
            "the proxy's CA certificate as PEM, where it is at hand; at most 16 KiB", _from_text(parse_ca_cert)
        ),
    )
    extra_ca_certs_pem: tuple[Certificate, ...] = field(
        default=(),
        metadata=_key(
            "more certificates to trust, as PEM (the proxy's own TLS certificate, a company root); at most 64 KiB",
            _from_text(parse_extra_ca_certs),
        ),
    )
    fetch_ca_cert: bool = field(
        default=False,
        metadata=_key("true: download the CA certificate now; needs access_url (default false)", _flag),
    )


QUERY_KEYS = {key.name: key for key in fields(Query)}


def parse_query(pairs: Sequence[tuple[str, object]]) -> Query:
    """Return the query that the members of a JSON object make up, in which null and "" mean the default.

    A JSON value is a str, float, bool, None, a list, or a tuple of pairs for an object. Raises Invalid with every
    problem of the query.
    """
    given = {key: value for key, value in pairs if key in QUERY_KEYS and value not in (None, "")}
    found = Collector()
    found.add(*_repetitions(pairs), *_missing_keys(given))
    values: dict[str, Any] = {
        key: found.attempt(None, _parse_value, key, given[key]) for key in QUERY_KEYS if key in given
    }
    found.add(*_unknown_keys(pairs))
    found.finish()
    return Query(**values)


def _parse_value(key: str, value: object) -> object:
    try:
        parse: Callable[[object], object] = QUERY_KEYS[key].metadata["parse"]
        return parse(value)
    except Invalid as invalid:
        raise Invalid(*(problem._replace(field=key) for problem in invalid.problems)) from None


def _repetitions(pairs: Sequence[tuple[str, object]]) -> Iterator[Problem]:
    for key, count in Counter(key for key, _ in pairs).items():
        if count > 1:
            yield Problem("is given twice", field=_field(key))


def _missing_keys(given: Mapping[str, object]) -> Iterator[Problem]:
    if "proxy_url" not in given:
        yield Problem("is required", "the URL of AI Bridge Proxy, for example https://aiproxy.example.com", "proxy_url")
    wanted = given.get("fetch_ca_cert")
    if (wanted is True or wanted == "true") and "access_url" not in given:
        yield Problem("needs access_url", "give the URL of the Coder deployment", "fetch_ca_cert")


def _field(key: str) -> str:
    return key if key in QUERY_KEYS else quoted(key)


def _unknown_keys(pairs: Sequence[tuple[str, object]]) -> Iterator[Problem]:
    for key in dict.fromkeys(key for key, _ in pairs if key not in QUERY_KEYS):
        from difflib import get_close_matches  # noqa: PLC0415 - needed for this message only

        (known,) = get_close_matches(key, QUERY_KEYS, n=1, cutoff=0.0)
        yield Problem(
            f'is not a key of the query; did you mean "{known}"?',
            f"this is tf-helper {__version__}; a newer module needs a newer tf-helper",
            _field(key),
        )
