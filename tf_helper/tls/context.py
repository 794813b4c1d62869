"""TLS contexts: which certificates are trusted."""

import contextlib
import ssl
from collections.abc import Iterable

from tf_helper.tls.bare_context import bare_context
from tf_helper.tls.system_store import are_system_certificates, has_hashed_names, system_certificates
from tf_helper.values.certificate import Certificate
from tf_helper.values.system_trust import SYSTEM_TRUST_DIRECTORIES, SYSTEM_TRUST_FILES

# To load all of a system's roots at once takes half the time. Meanwhile, no deadline can end it.
_BATCH = 200


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
        context.load_verify_locations(cadata=certificate.der)
    return context


class HashedStore:
    """A context for one handshake, for which OpenSSL looks roots up in directories of names by hash.

    To read all the roots of a system takes as long as the rest of the program, and with thousands far longer.
    """

    def __init__(self, certificates: Iterable[Certificate]) -> None:
        """Trust `certificates`, and what is looked up."""
        self.context = ssl_context(certificates, system=False)
        self._given = self._known()
        for directory in filter(has_hashed_names, SYSTEM_TRUST_DIRECTORIES):
            self.context.load_verify_locations(capath=directory)

    def is_right(self) -> bool:
        """Tell, after a handshake, whether ssl_context() would have trusted everything that was looked up.

        OpenSSL also takes blocks there that Go does not, which are therefore not trusted: TRUSTED CERTIFICATE.
        """
        count, authorities = self._known()
        looked_up = authorities - self._given[1]
        # Of what is not a CA, ssl tells the number only.
        return count - self._given[0] == len(looked_up) and are_system_certificates(
            looked_up, SYSTEM_TRUST_FILES, SYSTEM_TRUST_DIRECTORIES
        )

    def _known(self) -> tuple[int, set[bytes]]:
        return self.context.cert_store_stats()["x509"], set(self.context.get_ca_certs(binary_form=True))


def _load_system_store(context: ssl.SSLContext) -> None:
    # Not load_default_certs(), which obeys SSL_CERT_FILE, and not a whole file at once, which one broken block loses.
    certificates = list(system_certificates(SYSTEM_TRUST_FILES, SYSTEM_TRUST_DIRECTORIES))
    for start in range(0, len(certificates), _BATCH):
        _load(context, certificates[start : start + _BATCH])
    if context.cert_store_stats()["x509"]:
        return
    # Another system than Linux.
    compiled_in = ssl.get_default_verify_paths()
    with contextlib.suppress(OSError):
        context.load_verify_locations(cafile=compiled_in.openssl_cafile)
    with contextlib.suppress(OSError):
        context.load_verify_locations(capath=compiled_in.openssl_capath)


def _load(context: ssl.SSLContext, certificates: list[bytes]) -> None:
    """Trust those that decode."""
    before = context.cert_store_stats()["x509"]
    with contextlib.suppress(ssl.SSLError):
        context.load_verify_locations(cadata=b"".join(certificates))
    if context.cert_store_stats()["x509"] - before == len(certificates):
        return
    # The first one that does not decode has ended it.
    for certificate in certificates:
        with contextlib.suppress(ssl.SSLError):
            context.load_verify_locations(cadata=certificate)
