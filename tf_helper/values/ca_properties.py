"""The properties of a CA certificate that some tools refuse, found in the certificate itself."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tf_helper.errors import quoted
from tf_helper.values.der import Value, read
from tf_helper.values.provider_hosts import provider_hosts
from tf_helper.values.x509 import Fields, is_as_in_rfc5280, rfc4514

_MIN_RSA_BITS, _MAX_RSA_BITS = 2048, 8192
_RSA, _ECDSA, _ED25519 = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1", "1.3.101.112"
_ML_DSA = "2.16.840.1.101.3.4.3."
_P224, _COMMON_CURVES = "1.3.132.0.33", {"1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"}
_NAMES = {
    "1.3.132.0.10": "secp256k1",
    "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
    "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
    "1.3.101.113": "Ed448",
    "1.2.840.10040.4.1": "DSA",
    "1.2.840.113549.1.1.10": "RSASSA-PSS",
    "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
    "1.3.6.1.5.5.7.1.11": "subjectInfoAccess",
    "2.5.29.9": "subjectDirectoryAttributes",
    "2.5.29.14": "subjectKeyIdentifier",
    "2.5.29.18": "issuerAltName",
    "2.5.29.35": "authorityKeyIdentifier",
    "2.5.29.46": "freshestCRL",
}
# Those of the signature algorithms with RSA (PKCS #1 v1.5), by the last number of their OIDs.
_RSA_SIGNATURE = "1.2.840.113549.1.1."
_DIGESTS = {"4": "md5", "5": "sha1", "11": "sha256", "12": "sha384", "13": "sha512"}
_MAX_EXPONENT_BITS = 64  # OpenSSL's limit; with a larger one, a signature takes long to verify

_SUBJECT_KEY_IDENTIFIER, _KEY_USAGE, _BASIC_CONSTRAINTS = "2.5.29.14", "2.5.29.15", "2.5.29.19"
_NAME_CONSTRAINTS, _AUTHORITY_KEY_IDENTIFIER = "2.5.29.30", "2.5.29.35"
_POLICY_CONSTRAINTS, _EXTENDED_KEY_USAGE = "2.5.29.36", "2.5.29.37"
# Beside these: subjectAltName, cRLDistributionPoints, certificatePolicies, policyMappings, inhibitAnyPolicy, and the
# nsCertType of Netscape.
_KNOWN_IF_CRITICAL = {
    *(_KEY_USAGE, _BASIC_CONSTRAINTS, _NAME_CONSTRAINTS, _POLICY_CONSTRAINTS, _EXTENDED_KEY_USAGE),
    *("2.5.29.17", "2.5.29.31", "2.5.29.32", "2.5.29.33", "2.5.29.54", "2.16.840.1.113730.1.1"),
}
_SERVER_AUTH = "1.3.6.1.5.5.7.3.1"

# Tags.
_INTEGER, _OBJECT_IDENTIFIER = 0x02, 0x06
_DNS_NAME, _DIRECTORY_NAME, _PERMITTED = 0x82, 0xA4, 0xA0
_KEY_IDENTIFIER, _ITS_ISSUER, _ITS_SERIAL_NUMBER = 0x80, 0xA1, 0x82


class Property(NamedTuple):
    """A property by its name in certificate_properties.json, and its value ("" if the name says it all)."""

    name: str
    value: str = ""


def refused_properties(certificate: Fields, given: Iterable[Fields]) -> Iterator[Property]:
    """Yield the properties of a CA certificate; `given` are all that are known, itself among them.

    Raises ValueError or IndexError for a key or an extension that cannot be read, which ssl leaves for later.
    """
    yield from _key_properties(certificate.key)
    if certificate.version < 3:  # noqa: PLR2004 - without extensions
        yield Property("version_1")
    else:
        yield from _extension_properties(certificate)
    if not certificate.subject.content:
        yield Property("empty_subject")
    if certificate.serial_number.content[0] >= 0x80:  # noqa: PLR2004 - the sign
        yield Property("negative_serial")
    if not (is_as_in_rfc5280(certificate.not_before) and is_as_in_rfc5280(certificate.not_after)):
        yield Property("no_seconds")
    yield from _properties_among(certificate, list(given))


def _key_properties(key: Value) -> Iterator[Property]:
    algorithm, bits = key.parts
    kind, *parameters = algorithm.parts
    if kind.oid == _RSA:
        yield from _rsa_properties(_number(read(bits.content[1:])[0].parts[0]).bit_length())
    elif kind.oid == _ECDSA:
        curve = parameters[0].oid if parameters[0].tag == _OBJECT_IDENTIFIER else "explicit parameters"
        if curve == _P224:
            yield Property("p224")
        elif curve not in _COMMON_CURVES:
            yield Property("other_curve", _names(curve))
    elif kind.oid.startswith(_ML_DSA):
        yield Property("ml_dsa")
    elif kind.oid != _ED25519:
        yield Property("other_key", _names(kind.oid))


def _names(*oids: str) -> str:
    return quoted(", ".join(_NAMES.get(oid, oid) for oid in oids))[1:-1]


def _rsa_properties(size: int) -> Iterator[Property]:
    # The few tools that refuse 2047 bits do so for the odd number.
    if size + 7 < _MIN_RSA_BITS:
        yield Property("rsa_under_2048", f"{size} bits")
    elif size > _MAX_RSA_BITS:
        yield Property("rsa_over_8192", f"{size} bits")
    elif size % 8:
        yield Property("rsa_odd", f"{size} bits")


def _extension_properties(certificate: Fields) -> Iterator[Property]:
    extensions = certificate.extensions
    if _BASIC_CONSTRAINTS not in extensions:
        yield Property("no_basic_constraints")
    elif not extensions[_BASIC_CONSTRAINTS].critical:
        yield Property("basic_constraints_not_critical")
    if _KEY_USAGE not in extensions:
        yield Property("no_key_usage")
    if _SUBJECT_KEY_IDENTIFIER not in extensions:
        yield Property("no_subject_key_identifier")
    if _EXTENDED_KEY_USAGE in extensions:
        uses = [use.oid for use in extensions[_EXTENDED_KEY_USAGE].value.parts]
        if _SERVER_AUTH not in uses:
            yield Property("extended_key_usage")
    if _POLICY_CONSTRAINTS in extensions:
        yield Property("policy_constraints")
    unknown = [oid for oid, extension in extensions.items() if extension.critical and oid not in _KNOWN_IF_CRITICAL]
    if unknown:
        yield Property("critical_extension", _names(*unknown))
    if _NAME_CONSTRAINTS in extensions:
        yield from _name_constraints_properties(extensions[_NAME_CONSTRAINTS].value)


def _name_constraints_properties(constraints: Value) -> Iterator[Property]:
    names = [(subtrees.tag, subtree.parts[0]) for subtrees in constraints.parts for subtree in subtrees.parts]
    domains = [(tag, name.content.decode("latin-1").lower()) for tag, name in names if name.tag == _DNS_NAME]
    permitted = [domain for tag, domain in domains if tag == _PERMITTED]
    excluded = [domain for tag, domain in domains if tag != _PERMITTED]
    left_out = [
        host for host in provider_hosts() if (permitted and not _is_below(host, permitted)) or _is_below(host, excluded)
    ]
    if left_out:
        yield Property("excluded_hosts", ", ".join(left_out))
    if any(domain.startswith(".") for _, domain in domains):
        yield Property("leading_dot")
    if any(name.tag == _DIRECTORY_NAME for _, name in names):
        yield Property("directory_name")


def _is_below(host: str, domains: Iterable[str]) -> bool:
    """Tell whether a host is one of the domains or below it, or only below it if there is a dot in front."""
    return any(
        host.endswith(domain) if domain[:1] in {"", "."} else f".{host}".endswith(f".{domain}") for domain in domains
    )


def _properties_among(certificate: Fields, given: Sequence[Fields]) -> Iterator[Property]:
    """Yield what is wrong with a certificate beside the others."""
    subject, issuer = certificate.names
    if _SUBJECT_KEY_IDENTIFIER not in certificate.extensions and any(
        other.names[0] == subject and other.key != certificate.key for other in given
    ):
        yield Property("same_name")
    if certificate.is_self_issued and not any(_verifies(certificate, other) for other in _of_name(issuer, given)):
        yield Property("self_signature")
    issuers = list(_issuers(certificate, given))
    if not issuers and any(_of_name(issuer, given)):
        yield Property("authority_key_identifier")
    if not certificate.is_self_issued and not all(_verifies(certificate, each) for each in issuers):
        yield Property("other_issuer", quoted(rfc4514(certificate.issuer)))
    too_short = _with_too_short_a_path(certificate, given)
    if too_short:
        yield Property("path_length", quoted(rfc4514(too_short.subject)))


def _of_name(subject: str, given: Iterable[Fields]) -> Iterator[Fields]:
    return (other for other in given if other.names[0] == subject)


def _issuers(certificate: Fields, given: Iterable[Fields]) -> Iterator[Fields]:
    """Yield the certificates that can be the issuer's, by the name and the authorityKeyIdentifier."""
    return (other for other in _of_name(certificate.names[1], given) if _is_named_by(certificate, other))


def _is_named_by(certificate: Fields, issuer: Fields) -> bool:
    """Tell whether a certificate's authorityKeyIdentifier, if it has one, fits its issuer's certificate."""
    identifier = certificate.extensions.get(_AUTHORITY_KEY_IDENTIFIER)
    its = issuer.extensions.get(_SUBJECT_KEY_IDENTIFIER)
    for part in identifier.value.parts if identifier else ():
        if part.tag == _KEY_IDENTIFIER and its and part.content != its.value.content:
            return False
        if part.tag == _ITS_SERIAL_NUMBER and part.content != issuer.serial_number.content:
            return False
        if part.tag == _ITS_ISSUER:
            # Of several names, OpenSSL looks at the first that is a directoryName.
            names = [name.parts[0] for name in part.parts if name.tag == _DIRECTORY_NAME]
            if names and rfc4514(names[0], folded=True) != issuer.names[1]:
                return False
    return True


def _with_too_short_a_path(certificate: Fields, given: Sequence[Fields]) -> Fields | None:
    """Return the CA certificate on the way to the root whose pathlen forbids those below it, or None."""
    below, seen = 0, [certificate]
    while not certificate.is_self_issued:
        below += 1
        issuer = next(_issuers(certificate, given), None)
        if not issuer or issuer in seen:
            break
        constraints = issuer.extensions.get(_BASIC_CONSTRAINTS)
        lengths = [part for part in constraints.value.parts if part.tag == _INTEGER] if constraints else []
        if lengths and _number(lengths[0]) < below:
            return issuer
        certificate = issuer
        seen.append(issuer)
    return None


def _verifies(certificate: Fields, issuer: Fields) -> bool:
    """Tell whether a signature fits the issuer's key, if both are RSA: for others, Python has no function."""
    from hashlib import new

    algorithm, bits = issuer.key.parts
    digest = _DIGESTS.get(certificate.signature_algorithm.removeprefix(_RSA_SIGNATURE))
    if algorithm.parts[0].oid != _RSA or not digest:
        return True
    modulus, exponent = map(_number, read(bits.content[1:])[0].parts)
    if exponent.bit_length() > _MAX_EXPONENT_BITS:
        return True
    expected = new(digest, certificate.signed.whole, usedforsecurity=False).digest()
    decrypted = pow(int.from_bytes(certificate.signature, "big"), exponent, modulus)
    return decrypted % (1 << 8 * len(expected)) == int.from_bytes(expected, "big")


def _number(value: Value) -> int:
    return int.from_bytes(value.content, "big")
