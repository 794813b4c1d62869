"""The query: its keys, and how JSON becomes checked values."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError

from tf_helper import __version__
from tf_helper.problems import Invalid, Problem, quoted
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


def _from_text(parse: Callable[[str], Any]) -> PlainValidator:
    return PlainValidator(lambda value: parse(_text(value)))


def _flag(value: object) -> bool:
    # A JSON boolean comes from callers that send real JSON; Terraform's external data source makes it a string.
    if isinstance(value, bool):
        return value
    text = _text(value)
    if text not in {"true", "false"}:
        raise Invalid(Problem(f'{quoted(text)} is neither "true" nor "false"'))
    return text == "true"


class Query(BaseModel):
    """What a caller asks. The descriptions are the ones that `tf-helper --help` shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    proxy_url: Annotated[ProxyUrl, _from_text(ProxyUrl.parse)] = Field(
        description="URL of AI Bridge Proxy: http or https, host, port; required"
    )
    cert_path: Annotated[CertPath, _from_text(CertPath.parse)] = Field(
        default=CertPath(DEFAULT_CERT_PATH),
        description=f"absolute path of the CA certificate in the workspace (default {DEFAULT_CERT_PATH})",
    )
    agent_id: Annotated[str, _from_text(parse_agent_id)] = Field(
        default="", description="id of the workspace agent; a UUID comes out in lower case"
    )
    access_url: Annotated[AccessUrl | None, _from_text(AccessUrl.parse)] = Field(
        default=None, description="URL of the Coder deployment"
    )
    no_proxy: Annotated[NoProxy, _from_text(NoProxy.parse)] = Field(
        default=NoProxy(), description="comma-separated hosts, .domains, IP addresses and CIDR ranges that bypass it"
    )
    ca_cert_pem: Annotated[tuple[Certificate, ...], _from_text(parse_ca_cert)] = Field(
        default=(), description="the proxy's CA certificate as PEM, where it is at hand"
    )
    extra_ca_certs_pem: Annotated[tuple[Certificate, ...], _from_text(parse_extra_ca_certs)] = Field(
        default=(), description="more certificates to trust, as PEM: the proxy's own TLS certificate, a company root"
    )
    fetch_ca_cert: Annotated[bool, PlainValidator(_flag)] = Field(
        default=False, description="true: download the CA certificate now; needs access_url (default false)"
    )


def parse_query(pairs: Sequence[tuple[str, object]]) -> Query:
    """Return the query that the members of a JSON object make up, in which null and "" mean the default.

    A JSON value is a str, float, bool, None, a list, or a tuple of pairs for an object. Raises Invalid with every
    problem of the query.
    """
    given = {key: value for key, value in pairs if key in Query.model_fields and value not in (None, "")}
    problems = [*_repetitions(pairs), *_missing_access_url(given)]
    try:
        query = Query.model_validate(given)
    except ValidationError as error:
        problems += _problems(error)
    problems += _unknown_keys(pairs)
    if problems:
        raise Invalid(*problems)
    return query


def _repetitions(pairs: Sequence[tuple[str, object]]) -> Iterator[Problem]:
    for key, count in Counter(key for key, _ in pairs).items():
        if count > 1:
            yield Problem("is given twice", field=_field(key))


def _missing_access_url(given: Mapping[str, object]) -> Iterator[Problem]:
    wanted = given.get("fetch_ca_cert")
    if (wanted is True or wanted == "true") and "access_url" not in given:
        yield Problem("needs access_url", "give the URL of the Coder deployment", "fetch_ca_cert")


def _field(key: str) -> str:
    return key if key in Query.model_fields else quoted(key)


def _problems(error: ValidationError) -> Iterator[Problem]:
    for details in error.errors(include_url=False, include_input=False):
        field = str(details["loc"][0])
        if details["type"] == "missing":
            yield Problem("is required", "the URL of AI Bridge Proxy, for example https://aiproxy.example.com", field)
        else:
            yield from (problem._replace(field=field) for problem in details["ctx"]["error"].problems)


def _unknown_keys(pairs: Sequence[tuple[str, object]]) -> Iterator[Problem]:
    for key in dict.fromkeys(key for key, _ in pairs if key not in Query.model_fields):
        from difflib import get_close_matches  # noqa: PLC0415 - needed for this message only

        (known,) = get_close_matches(key, Query.model_fields, n=1, cutoff=0.0)
        yield Problem(
            f'is not a key of the query; did you mean "{known}"?',
            f"this is tf-helper {__version__}; a newer module needs a newer tf-helper",
            _field(key),
        )
