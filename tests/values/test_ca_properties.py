"""What tools refuse of CAs is warned of at plan, and nothing else.

The kinds, their numbers and who refuses them are those of a measurement with each of the tools. Where the table of
properties speaks of a whole kind, it may name a tool that takes this one of it.
"""

from __future__ import annotations

import re
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.harness.certificates import make_ca_as_documented
from tests.harness.der import (
    BASIC_CONSTRAINTS,
    KEY_IDENTIFIER,
    KEY_USAGE,
    bits,
    certificate,
    curve,
    extension,
    integer,
    key,
    name,
    oid,
    rsa_key,
    seq,
    tlv,
    utc,
)
from tf_helper.errors import Invalid
from tf_helper.query import parse_query
from tf_helper.result import Result, make_result
from tf_helper.values.provider_hosts import provider_hosts

if TYPE_CHECKING:
    from pathlib import Path

NO_USAGE, NO_BASIC, NO_SKI = (
    (BASIC_CONSTRAINTS, KEY_IDENTIFIER),
    (KEY_USAGE, KEY_IDENTIFIER),
    (BASIC_CONSTRAINTS, KEY_USAGE),
)
TRUE = tlv(0x01, b"\xff")
SERVER_AUTH, CLIENT_AUTH, CODE_SIGNING, ANY = "2b06010505070301", "2b06010505070302", "2b06010505070303", "551d2500"
P256 = curve("2a8648ce3d030107")


def usage(content: str, *, critical: bool = True) -> bytes:
    return extension("551d0f", tlv(0x03, bytes.fromhex(content)), critical=critical)


def uses(*purposes: str, critical: bool = False) -> bytes:
    return extension("551d25", seq(*map(oid, purposes)), critical=critical)


def permits(*names: bytes, critical: bool = True, tag: int = 0xA0) -> bytes:
    return extension("551d1e", seq(tlv(tag, *map(seq, names))), critical=critical)


def dns(*hosts: str) -> tuple[bytes, ...]:
    return tuple(tlv(0x82, host.encode()) for host in hosts)


def signed_by(*parts: bytes, critical: bool = False) -> bytes:
    return extension("551d23", seq(*parts), critical=critical)


OTHER_OF_ITS_NAME = certificate(ordinary=NO_SKI, public_key=P256)


def path(length: int) -> bytes:
    return extension("551d13", seq(TRUE, integer(length)), critical=True)


def its_issuer(directory_name: bytes, *before: bytes) -> bytes:
    return tlv(0xA1, *before, tlv(0xA4, directory_name))


NUMBER = tlv(0x82, b"\x01")
OWN, OTHER = tlv(0x80, b"own"), tlv(0x80, b"other")
CRITICAL_SKI = extension("551d0e", tlv(0x04, b"own"), critical=True)
OTHER_ID = extension("551d0e", tlv(0x04, b"other"))
EXPIRED, FUTURE = utc("210101000000Z"), utc("480101000000Z")
SOON = utc(time.strftime("%y%m%d%H%M%SZ", time.gmtime(time.time() + 24 * 60 * 60)))
OTHER_RSA = rsa_key((1 << 2047) + 1)
SUCCESSOR: Any = {"ordinary": NO_SKI, "public_key": OTHER_RSA, "digest": "sha1"}
BELOW = certificate(issuer=name("root"))
ROOT = certificate(subject=name("root"))
WRONG_ROOT = certificate(OTHER_ID, ordinary=NO_SKI, subject=name("root"), public_key=OTHER_RSA)
HOSTS = dns(*provider_hosts())
REST = [host for host in provider_hosts() if not host.startswith("api.")]
DOMAINS = dns("Anthropic.com", "openai.com", "githubcopilot.com", *REST)
DOTTED = dns(".anthropic.com", ".openai.com", ".githubcopilot.com", *REST)

STRICT = "Python 3.13 and newer"
LAX = "Claude Code, Copilot CLI, Node.js, Bun, Python up to 3.12"
RUSTLS = "Codex, Deno, uv"
OPENSSL = "curl, Python, Node.js, Bun, Copilot CLI"
DATES = f"{OPENSSL}, Claude Code, Go, git"
CURVE = f"{RUSTLS}, Claude Code, Node.js 24, Bun, Go, git, Java"
KEY = f"{RUSTLS}, Claude Code, Bun, Go"
CRITICAL = f"{OPENSSL}, Go, git"
LEFT_OUT = f"{CRITICAL}, {RUSTLS}, Claude Code"
PURPOSE = f"{OPENSSL}, Go (unless it has anyExtendedKeyUsage)"
SAME_NAME = f"{STRICT}, git"
OTHER_ISSUER = f"{LAX}, git"
PATH = "Node.js, Bun, Python up to 3.12, git"
REFUSED = "an error"

# fmt: off
KINDS = {
    "A00 RSA 2048": ("", certificate()),
    "A00e P-256": ("", certificate(public_key=P256)),
    "A00f P-384": ("", certificate(public_key=curve("2b81040022"))),
    "A01 RSA 1024": (f"curl, Python, Node.js 24, Copilot CLI, {RUSTLS}", certificate(public_key=rsa_key(1 << 1023))),
    "RSA 2040": (f"curl, Python, Node.js 24, Copilot CLI, {RUSTLS}", certificate(public_key=rsa_key(1 << 2039))),
    "A02 RSA 8192": ("", certificate(public_key=rsa_key(1 << 8191))),
    "A03 RSA 16384": (f"{RUSTLS}, Go", certificate(public_key=rsa_key(1 << 16383))),
    "A03 RSA 8193": (f"{RUSTLS}, Go", certificate(public_key=rsa_key(1 << 8192))),
    "A04 RSA, exponent 3": ("", certificate(public_key=rsa_key(1 << 2047, 3))),
    "A05 RSA 2047": (RUSTLS, certificate(public_key=rsa_key(1 << 2046))),
    "A06 P-521": ("", certificate(public_key=curve("2b81040023"))),
    "A07 brainpoolP256r1": (CURVE, certificate(public_key=curve("2b2403030208010107"))),
    "A08 secp256k1": (CURVE, certificate(public_key=curve("2b8104000a"))),
    "A08b P-224": (f"{RUSTLS}, Java", certificate(public_key=curve("2b81040021"))),
    "A08 a curve of its own": (CURVE, certificate(public_key=key("2a8648ce3d0201", seq()))),
    "A09 Ed25519": ("", certificate(public_key=key("2b6570"))),
    "A10 Ed448": (KEY, certificate(public_key=key("2b6571"))),
    "A11 RSASSA-PSS": (KEY, certificate(public_key=key("2a864886f70d01010a"))),
    "A13b its own signature SHA-1": ("", certificate(digest="sha1")),
    "A13c its own signature MD5": ("", certificate(digest="md5")),
    "A14 no keyUsage": (STRICT, certificate(ordinary=NO_USAGE)),
    "A15 no keyCertSign": (REFUSED, certificate(usage("0182"), ordinary=NO_USAGE)),
    "A15b keyUsage not critical": ("", certificate(usage("0106", critical=False), ordinary=NO_USAGE)),
    "A15c more in keyUsage": ("", certificate(usage("02a4"), ordinary=NO_USAGE)),
    "A16 no subjectKeyIdentifier": (STRICT, certificate(ordinary=NO_SKI)),
    "A17 basicConstraints not critical": (STRICT, certificate(extension("551d13", seq(TRUE)), ordinary=NO_BASIC)),
    "A17b pathlen 0": ("", certificate(extension("551d13", seq(TRUE, integer(0)), critical=True), ordinary=NO_BASIC)),
    "A18 version 1": (STRICT, certificate(version=1, ordinary=())),
    "A18b no basicConstraints": (f"{STRICT}, Go, Java", certificate(ordinary=NO_BASIC)),
    "A18c no extension": (REFUSED, certificate(ordinary=())),
    "A19 extendedKeyUsage clientAuth": (PURPOSE, certificate(uses(CLIENT_AUTH))),
    "A19b extendedKeyUsage serverAuth": ("", certificate(uses(SERVER_AUTH, CLIENT_AUTH))),
    "A19c extendedKeyUsage any": (PURPOSE, certificate(uses(ANY))),
    "A19d extendedKeyUsage codeSigning": (PURPOSE, certificate(uses(CODE_SIGNING, critical=True))),
    "A20 nameConstraints": ("", certificate(permits(*HOSTS))),
    "A20b not critical": ("", certificate(permits(*HOSTS, critical=False))),
    "A20 of the domains": ("", certificate(permits(*DOMAINS))),
    "A20c with a dot": ("uv", certificate(permits(*DOTTED))),
    "A20d that exclude": ("", certificate(permits(*dns("example.com", "pi.openai.com"), tag=0xA1))),
    "A20e of addresses": ("", certificate(permits(tlv(0x87, b"\x0a" + b"\0" * 3 + b"\xff" + b"\0" * 3)))),
    "A20f of directories": (f"{RUSTLS}, Go", certificate(permits(tlv(0xA4, name())))),
    "A20g of a URI": ("", certificate(permits(*HOSTS, tlv(0x86, b"example.com")))),
    "A21 that leave out": (LEFT_OUT, certificate(permits(*dns("example.com")))),
    "A21b not critical": (LEFT_OUT, certificate(permits(*dns("example.com"), critical=False))),
    "A21 that exclude": (LEFT_OUT, certificate(permits(*dns(""), tag=0xA1))),
    "A22 serial number 0": ("", certificate(serial=b"\0")),
    "A22b negative": ("Go", certificate(serial=b"\xff")),
    "A23 of 21 bytes": ("", certificate(serial=b"\x01" * 21)),
    "A24 empty subject": (f"{STRICT}, curl, Java", certificate(subject=seq())),
    "A25 BMPString": ("", certificate(subject=name("CA", 0x1E, "utf-16-be"))),
    "A25b T61String": ("", certificate(subject=name("\u00e4", 0x14, "latin-1"))),
    "A25c UniversalString": ("", certificate(subject=name("CA", 0x1C, "utf-32-be"))),
    "A25e no UTF-8": (REFUSED, certificate(subject=name("\u00e4", 0x0C, "latin-1"))),
    "A25f e-mail address": ("", certificate(subject=name("a@b", 0x16, kind="2a864886f70d010901"))),
    "A25 no text": ("", certificate(subject=name("\0a", 0x03, kind="55042d"))),
    "A25 a long type": ("", certificate(subject=name(kind="2a" + "8f" * 600 + "01"))),
    "A26 expired": (DATES, certificate(until=utc("210101000000Z"))),
    "A26b not valid yet": (DATES, certificate(since=utc("490101000000Z"))),
    "A27 9999": ("", certificate(until=tlv(0x18, b"99991231235959Z"))),
    "A27c no seconds": (f"{OPENSSL}, Claude Code", certificate(until=utc("4912312359Z"))),
    "A27 a time zone": (f"{OPENSSL}, Claude Code", certificate(until=utc("491231235959+0100"))),
    "A27d 1970": ("", certificate(since=utc("700101000000Z"))),
    "A28 unknown critical extension": (CRITICAL, certificate(extension("2a0304", b"?", critical=True))),
    "A28 not critical": ("", certificate(extension("2a0304", b"?"))),
    "A29 intermediate": (LAX, certificate(issuer=name("root"))),
    "A29d and its root": ("", certificate(issuer=name("root"), public_key=P256) + certificate(subject=name("root"))),
    "A31 two of one name": ("", certificate() + certificate(OTHER_ID, ordinary=NO_SKI, public_key=P256)),
    "A32 without identifiers": (SAME_NAME, certificate(ordinary=NO_SKI) + OTHER_OF_ITS_NAME),
    "A33 two of one key": ("", certificate(until=EXPIRED) + certificate()),
    "A33 both expired": (DATES, certificate(until=EXPIRED) + certificate(until=utc("220101000000Z"))),
    "A33d cross-signed": ("", certificate(issuer=name("root")) + certificate()),
    "A33d a key's successor, signed with it": ("", certificate(OTHER_ID, **SUCCESSOR) + certificate()),
    "A35 authorityKeyIdentifier": ("", certificate(signed_by(OWN, tlv(0xA1, tlv(0xA4, name())), tlv(0x82, b"\x01")))),
    "A35b of another name": (LAX, certificate(signed_by(tlv(0xA1, tlv(0xA4, name("other"))), tlv(0x82, b"\x01")))),
    "A35b of another number": (LAX, certificate(signed_by(tlv(0xA1, tlv(0xA4, name())), tlv(0x82, b"\x02")))),
    "A35b of another key": (LAX, certificate(signed_by(OTHER))),
    "A36 subjectKeyIdentifier critical": (CRITICAL, certificate(CRITICAL_SKI, ordinary=NO_SKI)),
    "A36b authorityKeyIdentifier critical": (CRITICAL, certificate(signed_by(OWN, critical=True))),
    "A37 nsCertType": ("", certificate(extension("6086480186f8420101", tlv(0x03, b"\x07\x80")))),
    "A38 policyConstraints": ("Bun, git", certificate(extension("551d24", seq(tlv(0x80, b"\0")), critical=True))),
    "A38b certificatePolicies": ("", certificate(extension("551d20", seq(seq(oid("2a0304")))))),
    "A39 an extension twice": (REFUSED, certificate(KEY_IDENTIFIER)),
    "A40 self-signature broken": ("Claude Code", certificate(broken=True)),
    "A41 DSA": (KEY, certificate(public_key=key("2a8648ce380401"))),
    "A44 subjectAltName": ("", certificate(extension("551d11", seq(*dns("ca.example.com"))), uses(SERVER_AUTH))),
    "A34 ML-DSA": ("curl, Python, Deno, git, Java", certificate(public_key=key("608648016503040312"))),
    "a key that is not DER": ("most tools", certificate(public_key=seq(seq(oid("2a864886f70d010101")), bits(b"?")))),
    "an exponent that takes long": ("", certificate(public_key=rsa_key(1 << 2047, 1 << 65), digest="md5")),
}
# What was measured of ca_cert_pem, with extra_ca_certs_pem behind it.
CHAINS = {
    "a root": ("", BELOW, ROOT),
    "in capitals, with blanks": ("", certificate(issuer=name("Root  CA")), certificate(subject=name(" ROOT ca", 0x13))),
    "in other capitals than ASCII": (LAX, certificate(issuer=name("\u00e4")), certificate(subject=name("\u00c4"))),
    "wrong": (OTHER_ISSUER, BELOW, WRONG_ROOT),
    "wrong, and the right one": (OTHER_ISSUER, BELOW, ROOT + WRONG_ROOT),
    "wrong, by its identifier": (LAX, certificate(signed_by(OWN), issuer=name("root")), WRONG_ROOT),
    "wrong, and the right one by its identifier": (
        "",
        certificate(signed_by(OWN), issuer=name("root")),
        WRONG_ROOT + ROOT,
    ),
    "in capitals": ("", certificate(signed_by(its_issuer(name("Root", 0x13)), NUMBER), issuer=name("root")), ROOT),
    "named after a host": ("", certificate(signed_by(its_issuer(name("root"), *dns("x"))), issuer=name("root")), ROOT),
    "another name after a host": (
        LAX,
        certificate(signed_by(its_issuer(name("other"), *dns("x"))), issuer=name("root")),
        ROOT,
    ),
    "pathlen 0": (PATH, BELOW, certificate(path(0), ordinary=NO_BASIC, subject=name("root"))),
    "pathlen 1": ("", BELOW, certificate(path(1), ordinary=NO_BASIC, subject=name("root"))),
    "pathlen 1 above two": (
        PATH,
        certificate(issuer=name("middle")),
        certificate(issuer=name("root"), subject=name("middle"))
        + certificate(path(1), ordinary=NO_BASIC, subject=name("root")),
    ),
    "a circle, which no PKI makes": ("", BELOW, certificate(issuer=name(), subject=name("root"))),
    "A33 expired": ("", certificate(), certificate(until=EXPIRED)),
    "A33 expires soon": ("", certificate(until=SOON), certificate()),
    "A33 not valid yet": ("", certificate(), certificate(since=FUTURE)),
    "A33 of another key": (DATES, certificate(), certificate(until=EXPIRED, public_key=OTHER_RSA)),
    "A33d cross-signed behind": ("", certificate(), BELOW),
    "A33d cross-signed before": (LAX, BELOW, certificate()),
    "A33d cross-signed before, and the root": ("", BELOW, certificate(until=EXPIRED) + ROOT),
    "A33d cross-signed before an expired one": (f"{DATES}, {LAX}", BELOW, certificate(until=EXPIRED)),
}
# fmt: on


def plan(ca_cert: str, extra_ca_certs: str = "") -> Result:
    pairs = {"proxy_url": "https://aiproxy.example.com", "ca_cert_pem": ca_cert, "extra_ca_certs_pem": extra_ca_certs}
    return make_result(parse_query(list(pairs.items())), {})


def refusing(result: Result) -> set[str]:
    """Return the tools that the warnings name."""
    named = set()
    for warning in result.warnings:
        found = re.fullmatch(r'\w*_pem: the certificate ".*" .*; refused by (.*?)\. [A-Z].*\.', warning)
        assert found
        named |= set(re.split(", | and (?!newer)", found[1]))
    return named


@pytest.mark.parametrize(("tools", "pem"), KINDS.values(), ids=KINDS)
def test_the_tools_that_refuse_a_kind_of_ca_are_named(tools: str, pem: str) -> None:
    if tools == REFUSED:
        with pytest.raises(Invalid):
            plan(pem)
        return
    result = plan(pem)
    assert refusing(result) == set(filter(None, tools.split(", ")))
    assert all(warning.startswith("ca_cert_pem: ") for warning in result.warnings)


@pytest.mark.parametrize(
    ("pem", "value"),
    [
        (certificate(extension("551d12", b"?", critical=True)), "issuerAltName"),
        (certificate(extension("2b06010505070101", b"?", critical=True)), "authorityInfoAccess"),
        (certificate(*(extension(f"2a03{n:02x}", b"?", critical=True) for n in range(119))), "1.2.3.0, 1.2.3.1, "),
        (certificate(extension("2a03" + "8f" * 500 + "01", b"?", critical=True)), "1.2.3."),
        (certificate(public_key=curve("2a03" + "8f" * 500 + "01")), "1.2.3."),
    ],
)
def test_an_extension_or_a_curve_is_named_and_cut_like_any_value(pem: str, value: str) -> None:
    (warning,) = plan(pem).warnings
    (shown,) = re.findall(r" \((.*)\); refused by ", warning)
    assert shown.startswith(value)
    assert len(shown) == 80 or shown == value


@pytest.mark.parametrize(("tools", "own", "others"), CHAINS.values(), ids=CHAINS)
def test_the_tools_that_refuse_a_chain_are_named(tools: str, own: str, others: str) -> None:
    assert refusing(plan(own, others)) == set(filter(None, tools.split(", ")))


def test_a_leaf_among_the_others_can_be_in_ber_as_openssl_takes_it() -> None:
    in_ber = b"\x30\x80" + name("x")[2:] + b"\0\0"
    assert plan(certificate(), certificate(ordinary=(), issuer=in_ber)).warnings == ()


def test_the_commands_of_the_documentation_make_a_ca_that_every_tool_takes(tmp_path: Path) -> None:
    make_ca_as_documented(tmp_path)
    strictly = ["openssl", "verify", "-x509_strict", "-CAfile", "root.pem", "ca.pem"]
    subprocess.run(strictly, cwd=tmp_path, check=True, capture_output=True)
    made, signed, root_pem = ((tmp_path / f"{name}.pem").read_text() for name in ("self-signed", "ca", "root"))
    assert plan(made).warnings == plan(signed, root_pem).warnings == ()
    assert made.count("BEGIN") == signed.count("BEGIN") == 1
