"""What is probably wrong with certificates that are valid as PEM, and the tools that refuse them."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

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


def ca_cert_warnings(
    ca_cert: Sequence[Certificate], extra_ca_certs: Sequence[Certificate], now: float
) -> Iterator[Problem]:
    """Yield everything that is probably wrong with the proxy's CA certificate at `now`, in seconds since 1970."""
    given = (*ca_cert, *extra_ca_certs)
    yield from validity_warnings(ca_cert, now)
    yield from _issuer_warnings(ca_cert, given)
    for _, problem in property_warnings(ca_cert, given):
        yield problem


def property_warnings(ca_cert: Sequence[Certificate], given: Sequence[Certificate]) -> Iterator[tuple[str, Problem]]:
    """Yield what some tools refuse in the proxy's CA certificate itself, with the name of each property.

    `given` are all the certificates that are known, those of `ca_cert` first.
    """
    fields = [Fields(certificate.der) for certificate in given if certificate.ca]
    for ca, its_fields in zip(_authorities(ca_cert), fields, strict=False):
        try:
            found = list(refused_properties(its_fields, fields))
        except (ValueError, IndexError):
            found = [Property("unreadable")]
        for name, value in found:
            yield name, _problem(ca, name, value)


def extra_ca_certs_warnings(
    extra_ca_certs: Sequence[Certificate], ca_cert: Sequence[Certificate], now: float
) -> Iterator[Problem]:
    """Yield everything that is probably wrong with further CA certificates at `now`."""
    yield from validity_warnings(extra_ca_certs, now)
    yield from _issuer_warnings(extra_ca_certs, (*ca_cert, *extra_ca_certs))


def validity_warnings(certificates: Sequence[Certificate], now: float) -> Iterator[Problem]:
    """Yield a problem for each CA certificate that is not valid at `now`, or not much longer."""
    for ca in _authorities(certificates):
        if ca.not_after < now:
            yield _problem(ca, "expired", f"at {rfc3339(ca.not_after)}")
        elif ca.not_before > now:
            yield _problem(ca, "not_valid_yet", f"valid from {rfc3339(ca.not_before)}")
        elif ca.not_after < now + _SOON_DAYS * 24 * 60 * 60:
            yield Problem(
                f"the certificate {quoted(ca.subject)} expires at {rfc3339(ca.not_after)}, within {_SOON_DAYS} days",
                certificate_properties()["expired"]["way_out"],
            )


def _issuer_warnings(certificates: Sequence[Certificate], given: Sequence[Certificate]) -> Iterator[Problem]:
    subjects = {ca.subject for ca in _authorities(given)}
    for ca in _authorities(certificates):
        if ca.issuer not in subjects:
            yield _problem(ca, "intermediate", quoted(ca.issuer))


def _authorities(certificates: Sequence[Certificate]) -> list[CaDetails]:
    return [certificate.ca for certificate in certificates if certificate.ca]


def _problem(ca: CaDetails, name: str, value: str) -> Problem:
    known = certificate_properties()[name]
    tools = refusing_tools(name)
    details = f" ({value})" if value else ""
    return Problem(
        f"the certificate {quoted(ca.subject)} {known['property']}{details}; refused by {tools}", known["way_out"]
    )
