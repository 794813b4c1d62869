"""What the startup script has saved: the certificate, and the bundle with the system's roots."""

import ssl
import stat
import time
from pathlib import Path

from tf_helper.doctor.case import Case
from tf_helper.doctor.step import Finding, failed, ok, ok_but_for, warning
from tf_helper.problems import Invalid
from tf_helper.values.cert_path import SYSTEM_TRUST_FILES
from tf_helper.values.certificate import is_expired, parse_saved, validity_warnings

_STARTUP_SCRIPT = "restart the workspace; if that does not help, the log of its script AI Bridge Proxy Setup says why"

# Several times what all the roots of a system take.
_MAX_CHARACTERS = 4 * 1024 * 1024


def certificate_file(case: Case) -> Finding:
    """Compare the certificate at cert_path with the one that the deployment hands out."""
    path = case.query.cert_path.path
    text = _read(path)
    if isinstance(text, Finding):
        return text
    try:
        case.saved_ca = parse_saved(text)
    except Invalid as invalid:
        return failed(f"{path} {invalid.problems[0].sentence}", _STARTUP_SCRIPT)
    first = case.saved_ca[0]
    if case.served_ca and first.sha256 != case.served_ca[0].sha256:
        return failed(
            f"{path} holds another certificate than the deployment hands out: SHA-256 {first.sha256}",
            "the proxy's CA certificate was replaced after this workspace had started: restart it",
        )
    if is_expired(first, time.time()):
        return failed(f"the certificate in {path} has expired", _STARTUP_SCRIPT)
    seen = f"{path} holds the deployment's certificate" if case.served_ca else f"{path}, SHA-256 {first.sha256}"
    return ok_but_for(seen, validity_warnings(case.saved_ca[:1], time.time()))


def bundle_file(case: Case) -> Finding:
    """Look whether the bundle has the proxy's CA certificate and the system's roots."""
    path = case.query.cert_path.bundle_path
    text = _read(path)
    if isinstance(text, Finding):
        return text
    bundle = _authorities(path)
    missing = [certificate for certificate in case.proxy_ca if ssl.PEM_cert_to_DER_cert(certificate.pem) not in bundle]
    if not bundle or missing:
        lack = (
            "does not hold the proxy's CA certificate"
            if bundle
            else "cannot be loaded: no certificate, or a broken one"
        )
        return failed(f"{path} {lack}", _STARTUP_SCRIPT)
    roots = next(filter(None, map(_authorities, SYSTEM_TRUST_FILES)), set())
    if not roots:
        return warning(
            f"{path}: this machine has no roots of its own to compare it with",
            "install ca-certificates and restart the workspace",
        )
    if not roots & bundle:
        return failed(f"{path} is without the system's roots", "install ca-certificates, then restart the workspace")
    if roots - bundle:
        return warning(
            f"{path} lacks {len(roots - bundle)} of the system's {len(roots)} roots",
            "the system's store was updated after the workspace had started: restart it",
        )
    certificate = "the certificate and " if case.proxy_ca else ""
    return ok(f"{path} holds {certificate}{len(roots)} of the system's roots")


def _read(path: str) -> str | Finding:
    """Return the text of a regular file, at most so much of it; a pipe or a device could be read without end."""
    try:
        mode = Path(path).stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a directory" if stat.S_ISDIR(mode) else "a pipe, a device or the like"
            return failed(f"{path} is {kind}, not a file", f"move it away, then {_STARTUP_SCRIPT}")
        with Path(path).open(encoding="utf-8", errors="replace") as file:
            return file.read(_MAX_CHARACTERS)
    except FileNotFoundError:
        return failed(f"there is no {path}", f"{_STARTUP_SCRIPT}; or give --cert-path if it is elsewhere")
    except OSError as error:
        return failed(
            f"{path} cannot be read: {error.strerror}",
            "make it readable for this user: the startup script saves it with mode 0644",
        )


def _authorities(path: str) -> set[bytes]:
    """Return the DER of the CA certificates in a file; none where something in it cannot be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=path)
    except OSError:
        return set()
    return set(context.get_ca_certs(binary_form=True))
