"""Certificates made for a test: authorities, what they sign, and some with one thing wrong on purpose."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = dt.timedelta(days=1)

_CRITICAL = (x509.NameConstraints, x509.UnrecognizedExtension)

SERVER_AUTH = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


@dataclass(frozen=True)
class Certified:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    @property
    def pem(self) -> str:
        """The certificate as PEM."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_pem(self) -> str:
        """The private key as PEM, in PKCS #8."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def make_certificate(
    name: str | x509.Name,
    *,
    issuer: Certified | None = None,
    ca: bool = True,
    path_length: int | None = None,
    key_usage: bool = True,
    identifiers: bool = True,
    critical: bool = True,
    hosts: Sequence[str] = (),
    extensions: Sequence[x509.ExtensionType] = (),
    from_day: int = -30,
    to_day: int = 365,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
) -> Certified:
    """Make a certificate that is valid between two days, counted from today; self-signed without an issuer.

    A `name` that is text is the common name. `hosts` are the names and addresses of a server. `critical` is whether the
    basicConstraints are.
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) if isinstance(name, str) else name
    now = dt.datetime.now(dt.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + from_day * DAY)
        .not_valid_after(now + to_day * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=critical)
    )
    if identifiers:
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = builder.add_extension(own, critical=False)
    if identifiers and issuer:
        its = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(its, critical=False)
    if hosts:
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    if key_usage:
        builder = builder.add_extension(_key_usage(ca=ca), critical=True)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, _CRITICAL))
    return Certified(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def with_broken_signature(certified: Certified) -> Certified:
    """Return a certificate with a bit of its signature changed."""
    der = bytearray(certified.der)
    der[-1] ^= 1
    return Certified(x509.load_der_x509_certificate(bytes(der)), certified.key)


def signed_with_sha1(issuer: Certified, host: str) -> Certified:
    """Make a server's certificate with a SHA-1 signature, by openssl, because cryptography refuses to."""
    leaf = make_certificate(host, issuer=issuer, ca=False)
    with TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "key").write_text(leaf.key_pem)
        (directory / "ca").write_text(issuer.pem + issuer.key_pem)
        (directory / "extensions").write_text(f"subjectAltName=DNS:{host}\n")
        request = ("openssl", "req", "-new", "-key", "key", "-subj", "/CN=leaf", "-out", "request")
        sign = ("openssl", "x509", "-req", "-in", "request", "-CA", "ca", "-sha1", "-extfile", "extensions")
        subprocess.run(request, cwd=directory, check=True, capture_output=True)
        pem = subprocess.run(sign, cwd=directory, check=True, capture_output=True).stdout
    return Certified(x509.load_pem_x509_certificate(pem), leaf.key)


def server_context(server: Certified, *chain: Certified) -> ssl.SSLContext:
    """Make what a server needs to show its certificate, with the others behind it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT@SECLEVEL=0")  # weak keys too: it is the client who is to refuse them
    with NamedTemporaryFile("w") as file:
        file.write("".join([server.key_pem, server.pem, *(certified.pem for certified in chain)]))
        file.flush()
        context.load_cert_chain(file.name)
    return context


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def make_ca_as_documented(directory: Path) -> Certified:
    """Make the CA of docs/certificates.md by the commands there, self-signed and signed by a root.

    Leaves self-signed.pem, ca.pem (signed by root.pem) and the keys in `directory`; returns the self-signed one.
    """
    commands = re.search(r"```sh\n(.*?)```", (ROOT / "docs/certificates.md").read_text(), re.DOTALL)
    assert commands
    root = "req -x509 -nodes -subj /CN=root -keyout root-key.pem -out root.pem -days 99 -addext keyUsage=keyCertSign"
    for script in (f"openssl {root}", commands[1].replace("ca.pem\n# Or", "self-signed.pem\n# Or")):
        subprocess.run(["sh", "-euc", script], cwd=directory, check=True, capture_output=True)
    key = load_pem_private_key((directory / "ca-key.pem").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return Certified(x509.load_pem_x509_certificate((directory / "self-signed.pem").read_bytes()), key)
