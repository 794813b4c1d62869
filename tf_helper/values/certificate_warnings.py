"""What is probably wrong with certificates that are valid as PEM, and the tools that refuse them."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tf_helper.errors import Problem, quoted
from tf_helper.values.ca_properties import Property, refused_properties
from tf_helper.values.certificate import CaDetails, Certificate, rfc3339
from tf_helper.values.x509 import Fields

_SOON_DAYS = 30


@cache
def certificate_properties() -> dict[str, dict[str, Any]]:
    """Return the properties by name: in words, which tools refuse them, the way out. terraform/ has the same file."""
    table: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("certificate_properties.json").read_bytes())
    return table


def refusing_tools(name: str) -> str:
    """Return the tools that refuse a property, in words."""
    *others, last = certificate_properties()[name]["refused_by"]
    return f"{', '.join(others)} and {last}" if others else last


class _Authority(NamedTuple):
    """A CA certificate: what its messages need, and its fields."""

    ca: CaDetails
    fields: Fields

    def stands_in_for(self, other: "_Authority", given: "Collection[_Authority]", now: float) -> bool:
        """Tell whether tools that find both can do without the other: name and key are the same."""
        return (
            self != other
            and self.ca.not_before <= now <= self.ca.not_after
            and (self.fields.names[0], self.fields.key) == (other.fields.names[0], other.fields.key)
            and self.is_issued_by_one_of(given)
        )

    def is_issued_by_one_of(self, given: "Iterable[_Authority]") -> bool:
        """Tell whether the issuer, or what has its name, is given."""
        return any(issuer.fields.names[0] == self.fields.names[1] for issuer in given)


def ca_cert_warnings(
    ca_cert: Sequence[Certificate], extra_ca_certs: Sequence[Certificate], now: float
) -> Iterator[Problem]:
    """Yield everything that is probably wrong with the proxy's CA certificate at `now`, in seconds since 1970."""
    given = (*ca_cert, *extra_ca_certs)
    yield from validity_warnings(ca_cert, now, given)
    yield from _issuer_warnings(ca_cert, given, now)
    for _, problem in property_warnings(ca_cert, given):
        yield problem


def property_warnings(ca_cert: Sequence[Certificate], given: Sequence[Certificate]) -> Iterator[tuple[str, Problem]]:
    """Yield what some tools refuse in the proxy's CA certificate itself, with the name of each property.

    `given` are all the certificates that are known, those of `ca_cert` first.
    """
    fields = [authority.fields for authority in _authorities(given)]
    for authority in _authorities(ca_cert):
        try:
            found = list(refused_properties(authority.fields, fields))
        except (ValueError, IndexError):
            found = [Property("unreadable")]
        for name, value in found:
            yield name, _problem(authority.ca, name, value)


def extra_ca_certs_warnings(
    extra_ca_certs: Sequence[Certificate], ca_cert: Sequence[Certificate], now: float
) -> Iterator[Problem]:
    """Yield everything that is probably wrong at `now` with CA certificates that are not in `ca_cert`, too."""
    given = (*ca_cert, *extra_ca_certs)
    others = [certificate for certificate in extra_ca_certs if certificate not in ca_cert]
    yield from validity_warnings(others, now, given)
    yield from _issuer_warnings(others, given, now)


def validity_warnings(
    certificates: Sequence[Certificate], now: float, given: Sequence[Certificate] | None = None
) -> Iterator[Problem]:
    """Yield a problem for each CA certificate that is not valid at `now`, or not much longer.

    There is none if one of `given`, by default the same certificates, stands in for it.
    """
    authorities = _authorities(certificates if given is None else given)
    for authority in _authorities(certificates):
        ca, soon = authority.ca, now + _SOON_DAYS * 24 * 60 * 60
        if ca.not_before <= now and soon <= ca.not_after:
            continue
        others = [other for other in authorities if other.ca.not_after > ca.not_after or ca.not_before > now]
        if any(other.stands_in_for(authority, authorities, now) for other in others):
            continue
        if ca.not_after < now:
            yield _problem(ca, "expired", f"at {rfc3339(ca.not_after)}")
        elif ca.not_before > now:
            yield _problem(ca, "not_valid_yet", f"valid from {rfc3339(ca.not_before)}")
        else:
            yield Problem(
                f"the certificate {quoted(ca.subject)} expires at {rfc3339(ca.not_after)}, within {_SOON_DAYS} days",
                certificate_properties()["expired"]["way_out"],
            )


def _issuer_warnings(
    certificates: Sequence[Certificate], given: Sequence[Certificate], now: float
) -> Iterator[Problem]:
    authorities = _authorities(given)
    for authority in _authorities(certificates):
        # Claude Code and Node.js take the first one of a name, and look no further.
        earlier = authorities[: authorities.index(authority)]
        if not authority.is_issued_by_one_of(authorities) and not any(
            other.stands_in_for(authority, authorities, now) for other in earlier
        ):
            yield _problem(authority.ca, "intermediate", quoted(authority.ca.issuer))


@cache
def _authority(certificate: Certificate) -> _Authority | None:
    return _Authority(certificate.ca, Fields(certificate.der)) if certificate.ca else None


def _authorities(certificates: Iterable[Certificate]) -> list[_Authority]:
    """Return the CA certificates among them, each once."""
    return [authority for authority in map(_authority, dict.fromkeys(certificates)) if authority]


def _problem(ca: CaDetails, name: str, value: str) -> Problem:
    known = certificate_properties()[name]
    tools = refusing_tools(name)
    details = f" ({value})" if value else ""
    return Problem(
        f"the certificate {quoted(ca.subject)} {known['property']}{details}; refused by {tools}", known["way_out"]
    )
