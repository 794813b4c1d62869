"""Certificates given as PEM, decoded by the standard library's ssl."""

from collections.abc import Sequence
from typing import NamedTuple

from tf_helper.errors import Invalid, Problem

MAX_CA_CERT_BYTES = 16 * 1024
MAX_EXTRA_CA_CERTS_BYTES = 64 * 1024

# A time zone can move a certificate's date out of the years that datetime has, 1 to 9999.
_FIRST_SECOND, _LAST_SECOND = -62135596800, 253402300799


class CaDetails(NamedTuple):
    """What a CA certificate tells: names as RFC 4514 strings, times as seconds since 1970."""

    subject: str
    issuer: str
    not_before: int
    not_after: int


class Certificate(NamedTuple):
    """One certificate, as DER; `ca` is None where it is not a CA's."""

    der: bytes
    ca: CaDetails | None

    @property
    def pem(self) -> str:
        """It as PEM with LF line ends and a final newline."""
        from ssl import DER_cert_to_PEM_cert

        return DER_cert_to_PEM_cert(self.der)

    @property
    def sha256(self) -> str:
        """The SHA-256 of its DER in lower-case hexadecimal."""
        from hashlib import sha256

        return sha256(self.der).hexdigest()


def parse_ca_cert(text: str) -> tuple[Certificate, ...]:
    """Return the CA certificates in at most 16 KiB of PEM, the proxy's own first. Raises Invalid."""
    return _own_first(_only_cas(_parse_pem(text, MAX_CA_CERT_BYTES)))


def parse_served_ca_cert(text: str) -> tuple[Certificate, ...]:
    """Parse as parse_ca_cert does what came over the network: no message quotes from it."""
    return _own_first(_only_cas(_parse_pem(text, MAX_CA_CERT_BYTES, quotes=False)))


def parse_extra_ca_certs(text: str) -> tuple[Certificate, ...]:
    """Return the certificates in at most 64 KiB of PEM. Raises Invalid."""
    return _parse_pem(text, MAX_EXTRA_CA_CERTS_BYTES, only_words=True)


def parse_saved(text: str) -> tuple[Certificate, ...]:
    """Return the certificates of a file that the startup script saved: the proxy's CA, then others. Raises Invalid."""
    return _parse_pem(text, MAX_CA_CERT_BYTES + MAX_EXTRA_CA_CERTS_BYTES)


def is_expired(certificate: Certificate, now: float) -> bool:
    """Tell whether a CA certificate's validity has ended at `now`, in seconds since 1970."""
    return certificate.ca is not None and certificate.ca.not_after < now


def is_not_valid_yet(certificate: Certificate, now: float) -> bool:
    """Tell whether a CA certificate's validity begins after `now`."""
    return certificate.ca is not None and certificate.ca.not_before > now


def rfc3339(seconds: int) -> str:
    """Return seconds since 1970 as an RFC 3339 time in UTC, of the years 1 to 9999."""
    from datetime import datetime, timezone

    seconds = min(max(seconds, _FIRST_SECOND), _LAST_SECOND)
    return datetime.fromtimestamp(seconds, tz=timezone.utc).isoformat().replace("+00:00", "Z")


def _only_cas(certificates: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    problems = [
        Problem(
            f"{_which(number, certificates)} is not a CA certificate",
            "give the one that AI Bridge Proxy signs with: it has CA:TRUE in basicConstraints and, with a keyUsage, "
            "keyCertSign there; other certificates belong in extra_ca_certs_pem",
        )
        for number, certificate in enumerate(certificates, start=1)
        if not certificate.ca
    ]
    if problems:
        raise Invalid(*problems)
    return certificates


def _parse_pem(text: str, max_bytes: int, *, quotes: bool = True, only_words: bool = False) -> tuple[Certificate, ...]:
    from tf_helper.values.pem import split_pem

    if len(text.encode(errors="replace")) > max_bytes:
        raise Invalid(Problem(f"is over {max_bytes} bytes long", "give only the certificates that are needed"))
    blocks = split_pem(text, quotes=quotes, only_words=only_words)
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


def _own_first(certificates: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    """Move the one to the front that issued none of the others, which is the proxy's own in a chain of any order.

    Of several, it is one whose issuer is there: the others do not belong to the chain.
    """
    if len(certificates) == 1:
        return certificates
    from tf_helper.values.x509 import Fields

    names = {certificate.der: Fields(certificate.der).names for certificate in certificates}

    def others(der: bytes) -> list[tuple[str, str]]:
        return [its for other, its in names.items() if other != der]

    last = [der for der, (subject, _) in names.items() if all(issuer != subject for _, issuer in others(der))]
    chained = [der for der in last if any(subject == names[der][1] for subject, _ in others(der))]
    first = next(iter(chained + last), certificates[0].der)
    return tuple(sorted(certificates, key=lambda certificate: certificate.der != first))


def _decode(der: bytes) -> Certificate:
    """Return the certificate. Raises Invalid for its dates, and ValueError for all else that is wrong."""
    import ssl

    from tf_helper.tls.bare_context import bare_context, forget_errors
    from tf_helper.values.x509 import Fields, rfc4514, seconds

    # One store per certificate: loading all at once says nothing about the one that is broken.
    store = bare_context()
    try:
        store.load_verify_locations(cadata=der)
    except ssl.SSLError:
        raise ValueError from None
    is_ca = store.cert_store_stats()["x509_ca"]
    # To OpenSSL, a certificate with an extension that it cannot read is not a CA's; and an error stays behind.
    forget_errors(store)
    if not is_ca:
        return Certificate(der, None)
    fields = Fields(der)
    subject, issuer = rfc4514(fields.subject), rfc4514(fields.issuer)
    try:
        return Certificate(der, CaDetails(subject, issuer, seconds(fields.not_before), seconds(fields.not_after)))
    except ValueError:
        raise Invalid(
            Problem(
                "has a date that is not as in RFC 5280",
                "reissue it with dates in UTC and to the second: YYMMDDhhmmssZ up to 2049, then YYYYMMDDhhmmssZ",
            )
        ) from None
