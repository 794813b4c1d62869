"""Certificates given as PEM, decoded by the standard library's ssl."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, cast

from tf_helper.errors import Invalid, Problem, quoted

MAX_CA_CERT_BYTES = 16 * 1024
MAX_EXTRA_CA_CERTS_BYTES = 64 * 1024

_SOON_DAYS = 30
# https://www.rfc-editor.org/rfc/rfc4514#section-3, under the names that OpenSSL gives.
_SHORT_NAMES = {
    "commonName": "CN",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "countryName": "C",
    "streetAddress": "STREET",
    "domainComponent": "DC",
    "userId": "UID",
}

_Name = tuple[tuple[tuple[str, str], ...], ...]


class CaDetails(NamedTuple):
    """What ssl tells of a CA certificate: names as RFC 4514 strings, times as seconds since 1970.

    Attribute types without a short name in RFC 4514 have OpenSSL's name.
    """

    subject: str
    issuer: str
    not_before: int
    not_after: int


class Certificate(NamedTuple):
    """One certificate: PEM with LF line ends and a final newline, the DER's SHA-256 in lower-case hexadecimal.

    `ca` is None where the certificate is not a CA's: ssl tells nothing of others.
    """

    pem: str
    sha256: str
    ca: CaDetails | None


def parse_ca_cert(text: str) -> tuple[Certificate, ...]:
    """Return the CA certificates in at most 16 KiB of PEM, the proxy's own first. Raises Invalid."""
    return _only_cas(_parse_pem(text, MAX_CA_CERT_BYTES))


def parse_served_ca_cert(text: str) -> tuple[Certificate, ...]:
    """Parse as parse_ca_cert does what came over the network: no message quotes from it."""
    return _only_cas(_parse_pem(text, MAX_CA_CERT_BYTES, quotes=False))


def parse_extra_ca_certs(text: str) -> tuple[Certificate, ...]:
    """Return the certificates in at most 64 KiB of PEM. Raises Invalid."""
    return _parse_pem(text, MAX_EXTRA_CA_CERTS_BYTES)


def parse_saved(text: str) -> tuple[Certificate, ...]:
    """Return the certificates of a file that the startup script saved: the proxy's CA, then others. Raises Invalid."""
    return _parse_pem(text, MAX_CA_CERT_BYTES + MAX_EXTRA_CA_CERTS_BYTES)


def is_expired(certificate: Certificate, now: float) -> bool:
    """Tell whether a CA certificate's validity has ended at `now`, in seconds since 1970."""
    return certificate.ca is not None and certificate.ca.not_after < now


def validity_warnings(certificates: Sequence[Certificate], now: float) -> Iterator[Problem]:
    """Yield a problem for each CA certificate that is not valid at `now`, or not much longer."""
    for certificate in certificates:
        if certificate.ca is None:
            continue
        subject, end = quoted(certificate.ca.subject), rfc3339(certificate.ca.not_after)
        if is_expired(certificate, now):
            yield Problem(f"the certificate {subject} expired at {end}")
        elif certificate.ca.not_before > now:
            yield Problem(f"the certificate {subject} is not valid before {rfc3339(certificate.ca.not_before)}")
        elif certificate.ca.not_after < now + _SOON_DAYS * 24 * 60 * 60:
            yield Problem(f"the certificate {subject} expires at {end}, within {_SOON_DAYS} days")


def issuer_warnings(ca_cert: Sequence[Certificate], extra_ca_certs: Sequence[Certificate]) -> Iterator[Problem]:
    """Yield a problem for each certificate of `ca_cert` whose issuer's certificate is not given."""
    authorities = [certificate.ca for certificate in (*ca_cert, *extra_ca_certs) if certificate.ca]
    subjects = {authority.subject for authority in authorities}
    for certificate in ca_cert:
        if certificate.ca and certificate.ca.issuer not in subjects:
            subject, issuer = quoted(certificate.ca.subject), quoted(certificate.ca.issuer)
            yield Problem(
                f"the certificate {subject} is an intermediate, and its issuer {issuer} is not among "
                "extra_ca_certs_pem; clients on OpenSSL's defaults need the issuer too"
            )


def ca_cert_warnings(
    ca_cert: Sequence[Certificate], extra_ca_certs: Sequence[Certificate], now: float
) -> Iterator[Problem]:
    """Yield a problem for everything that is probably wrong with the proxy's CA certificate at `now`."""
    yield from validity_warnings(ca_cert, now)
    yield from issuer_warnings(ca_cert, extra_ca_certs)


def rfc3339(seconds: int) -> str:
    """Return seconds since 1970 as an RFC 3339 time in UTC."""
    from datetime import datetime, timezone

    return datetime.fromtimestamp(seconds, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _only_cas(certificates: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    problems = [
        Problem(
            f"{_which(number, certificates)} is not a CA certificate",
            "give the one that AI Bridge Proxy signs with; other certificates belong in extra_ca_certs_pem",
        )
        for number, certificate in enumerate(certificates, start=1)
        if not certificate.ca
    ]
    if problems:
        raise Invalid(*problems)
    return certificates


def _parse_pem(text: str, max_bytes: int, *, quotes: bool = True) -> tuple[Certificate, ...]:
    from tf_helper.values.pem import split_pem

    if len(text.encode(errors="replace")) > max_bytes:
        raise Invalid(Problem(f"is over {max_bytes} bytes long", "give only the certificates that are needed"))
    blocks = split_pem(text, quotes=quotes)
    certificates: list[Certificate] = []
    problems: list[Problem] = []
    for number, block in enumerate(blocks, start=1):
        try:
            certificates.append(_decode(block.certificate()))
        except Invalid as invalid:
            (problem,) = invalid.problems
            problems.append(problem._replace(message=f"{_which(number, blocks)} {problem.message}"))
        except ValueError:
            problems.append(Problem(f"{_which(number, blocks)} does not decode as X.509", "copy the whole PEM block"))
    if problems:
        raise Invalid(*problems)
    return tuple(certificates)


def _which(number: int, among: Sequence[object]) -> str:
    return (
        "contains a certificate that"
        if len(among) == 1
        else f"contains {len(among)} certificates, of which number {number}"
    )


def _decode(der: bytes) -> Certificate:
    """Return the certificate. Raises ValueError."""
    import ssl
    from hashlib import sha256

    # One store per certificate: loading all at once says nothing about the one that is broken.
    store = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        store.load_verify_locations(cadata=der)
        authorities = cast("list[dict[str, Any]]", store.get_ca_certs())
    except ssl.SSLError:  # from the second call too, for names that are not text
        raise ValueError from None
    with suppress(ssl.SSLError):
        # An extension that OpenSSL cannot read makes a certificate no CA's. Before Python 3.12 it also leaves an error
        # behind, and the next call fails for it, whatever it is given: so let it be this one.
        store.load_verify_locations(cadata=der)
    details = None
    for authority in authorities:
        details = CaDetails(
            subject=_rfc4514(authority["subject"]),
            issuer=_rfc4514(authority["issuer"]),
            not_before=ssl.cert_time_to_seconds(authority["notBefore"]),
            not_after=ssl.cert_time_to_seconds(authority["notAfter"]),
        )
    return Certificate(ssl.DER_cert_to_PEM_cert(der), sha256(der).hexdigest(), details)


def _rfc4514(name: _Name) -> str:
    return ",".join(
        "+".join(f"{_SHORT_NAMES.get(kind, kind)}={_escaped(value)}" for kind, value in relative)
        for relative in reversed(name)
    )


def _escaped(value: str) -> str:
    escaped = "".join(map(_escaped_character, value))
    if escaped.startswith(("#", " ")):
        escaped = f"\\{escaped}"
    if escaped.endswith(" ") and len(escaped) > 1 and not escaped.endswith("\\ "):
        escaped = f"{escaped[:-1]}\\ "
    return escaped


def _escaped_character(character: str) -> str:
    if character in '"+,;<>\\':
        return f"\\{character}"
    return character if character.isprintable() else "".join(f"\\{byte:02x}" for byte in character.encode())
