"""What may arrive with status 200, and what the script does with it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import Answer, Deployment
from tests.script.workspace import program

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.script.conftest import Certificates
    from tests.script.workspace import Workspace

GARBAGE = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(64))

GOOD: dict[str, Callable[[Certificates], str]] = {
    "self-signed": lambda made: made.proxy.pem,
    "intermediate": lambda made: made.intermediate.pem,
    "two in one": lambda made: made.intermediate.pem + made.company.pem,
    "the same one twice": lambda made: made.proxy.pem * 2,
    "byte order mark": lambda made: "\ufeff" + made.proxy.pem,
    "CRLF": lambda made: made.proxy.pem.replace("\n", "\r\n"),
    "text around": lambda made: f"subject=AI Bridge Proxy\n\n{made.proxy.pem}-- \nregards\n",
    "indented": lambda made: "".join(f"\t  {line} \n" for line in made.proxy.pem.splitlines()),
    "one long line": lambda made: re.sub(r"(?<!-)\n(?!-)", "", made.proxy.pem),
    "no final newline": lambda made: made.proxy.pem.rstrip(),
    "not yet valid": lambda made: made.not_yet_valid.pem,
    "up to the limit": lambda made: f"{made.proxy.pem:#<16384}",
}

NOT_PEM = "is not a complete PEM certificate"
KEY = "contains a private key"
LARGE = "is too large"
EMPTY = "is empty"

# Each is refused without openssl too.
WRONG: dict[str, tuple[Callable[[Certificates], bytes], str]] = {
    "HTML": (lambda made: b"<!doctype html><title>Sign in</title>", NOT_PEM),
    "HTML that quotes a certificate": (lambda made: f"<pre>{made.proxy.pem}</pre>".encode(), NOT_PEM),
    "JSON": (lambda made: b'{"message": "Certificate not found."}', NOT_PEM),
    "JSON that contains a certificate": (lambda made: repr({"pem": made.proxy.pem}).encode(), NOT_PEM),
    "DER": (lambda made: made.proxy.der, NOT_PEM),
    "bare base64": (lambda made: base64.b64encode(made.proxy.der), NOT_PEM),
    "private key": (lambda made: made.proxy.key_pem.encode(), KEY),
    "certificate and key": (lambda made: (made.proxy.pem + made.proxy.key_pem).encode(), KEY),
    "encrypted key": (lambda made: made.proxy.key_pem.replace("PRIVATE", "ENCRYPTED PRIVATE").encode(), KEY),
    "old-style key": (lambda made: made.proxy.key_pem.replace("PRIVATE", "EC PRIVATE").encode(), KEY),
    "certificate request": (
        lambda made: made.proxy.pem.replace("CERTIFICATE", "CERTIFICATE REQUEST").encode(),
        NOT_PEM,
    ),
    "truncated in the middle": (lambda made: made.proxy.pem[: len(made.proxy.pem) // 2].encode(), NOT_PEM),
    "truncated in the last line": (lambda made: made.proxy.pem[:-10].encode(), NOT_PEM),
    "a line left out": (lambda made: "\n".join(_lines(made, without=3)).encode(), NOT_PEM),
    "four characters left out": (lambda made: made.proxy.pem.replace("=", "")[:-30].encode(), NOT_PEM),
    "the second one truncated": (lambda made: (made.proxy.pem + made.company.pem[:-40]).encode(), NOT_PEM),
    "no end before the second": (lambda made: "\n".join([*_lines(made)[:-1], made.company.pem]).encode(), NOT_PEM),
    "a character too many": (lambda made: f"{made.proxy.pem[:100]}A{made.proxy.pem[100:]}".encode(), NOT_PEM),
    "garbage in base64": (lambda made: _block(GARBAGE[:400]), NOT_PEM),
    "garbage that is not base64": (lambda made: made.proxy.pem.replace("M", "\\$(id)", 1).encode(), NOT_PEM),
    "an empty block": (lambda made: _block(b""), NOT_PEM),
    "empty": (lambda made: b"", EMPTY),
    "blank": (lambda made: b" \r\n\n\t", NOT_PEM),
    "a zero byte": (lambda made: b"\0", NOT_PEM),
    "over the limit": (lambda made: f"{made.proxy.pem:#<16385}".encode(), LARGE),
    "far over the limit": (lambda made: made.proxy.pem.encode() + b"#" * 20_000_000, LARGE),
    "compressed": (lambda made: gzip.compress(made.proxy.pem.encode()), NOT_PEM),
}

# Only a program that reads certificates can tell these.
WRONG_TO_OPENSSL: dict[str, tuple[Callable[[Certificates], bytes], str]] = {
    "leaf": (lambda made: made.leaf.pem.encode(), "is damaged or not a CA certificate"),
    "CA and leaf": (lambda made: (made.proxy.pem + made.leaf.pem).encode(), "is damaged or not a CA certificate"),
    "expired": (lambda made: made.expired.pem.encode(), "has expired"),
    "garbage of the right length": (lambda made: _garbage(made.proxy.der), "is damaged or not a CA certificate"),
}


@pytest.mark.parametrize("name", GOOD)
def test_certificates_in_any_form_are_saved_in_one(
    workspace: Workspace, deployment: Deployment, certificates: Certificates, name: str
) -> None:
    arrives = GOOD[name](certificates)
    deployment.serve(Answer(body=arrives.encode()))
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")
    others = {"intermediate", "two in one", "not yet valid"}
    assert workspace.cert_path.read_text() == (arrives if name in others else certificates.proxy.pem)


def _assert_refused(earlier: Workspace, deployment: Deployment, body: bytes, reason: str) -> None:
    deployment.serve(Answer(body=body))
    failure = earlier.run().failure
    assert deployment.url in failure
    assert reason in failure


@pytest.mark.parametrize("name", WRONG)
def test_anything_but_certificates_is_refused_without_openssl(
    earlier: Workspace, deployment: Deployment, certificates: Certificates, name: str
) -> None:
    body, reason = WRONG[name]
    earlier.without("openssl")
    _assert_refused(earlier, deployment, body(certificates), reason)


@pytest.mark.parametrize("shell", ["dash"], indirect=True)  # what differs between shells is not openssl
@pytest.mark.parametrize("name", WRONG)
def test_anything_but_certificates_is_refused_with_openssl(
    earlier: Workspace, deployment: Deployment, certificates: Certificates, name: str
) -> None:
    body, reason = WRONG[name]
    _assert_refused(earlier, deployment, body(certificates), reason)


@pytest.mark.parametrize("name", WRONG_TO_OPENSSL)
def test_anything_but_valid_ca_certificates_is_refused_with_openssl(
    earlier: Workspace, deployment: Deployment, certificates: Certificates, name: str
) -> None:
    body, reason = WRONG_TO_OPENSSL[name]
    _assert_refused(earlier, deployment, body(certificates), reason)


def test_a_ca_made_as_in_the_documentation_of_coder_is_saved(workspace: Workspace, deployment: Deployment) -> None:
    # It has no key usage, which some clients refuse.
    key = ["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", "/dev/null"]
    command = [program("openssl"), "req", "-new", "-x509", *key, "-days", "365", "-subj", "/CN=AI Bridge Proxy CA"]
    made = subprocess.run(command, capture_output=True, check=True).stdout
    deployment.serve(Answer(body=made))
    assert workspace.run().status == 0
    assert workspace.cert_path.read_bytes() == made


def test_without_openssl_a_download_is_saved(workspace: Workspace) -> None:
    workspace.without("openssl")
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")


@pytest.mark.parametrize("status", [1, 126, 127])
def test_a_broken_openssl_does_not_stop_the_setup(workspace: Workspace, status: int) -> None:
    # It may be there without its libraries.
    workspace.stub("openssl", f"exit {status}")
    assert workspace.run().status == 0


def test_a_body_that_is_compressed_unasked_is_refused(
    workspace: Workspace, deployment: Deployment, certificates: Certificates
) -> None:
    # curl asks for none, so a Content-Encoding is a fault of something in between.
    compressed = gzip.compress(certificates.proxy.pem.encode())
    deployment.serve(Answer(body=compressed, headers={"Content-Encoding": "gzip"}))
    assert NOT_PEM in workspace.run().failure


def _lines(made: Certificates, without: int | None = None) -> list[str]:
    return [line for number, line in enumerate(made.proxy.pem.splitlines()) if number != without]


def _block(content: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n%b-----END CERTIFICATE-----\n" % base64.encodebytes(content)


def _garbage(der: bytes) -> bytes:
    return _block(der[:8] + GARBAGE[8 : len(der)])
