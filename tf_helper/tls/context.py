"""TLS contexts, and the advice for certificates that they refuse."""

import contextlib
import ssl
from collections.abc import Iterable

from tf_helper.values.certificate import Certificate
from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

# OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID, _CERT_HAS_EXPIRED, _HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH.
_CLOCK = (
    "compare this machine's clock with the certificate's dates; if the clock is right, the certificate must be renewed"
)
_NAME = "use a name that the certificate is for, or have one issued for this name"
_ADVICE_BY_VERIFY_CODE = {9: _CLOCK, 10: _CLOCK, 62: _NAME, 64: _NAME}


def ssl_context(certificates: Iterable[Certificate] = (), *, system: bool = True) -> ssl.SSLContext:
    """Return a context that trusts `certificates` and, with `system`, the machine's own store.

    An intermediate CA, or a server's own certificate, can be trusted by itself, as in curl. Stores that the environment
    names (SSL_CERT_FILE) are not trusted.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if system:
        _load_system_store(context)
    for certificate in certificates:
        context.load_verify_locations(cadata=certificate.pem)
    return context


def advice_on_distrust(error: ssl.SSLCertVerificationError) -> str:
    """Return what to do about a certificate that is refused though its CA is trusted, or "" if its CA is not."""
    return _ADVICE_BY_VERIFY_CODE.get(error.verify_code, "")


def _load_system_store(context: ssl.SSLContext) -> None:
    # Not load_default_certs(), which obeys SSL_CERT_FILE.
    compiled_in = ssl.get_default_verify_paths()
    for file in (*SYSTEM_TRUST_FILES, compiled_in.openssl_cafile):
        with contextlib.suppress(OSError):  # missing, empty or broken: the next
            context.load_verify_locations(cafile=file)
            break
    with contextlib.suppress(OSError):
        context.load_verify_locations(capath=compiled_in.openssl_capath)
