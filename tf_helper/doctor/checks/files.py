"""What the startup script has saved: the certificate, and the bundle with the system's roots."""

import os
import ssl
import stat
import time
from pathlib import Path

from tf_helper.doctor.context import Context, Known
from tf_helper.doctor.finding import Finding, failed, ok, ok_or_warning, warning
from tf_helper.doctor.owner import is_foreign, is_root
from tf_helper.errors import Invalid
from tf_helper.tls.bare_context import bare_context
from tf_helper.values.certificate import Certificate, is_expired, parse_saved
from tf_helper.values.certificate_warnings import validity_warnings
from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

_RESTART = '$ coder restart "$CODER_WORKSPACE_NAME"'
_STARTUP_SCRIPT = (
    f"restart the workspace; if that does not help, the log of its script AI Bridge Proxy Setup says why\n{_RESTART}"
)

# Several times what all the roots of a system take.
_MAX_CHARACTERS = 4 * 1024 * 1024


def certificate_file(context: Context) -> Finding:
    """Compare the certificate at cert_path with the one that the deployment hands out."""
    path = context.query.cert_path.path
    text = _read(path)
    if isinstance(text, Finding):
        return text
    try:
        saved = parse_saved(text)
    except Invalid as invalid:
        return failed(f"{path} {invalid.problems[0].message}", _STARTUP_SCRIPT)
    finding = _unless_foreign(path, _compare(path, saved, context.known.served_ca))
    return finding._replace(known=Known(saved_ca=saved))


def _compare(path: str, saved: tuple[Certificate, ...], served: tuple[Certificate, ...]) -> Finding:
    first = saved[0]
    if served and first.sha256 != served[0].sha256:
        return failed(
            f"{path} contains a certificate other than the one that the deployment serves: SHA-256 {first.sha256}",
            f"the proxy's CA certificate was replaced after this workspace started: restart it\n{_RESTART}",
        )
    if is_expired(first, time.time()):
        return failed(f"the certificate in {path} has expired", _STARTUP_SCRIPT)
    if served:
        return ok(f"{path} contains the deployment's certificate")
    return ok_or_warning(f"{path}, SHA-256 {first.sha256}", validity_warnings(saved[:1], time.time()))


def bundle_file(context: Context) -> Finding:
    """Look whether the bundle has the proxy's CA certificate and the system's roots."""
    path = context.query.cert_path.bundle_path
    text = _read(path)
    return text if isinstance(text, Finding) else _unless_foreign(path, _compare_bundle(context, path))


def _compare_bundle(context: Context, path: str) -> Finding:
    bundle = _authorities(path)
    missing = [
        certificate for certificate in context.proxy_ca if ssl.PEM_cert_to_DER_cert(certificate.pem) not in bundle
    ]
    if not bundle or missing:
        lack = (
            "does not contain the proxy's CA certificate"
            if bundle
            else "cannot be loaded: no certificate, or a broken one"
        )
        return failed(f"{path} {lack}", _STARTUP_SCRIPT)
    store = next(filter(os.path.exists, SYSTEM_TRUST_FILES), None)
    if not store:
        return warning(
            f"{path}: this machine has no system roots to compare it with",
            "install ca-certificates and restart the workspace",
        )
    roots = _authorities(store)
    if not roots:
        return warning(
            f"{path}: the system's roots in {store} cannot be read to compare it with them",
            f"check that this user can read {store} and that it contains only certificates; update-ca-certificates or "
            "update-ca-trust rebuilds it",
        )
    if not roots & bundle:
        return failed(f"{path} lacks the system's roots", "install ca-certificates, then restart the workspace")
    if roots - bundle:
        return warning(
            f"{path} lacks {len(roots - bundle)} of the system's {len(roots)} roots",
            f"the system's store was updated after the workspace started: restart it\n{_RESTART}",
        )
    certificate = "the certificate and " if context.proxy_ca else ""
    return ok(f"{path} contains {certificate}{len(roots)} of the system's roots")


def _unless_foreign(path: str, finding: Finding) -> Finding:
    """Return the finding or, if nothing worse was found, that the file is another user's."""
    if finding.status == "failed" or not is_foreign(path):
        return finding
    found = warning if is_root() else failed
    return found(
        f"{path} belongs to another user, who could change which CAs are trusted", f"remove it, and {_STARTUP_SCRIPT}"
    )


def _read(path: str) -> str | Finding:
    """Return the text of a regular file, at most so much of it; a pipe or a device could be read without end."""
    try:
        mode = Path(path).stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
            return failed(f"{path} is {kind}", f"move it away, then {_STARTUP_SCRIPT}")
        with Path(path).open(encoding="utf-8", errors="replace") as file:
            return file.read(_MAX_CHARACTERS)
    except FileNotFoundError:
        return failed(f"{path} does not exist", f"if it is elsewhere, use --cert-path; if not, {_STARTUP_SCRIPT}")
    except OSError as error:
        return failed(
            f"{path} cannot be read: {error.strerror}",
            "make it readable for this user: the startup script saves it with mode 0644",
        )


def _authorities(path: str) -> set[bytes]:
    """Return the DER of the CA certificates in a file; none where something in it cannot be read."""
    store = bare_context()
    try:
        store.load_verify_locations(cafile=path)
    except OSError:
        return set()
    return set(store.get_ca_certs(binary_form=True))
