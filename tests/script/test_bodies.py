"""What may arrive with status 200, and what the script does with it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.harness.certificates import make_certificate
from tests.harness.deployment import Answer, Deployment
from tests.harness.terraform import MODULE
from tests.script.workspace import program
from tests.values.test_ca_properties import KINDS, plan
from tf_helper.errors import Invalid

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
    "up to the limit": lambda made: f"{made.proxy.pem:#<16384}",
}

NOT_PEM = "is incomplete or not PEM: check where it comes from"
KEY = "contains a private key"
LARGE = "sent an answer that is too large"
EMPTY = "sent an empty answer"

# Each is refused without openssl too.
WRONG: dict[str, tuple[Callable[[Certificates], bytes], str]] = {
    "HTML": (lambda made: b"<!doctype html><title>Sign in</title>", NOT_PEM),
    "HTML that quotes a certificate": (lambda made: f"<pre>{made.proxy.pem}</pre>".encode(), NOT_PEM),
    "JSON that contains a certificate": (lambda made: repr({"pem": made.proxy.pem}).encode(), NOT_PEM),
    "DER": (lambda made: made.proxy.der, NOT_PEM),
    "bare base64": (lambda made: base64.b64encode(made.proxy.der), NOT_PEM),
    "private key": (lambda made: made.proxy.key_pem.encode(), KEY),
    "certificate and key": (lambda made: (made.proxy.pem + made.proxy.key_pem).encode(), KEY),
    "encrypted key": (lambda made: made.proxy.key_pem.replace("PRIVATE", "ENCRYPTED PRIVATE").encode(), KEY),
    "request": (lambda made: made.proxy.pem.replace("CERTIFICATE", "CERTIFICATE REQUEST").encode(), NOT_PEM),
    "truncated in the last line": (lambda made: made.proxy.pem[:-10].encode(), NOT_PEM),
    "a line left out": (lambda made: re.sub(r"\n.*\n", "\n", made.proxy.pem, count=1).encode(), NOT_PEM),
    "no end before the second": (lambda made: (made.proxy.pem[:-26] + made.company.pem).encode(), NOT_PEM),
    "garbage in base64": (lambda made: _block(GARBAGE[:400]), NOT_PEM),
    "an empty block": (lambda made: _block(b""), NOT_PEM),
    "empty": (lambda made: b"", EMPTY),
    "over the limit": (lambda made: f"{made.proxy.pem:#<16385}".encode(), LARGE),
    "far over the limit": (lambda made: made.proxy.pem.encode() + b"#" * 20_000_000, LARGE),
    "a byte behind the DER": (lambda made: _block(made.proxy.der + b"\0"), NOT_PEM),
}

# Only a program that reads certificates can tell these.
WRONG_TO_OPENSSL: dict[str, tuple[Callable[[Certificates], bytes], str]] = {
    "leaf": (lambda made: made.leaf.pem.encode(), "is not a CA certificate: check the proxy's certificate"),
    "CA and leaf": (lambda made: (made.proxy.pem + made.leaf.pem).encode(), "is not a CA certificate"),
    "expired": (lambda made: made.expired.pem.encode(), "has expired: replace it on the deployment"),
    "not yet valid": (lambda made: made.not_yet_valid.pem.encode(), "is not valid yet: use it from then on, or"),
    "garbage": (lambda made: _block(made.proxy.der[:8] + GARBAGE[: len(made.proxy.der) - 8]), "cannot be decoded"),
}


@pytest.mark.parametrize("name", GOOD)
def test_certificates_in_any_form_are_saved_in_one(
    workspace: Workspace, deployment: Deployment, certificates: Certificates, name: str
) -> None:
    arrives = GOOD[name](certificates)
    deployment.serve(Answer(body=arrives.encode()))
    run = workspace.run()
    assert (run.status, "refused by" in run.stderr) == (0, name == "intermediate")
    as_it_is = name in {"intermediate", "two in one"}
    assert workspace.cert_path.read_text() == (arrives if as_it_is else certificates.proxy.pem)


@pytest.mark.parametrize(
    ("name", "openssl"), [*((name, False) for name in WRONG), *((name, True) for name in WRONG_TO_OPENSSL)]
)
def test_anything_but_certificates_is_refused(
    earlier: Workspace, deployment: Deployment, certificates: Certificates, name: str, *, openssl: bool
) -> None:
    body, reason = (WRONG_TO_OPENSSL if openssl else WRONG)[name]
    if not openssl:
        earlier.without("openssl")
    deployment.serve(Answer(body=body(certificates)))
    failure = earlier.run().failure
    assert deployment.url in failure
    assert reason in failure


def test_without_a_working_openssl_a_download_is_saved(workspace: Workspace) -> None:
    for openssl in ("exit 1", "exit 127", None):  # the second is one without its libraries
        workspace.stub("openssl", openssl) if openssl else workspace.without("openssl")
        run = workspace.run()
        assert (run.status, run.stderr) == (0, "")
        workspace.bundle_path.unlink()


PROPERTIES = json.loads((MODULE / "certificate_properties.json").read_text())

# What openssl makes, of which the property is seen; a key and its options, extensions.
CA, KEY_USAGE = "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"
P256 = "ec -pkeyopt ec_paramgen_curve:P-256"
REFUSED_BY_TOOLS: dict[str, tuple[str, list[str]]] = {
    "": (P256, [CA, KEY_USAGE]),
    "rsa_under_2048": ("rsa:1024", [CA, KEY_USAGE]),
    "rsa_odd": ("rsa:2047", [CA, KEY_USAGE]),
    "p224": ("ec -pkeyopt ec_paramgen_curve:secp224r1", [CA, KEY_USAGE]),
    "other_curve": ("ec -pkeyopt ec_paramgen_curve:secp256k1", [CA, KEY_USAGE]),
    "other_key": ("ed448", [CA, KEY_USAGE]),
    "basic_constraints_not_critical": (P256, ["basicConstraints=CA:TRUE", KEY_USAGE]),
    "no_key_usage": (P256, [CA]),  # as in Coder's documentation
    "no_subject_key_identifier": (P256, [CA, KEY_USAGE, "subjectKeyIdentifier=none"]),
    "extended_key_usage": (P256, [CA, KEY_USAGE, "extendedKeyUsage=clientAuth"]),
    "critical_extension": (P256, [CA, KEY_USAGE, "1.2.3.4=critical,DER:0500"]),
    "unreadable": (P256, [CA, KEY_USAGE, "subjectAltName=DER:0500"]),
    "leading_dot": (P256, [CA, KEY_USAGE, "nameConstraints=critical,excluded;DNS:.example.com"]),
    "excluded_hosts": (P256, [CA, KEY_USAGE, "nameConstraints=critical,permitted;DNS:example.com"]),
    "policy_constraints": (P256, [CA, KEY_USAGE, "policyConstraints=requireExplicitPolicy:3"]),
}


# Kinds whose key or signature is made up, which openssl notices, and two certificates of one key: the plan puts them in
# order, and can do without an expired one.
OF_ITS_OWN = re.compile(r"A00[ef]|A0[1-6]|A08b|RSA 2040|A29d|A3[123]|an exponent")
RSA = rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize("shell", ["dash"], indirect=True)  # what differs between shells is not the text of openssl
@pytest.mark.parametrize("name", REFUSED_BY_TOOLS)
def test_a_property_that_tools_refuse_is_a_warning(workspace: Workspace, deployment: Deployment, name: str) -> None:
    key, extensions = REFUSED_BY_TOOLS[name]
    options = [word for extension in extensions for word in ("-addext", extension)]
    command = [program("openssl"), "req", "-x509", "-nodes", "-newkey", *key.split(), "-keyout", "/dev/null"]
    command += ["-days", "9", "-subj", "/CN=AI Bridge Proxy", *options]
    made = subprocess.run(command, capture_output=True, check=True).stdout
    deployment.serve(Answer(body=made))
    run = workspace.run()
    assert run.status == 0
    assert workspace.cert_path.read_bytes() == made
    warned = re.findall(rf"{re.escape(deployment.url)} (.*); refused by .*\. .(.*)\n", run.stderr)
    assert warned == ([(PROPERTIES[name]["property"], PROPERTIES[name]["way_out"][1:])] if name else [])
    assert run.stderr.count("\n") == len(warned)


@pytest.mark.parametrize("shell", ["dash"], indirect=True)
def test_the_plan_and_the_script_warn_of_the_same(workspace: Workspace, deployment: Deployment) -> None:
    # But for the dates, which the script refuses.
    for kind, (_, pem) in KINDS.items():
        try:
            warnings = "\n".join(plan(pem).warnings)
        except Invalid:
            continue
        if not OF_ITS_OWN.match(kind) and not re.search("has expired|is not valid yet", warnings):
            deployment.serve(Answer(body=pem.encode()))
            assert (kind, properties(workspace.run().stderr)) == (kind, properties(warnings))
    deployment.serve(Answer(body=KINDS["A03 RSA 8193"][1].encode()))
    assert "rsa_over_8192" in properties(workspace.run().stderr)


def test_what_the_names_in_a_certificate_say_is_not_looked_at(workspace: Workspace, deployment: Deployment) -> None:
    ran = workspace.home / "ran"
    for words in (
        "Public-Key: (PATH[$(>$HOME/ran)] bit",
        "Public-Key: (08 bit",
        "x Not Before: Jan 08 10:00:00 2020",
        "Not Before: Jan  1 10:00:00 2999",
        "OCSP helper CA : No",
        "Version: 1 (Serial Number: - (Negative)Bad time value",
        "X509v3 extensions: X509v3 Name Constraints: DNS:. DirName:",
        "X509v3 Policy Constraints: 5: critical",
        "Public Key Algorithm: x",
        "error 34 at 0 depth lookup: error 20 at 0 depth lookup: x",
        "a\nerror 34 at 0 depth lookup: x",
        "-----END CERTIFICATE-----",
    ):
        root = make_certificate(words, key=RSA)
        made = make_certificate(words[:-1] + "!", issuer=root, key=RSA)
        deployment.serve(Answer(body=(made.pem + root.pem).encode()))
        run = workspace.run()
        assert (words, run.status, run.stderr) == (words, 0, "")
        assert workspace.cert_path.read_text() == made.pem + root.pem
    assert not ran.exists()


@pytest.mark.parametrize(
    ("program", "body"),
    [
        ("openssl", "echo hello"),
        ("openssl", f"{program('openssl')} \"$@\" | sed 's/Public-Key: (.*/Public-Key: (08 bit)/'"),
        ("openssl", f"{program('openssl')} \"$@\" | sed 's/Public-Key: (.*/Unable to load Public Key/'"),
        ("curl", "cat >/dev/null; printf '503 0 08 08.1'"),
        ("curl", "cat >/dev/null; printf '503 0 a[1] a[1].1'"),
        ("awk", "echo none none ok a[1] 1 0 1"),
        ("date", "echo 08"),
        ("mktemp", "exit 0"),
    ],
)
def test_what_is_no_number_is_not_evaluated(
    workspace: Workspace, deployment: Deployment, program: str, body: str
) -> None:
    deployment.serve(Answer(body=make_certificate("CA", key=RSA).pem.encode()))
    if program == "curl":
        (workspace.bin / "cat").symlink_to(shutil.which("cat") or "")
    workspace.stub(program, body)
    run = workspace.run()
    unexpected = re.sub(r"AI Bridge Proxy setup( failed|: warning): .*\n", "", run.stderr)
    assert (unexpected, run.status) == ("", int(program != "openssl"))


def test_what_is_missing_above_an_intermediate(
    workspace: Workspace, deployment: Deployment, certificates: Certificates
) -> None:
    root, middle = certificates.company, certificates.intermediate
    lower = make_certificate("Lower CA", issuer=middle)
    namesake = make_certificate("Company Root")
    signed = make_certificate("Company Proxy CA", issuer=root, identifiers=False)
    store = certificates.public.pem
    for served, extra, roots, found in (
        (middle.pem, "", store, ["intermediate"]),
        (middle.pem, root.pem, store, []),
        (middle.pem, "", store + root.pem, []),  # as in the bundle that tools get
        (lower.pem, middle.pem, store, ["intermediate"]),
        (lower.pem + middle.pem, "", store, ["intermediate"]),
        (lower.pem, middle.pem, store + root.pem, []),
        (middle.pem, namesake.pem, store, ["authority_key_identifier"]),
        (signed.pem, namesake.pem, store, ["intermediate", "no_subject_key_identifier"]),
    ):
        deployment.serve(Answer(body=served.encode()))
        workspace.values["EXTRA_CA_CERTS_PEM"] = extra
        workspace.roots.write_text(roots)
        run = workspace.run()
        assert (run.status, properties(run.stderr)) == (0, found)


def properties(warnings: str) -> list[str]:
    """Return the names of the properties that the plan or the script warns of."""
    return sorted(name for name, known in PROPERTIES.items() if f" {known['property']}" in warnings)


def _block(content: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n%b-----END CERTIFICATE-----\n" % base64.encodebytes(content)
