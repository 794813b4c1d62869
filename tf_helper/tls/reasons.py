"""Why OpenSSL refuses a certificate, in plain words, and what to do about it.

The download at plan, `tf-helper doctor`, the wrapper's --check and the documentation share the table in
terraform/tls_reasons.json: OpenSSL's X509_V_ERR_* codes
(https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/#error-codes), its words, and curl's where they differ,
a cause that continues "the certificate is refused: ...", and the way out.
"""

import json
import ssl
from collections.abc import Mapping
from pathlib import Path

from tf_helper.errors import Problem

_ROWS = json.loads(Path(__file__).with_name("tls_reasons.json").read_text("utf-8"))

REASONS: Mapping[int, Problem] = {
    code: Problem(row["message"], row["advice"]) for row in _ROWS for code in row["codes"]
}

# For these, the caller knows best who may have signed the certificate, and what to do.
_UNKNOWN_ISSUER = frozenset(code for row in _ROWS if row["unknown_issuer"] for code in row["codes"])


def explain(error: ssl.SSLCertVerificationError, *, if_unknown_issuer: str = "") -> Problem:
    """Return why a certificate was refused, with OpenSSL's own words behind the cause.

    The hint is `if_unknown_issuer`, if given, for one that nothing trusted has signed.
    """
    words = error.verify_message.rstrip(".")
    known = REASONS.get(error.verify_code)
    if not known:
        return Problem(words, "reissue the certificate with this corrected")
    hint = if_unknown_issuer if has_unknown_issuer(error) and if_unknown_issuer else known.hint
    return Problem(f"{known.message} ({words})", hint)


def has_unknown_issuer(error: ssl.SSLCertVerificationError) -> bool:
    """Tell whether a certificate was refused because nothing trusted has signed it."""
    return error.verify_code in _UNKNOWN_ISSUER
