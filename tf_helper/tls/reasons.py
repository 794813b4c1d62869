"""Why OpenSSL refuses a certificate, in plain words, and what to do about it.

The download at plan, `tf-helper doctor` and the documentation share this table.
"""

import ssl
from typing import NamedTuple


class Reason(NamedTuple):
    """A cause, as it continues "the certificate is refused: ...", and its remedy.

    For an unknown issuer, the caller says who may have signed the certificate, and what to do.
    """

    cause: str
    remedy: str
    unknown_issuer: bool = False


_UNKNOWN_ISSUER = Reason(
    "signed by a CA that is not trusted",
    "trust the CA that signed it; if one of that name is trusted already, it has another key: compare fingerprints",
    unknown_issuer=True,
)
_DATES = (
    "compare this machine's clock (date -u) with the certificate's dates; if the clock is right, renew the certificate"
)
_OTHER_NAME = "use a name that the certificate is for, or have one issued for this name"
_NOT_A_CA = Reason(
    "signed by a certificate that is not a CA's",
    "sign with a certificate that has CA:TRUE in basicConstraints, and keyCertSign in keyUsage",
)
_NAME_CONSTRAINTS = Reason(
    "a CA in the chain may not sign for this host (name constraints)",
    "use a CA certificate without name constraints, or with constraints that permit the host",
)
_STRICT = "issue it with {}, which Python 3.13 and newer require"

# By OpenSSL's X509_V_ERR_* codes (https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/#error-codes).
REASONS = {
    2: _UNKNOWN_ISSUER,
    7: Reason(
        "the trusted CA of the issuer's name has another key",
        "trust the CA certificate that is in use now instead of the one that it replaced",
    ),
    9: Reason("not valid yet", _DATES),
    10: Reason("expired, or a CA in the chain is", _DATES),
    18: Reason(
        "self-signed, and not trusted itself",
        "trust this very certificate, or use one that a trusted CA signed",
        unknown_issuer=True,
    ),
    19: _UNKNOWN_ISSUER,
    20: _UNKNOWN_ISSUER,
    25: Reason(
        "more CAs in the chain than one of them allows (path length)",
        "sign with that CA itself, or give it a larger pathlen",
    ),
    26: Reason(
        "not for servers, or a CA in the chain is not (keyUsage, extendedKeyUsage)",
        "issue it with keyUsage digitalSignature and extendedKeyUsage serverAuth; a CA with an extendedKeyUsage needs "
        "serverAuth as well",
    ),
    34: Reason("a critical extension that OpenSSL does not know", "issue the certificate without that extension"),
    47: _NAME_CONSTRAINTS,
    48: _NAME_CONSTRAINTS,
    62: Reason("for another host name", _OTHER_NAME),
    64: Reason("for another IP address", _OTHER_NAME),
    66: Reason("its key is too weak", "issue it for a new key: RSA with 2048 bits or more, or P-256"),
    67: Reason("the key of a CA in the chain is too weak", "use a CA with an RSA key of 2048 bits or more, or P-256"),
    68: Reason("signed with SHA-1 or MD5, or a CA in the chain is", "issue it again, signed with SHA-256"),
    79: _NOT_A_CA,
    85: Reason("an authority key identifier is missing", _STRICT.format("an authority key identifier")),
    86: Reason("a CA in the chain has no subject key identifier", _STRICT.format("a subject key identifier")),
    89: Reason("basicConstraints of a CA in the chain is not critical", _STRICT.format("critical basicConstraints")),
    92: Reason("a CA in the chain has no keyUsage", _STRICT.format("keyUsage keyCertSign")),
}

# OpenSSL 1.1.1 has this code for what is 79 since 3.0.
_INVALID_CA_BEFORE_3 = 24


def explain(error: ssl.SSLCertVerificationError) -> Reason:
    """Return why a certificate was refused, with OpenSSL's own words behind the cause."""
    code = 79 if error.verify_code == _INVALID_CA_BEFORE_3 else error.verify_code
    words = error.verify_message.rstrip(".")
    known = REASONS.get(code)
    if not known:
        return Reason(words, "have the certificate issued again, without that fault")
    return known._replace(cause=f"{known.cause} ({words})")
