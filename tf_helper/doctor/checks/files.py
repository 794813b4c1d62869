"""What the startup script has saved: the certificate, and the bundle with the system's roots."""

import os
import ssl
import stat
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tf_helper.doctor.checks.hosts import ask_all
from tf_helper.doctor.context import Context, Known
from tf_helper.doctor.finding import Finding, with_warnings
from tf_helper.doctor.owner import is_owned_by_another_user, is_root
from tf_helper.doctor.tunnel import ConnectionFailed, TunnelRefused, why_not_trusted
from tf_helper.doctor.verdicts import Condition, first_match, verdict
from tf_helper.errors import Invalid
from tf_helper.tls.bare_context import bare_context
from tf_helper.tls.context import ssl_context
from tf_helper.values.certificate import Certificate, is_expired, parse_saved
from tf_helper.values.certificate_warnings import validity_warnings
from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

# Several times what all the roots of a system take.
_MAX_CHARACTERS = 4 * 1024 * 1024
# Less than the step has.
_HANDSHAKE_SECONDS = 5


def certificate_file(context: Context) -> Finding:
    """Compare the certificate at cert_path with the one that the deployment hands out."""
    path = context.query.cert_path.path
    text = _read(path)
    if isinstance(text, Finding):
        return text
    try:
        saved = parse_saved(text)
    except Invalid as invalid:
        return verdict("certificate_invalid", path=path, reason=invalid.problems[0].message)
    served = context.known.served_ca
    # It need not be the first: people also put it behind the root that has signed it.
    first = next((one for one in saved if served and one.sha256 == served[0].sha256), saved[0])
    known = Known(saved_ca=saved)
    if not served or first.sha256 == served[0].sha256:
        finding = _examine(path, first, is_served=bool(served))
    elif _is_proxys(context, first):
        finding = verdict("certificate_not_served", path=path, sha256=served[0].sha256)
        known = replace(known, signing_ca=(first,))
    else:
        finding = verdict("certificate_replaced", path=path, sha256=first.sha256)
    return _unless_of_another_user(path, finding)._replace(known=known)


def _examine(path: str, saved: Certificate, *, is_served: bool) -> Finding:
    if is_expired(saved, time.time()):
        return verdict("certificate_expired", path=path)
    if is_served:
        return verdict("certificate_current", path=path)
    return with_warnings(
        verdict("certificate_saved", path=path, sha256=saved.sha256), validity_warnings((saved,), time.time())
    )


def _is_proxys(context: Context, ca: Certificate) -> bool:
    """Tell whether the proxy signs with this CA, for any host."""

    def signs_for(host: str) -> bool:
        with suppress(ConnectionFailed, TunnelRefused):
            return why_not_trusted(context, host, ssl_context((ca,), system=False)) is None
        return False

    hosts = context.known.intercepted
    return any(ask_all(hosts, signs_for, seconds=_HANDSHAKE_SECONDS, is_decisive=bool).values())


def bundle_file(context: Context) -> Finding:
    """Look whether the bundle has the proxy's CA certificate and the system's roots."""
    path = context.query.cert_path.bundle_path
    text = _read(path)
    return text if isinstance(text, Finding) else _unless_of_another_user(path, _compare_bundle(context, path))


class _Bundle(NamedTuple):
    """What is known of the bundle: the DER of CA certificates in it, of the proxy's, and of the system's roots."""

    authorities: set[bytes]
    proxy_ca: set[bytes]
    store: str | None
    roots: set[bytes]
    older: bool
    """Whether it was saved before the system's store was last changed."""


_BUNDLE: Sequence[tuple[str, Condition[_Bundle]]] = (
    ("bundle_invalid", lambda bundle: not bundle.authorities),
    ("bundle_lacks_ca", lambda bundle: bundle.proxy_ca - bundle.authorities),
    ("bundle_without_system", lambda bundle: not bundle.store),
    ("bundle_store_unreadable", lambda bundle: not bundle.roots),
    ("bundle_lacks_roots", lambda bundle: not bundle.roots & bundle.authorities),
    ("bundle_lacks_new_roots", lambda bundle: bundle.older and bundle.roots - bundle.authorities),
    ("bundle_lacks_left_out_roots", lambda bundle: bundle.roots - bundle.authorities),
    ("bundle_complete", lambda bundle: bundle.proxy_ca),
    ("bundle_has_roots", lambda _: True),
)


def _compare_bundle(context: Context, path: str) -> Finding:
    store = next(filter(os.path.exists, SYSTEM_TRUST_FILES), None)
    saved, proxy_ca = context.known.saved_ca, context.proxy_ca
    if saved and set(saved).isdisjoint(proxy_ca):
        proxy_ca = saved[:1]  # an older one, which the step before has said
    ours = {ssl.PEM_cert_to_DER_cert(certificate.pem) for certificate in proxy_ca}
    roots = authorities(store) if store else set()
    older = store is not None and Path(path).stat().st_mtime < Path(store).stat().st_ctime
    bundle = _Bundle(authorities(path), ours, store, roots, older)
    lacking = len(bundle.roots - bundle.authorities)
    return verdict(first_match(_BUNDLE, bundle), path=path, store=store, number=lacking, total=len(bundle.roots))


def _unless_of_another_user(path: str, finding: Finding) -> Finding:
    """Return the finding or, if nothing worse was found, that the file is another user's."""
    if finding.status == "failed" or not is_owned_by_another_user(path):
        return finding
    return verdict("file_of_another_user_than_root" if is_root() else "file_of_another_user", path=path)


def _read(path: str) -> str | Finding:
    """Return the text of a regular file, at most so much of it; a pipe or a device could be read without end."""
    try:
        mode = Path(path).stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
            return verdict("file_is_something_else", path=path, kind=kind)
        with Path(path).open(encoding="utf-8", errors="replace") as file:
            return file.read(_MAX_CHARACTERS)
    except FileNotFoundError:
        return verdict("file_missing", path=path)
    except OSError as error:
        return verdict("file_unreadable", path=path, reason=error.strerror)


def authorities(path: str) -> set[bytes]:
    """Return the DER of the CA certificates in a file; none where something in it cannot be read."""
    if not os.path.isfile(path):  # noqa: PTH113 - False on any error; a pipe or a device could be read without end
        return set()
    store = bare_context()
    try:
        store.load_verify_locations(cafile=path)
    except OSError:
        return set()
    return set(store.get_ca_certs(binary_form=True))
