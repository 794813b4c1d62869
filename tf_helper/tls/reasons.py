"""Why OpenSSL refuses a certificate, in plain words, and what to do about it.

The download at plan, `tf-helper doctor` and the documentation share this table.
"""

import ssl

from tf_helper.errors import Problem

_UNKNOWN_CA = Problem(
    "signed by a CA that is not trusted",
    "trust the CA that signed it; if one of that name is trusted already, it has a different key: compare fingerprints",
)
_DATES = (
    "compare this machine's clock (date -u) with the certificate's dates; if the clock is right, renew the certificate"
)
_OTHER_NAME = "use a name that the certificate is for, or have one issued for this name"
_NOT_A_CA = Problem(
    "signed by a certificate that is not a CA's",
    "sign with a certificate that has CA:TRUE in basicConstraints, and keyCertSign in keyUsage",
)
_NAME_CONSTRAINTS = Problem(
    "a CA in the chain is not permitted to issue certificates for this host (name constraints)",
    "use a CA certificate without name constraints, or with constraints that permit the host",
)
_STRICT = "issue it with {}, which Python 3.13 and newer require"

# By OpenSSL's X509_V_ERR_* codes (https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/#error-codes).
# Messages continue "the certificate is refused: ...".
REASONS = {
    2: _UNKNOWN_CA,
    7: Problem(
        "a trusted CA has the issuer's name but a different key",
        "trust the CA certificate that is in use now instead of the one that it replaced",
    ),
    9: Problem("not valid yet", _DATES),
    10: Problem("expired, or a CA in the chain is", _DATES),
    18: Problem(
        "self-signed, and not trusted itself",
        "trust this very certificate, or use one that a trusted CA signed",
    ),
    19: _UNKNOWN_CA,
    20: _UNKNOWN_CA,
    25: Problem(
        "the chain is longer than a CA's path length allows",
        "sign with that CA itself, or give it a larger pathlen",
    ),
    26: Problem(
        "not for servers, or a CA in the chain is not (keyUsage, extendedKeyUsage)",
        "issue it with keyUsage digitalSignature and extendedKeyUsage serverAuth; a CA with an extendedKeyUsage needs "
        "serverAuth as well",
    ),
    34: Problem("a critical extension that OpenSSL does not know", "issue the certificate without that extension"),
    47: _NAME_CONSTRAINTS,
    48: _NAME_CONSTRAINTS,
    62: Problem("for another host name", _OTHER_NAME),
    64: Problem("for another IP address", _OTHER_NAME),
    66: Problem("its key is too weak", "issue it for a new key: RSA with 2048 bits or more, or P-256"),
    67: Problem("the key of a CA in the chain is too weak", "use a CA with an RSA key of 2048 bits or more, or P-256"),
    68: Problem("signed with SHA-1 or MD5, or a CA in the chain is", "issue it again, signed with SHA-256"),
    79: _NOT_A_CA,
    85: Problem("an authority key identifier is missing", _STRICT.format("an authority key identifier")),
    86: Problem("a CA in the chain has no subject key identifier", _STRICT.format("a subject key identifier")),
    89: Problem("basicConstraints of a CA in the chain is not critical", _STRICT.format("critical basicConstraints")),
    92: Problem("a CA in the chain has no keyUsage", _STRICT.format("keyUsage keyCertSign")),
}

# For these, the caller knows best who may have signed the certificate, and what to do.
_UNKNOWN_ISSUER = frozenset({2, 18, 19, 20})

# OpenSSL 1.1.1 has this code for what is 79 since 3.0.
_INVALID_CA_BEFORE_3 = 24


def explain(error: ssl.SSLCertVerificationError, *, if_unknown_issuer: str = "") -> Problem:
    """Return why a certificate was refused, with OpenSSL's own words behind the cause.

    The hint is `if_unknown_issuer`, if given, for one that nothing trusted has signed.
    """
    code = 79 if error.verify_code == _INVALID_CA_BEFORE_3 else error.verify_code
    words = error.verify_message.rstrip(".")
    known = REASONS.get(code)
    if not known:
        return Problem(words, "reissue the certificate with this corrected")
    hint = if_unknown_issuer if has_unknown_issuer(error) and if_unknown_issuer else known.hint
    return Problem(f"{known.message} ({words})", hint)


def has_unknown_issuer(error: ssl.SSLCertVerificationError) -> bool:
    """Tell whether a certificate was refused because nothing trusted has signed it."""
    return error.verify_code in _UNKNOWN_ISSUER
