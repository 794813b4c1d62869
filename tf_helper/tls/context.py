"""TLS contexts: which certificates are trusted."""

import contextlib
import ssl
from collections.abc import Iterable

from tf_helper.tls.bare_context import bare_context
from tf_helper.tls.system_store import system_certificates
from tf_helper.values.certificate import Certificate
from tf_helper.values.system_trust import SYSTEM_TRUST_DIRECTORIES, SYSTEM_TRUST_FILES


def ssl_context(certificates: Iterable[Certificate] = (), *, system: bool = True) -> ssl.SSLContext:
    """Return a context that trusts `certificates` and, with `system`, the machine's own store.

    An intermediate CA, or a server's own certificate, can be trusted by itself, as in curl. Stores that the environment
    names (SSL_CERT_FILE) are not trusted.
    """
    context = bare_context()
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if system:
        _load_system_store(context)
    for certificate in certificates:
        context.load_verify_locations(cadata=certificate.pem)
    return context


def _load_system_store(context: ssl.SSLContext) -> None:
    # Not load_default_certs(), which obeys SSL_CERT_FILE, and not a whole file at once, which one broken block loses.
    for certificate in system_certificates(SYSTEM_TRUST_FILES, SYSTEM_TRUST_DIRECTORIES):
        with contextlib.suppress(ssl.SSLError, ValueError):  # broken, empty
            context.load_verify_locations(cadata=certificate)
    if context.cert_store_stats()["x509"]:
        return
    # Another system than Linux.
    compiled_in = ssl.get_default_verify_paths()
    with contextlib.suppress(OSError):
        context.load_verify_locations(cafile=compiled_in.openssl_cafile)
    with contextlib.suppress(OSError):
        context.load_verify_locations(capath=compiled_in.openssl_capath)
