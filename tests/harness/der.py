"""CA certificates in DER, written by hand: with everything in them that libraries refuse to make."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEY = rsa.generate_private_key(65537, 2048)
_DIGESTS = {"sha256": hashes.SHA256(), "sha1": hashes.SHA1(), "md5": hashes.MD5()}  # noqa: S303 - what old CAs have
_SIGNATURES = {"sha256": "2a864886f70d01010b", "sha1": "2a864886f70d010105", "md5": "2a864886f70d010104"}


def tlv(tag: int, *parts: bytes) -> bytes:
    """Encode a value."""
    content = b"".join(parts)
    length = bytes([len(content)]) if len(content) < 0x80 else b"\x82" + len(content).to_bytes(2, "big")
    return bytes([tag]) + length + content


def seq(*parts: bytes) -> bytes:
    """Encode a sequence."""
    return tlv(0x30, *parts)


def oid(content: str) -> bytes:
    """Encode an object identifier, whose content is given in hexadecimal."""
    return tlv(0x06, bytes.fromhex(content))


def integer(number: int) -> bytes:
    """Encode an integer."""
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def bits(content: bytes) -> bytes:
    """Encode a bit string."""
    return tlv(0x03, b"\0", content)


def name(text: str = "CA", tag: int = 0x0C, encoding: str = "utf-8", *, kind: str = "550403") -> bytes:
    """Encode a name of one attribute, by default a commonName in UTF-8."""
    return seq(tlv(0x31, seq(oid(kind), tlv(tag, text.encode(encoding)))))


def key(algorithm: str, parameters: bytes = b"", content: bytes = b"\x04" * 65) -> bytes:
    """Encode a SubjectPublicKeyInfo."""
    return seq(seq(oid(algorithm), parameters), bits(content))


def rsa_key(modulus: int, exponent: int = 65537) -> bytes:
    """Encode the public key of RSA."""
    return key("2a864886f70d010101", tlv(0x05), seq(integer(modulus), integer(exponent)))


def curve(content: str) -> bytes:
    """Encode a public key on a curve."""
    return key("2a8648ce3d0201", oid(content))


def extension(content: str, value: bytes, *, critical: bool = False) -> bytes:
    """Encode an extension."""
    return seq(oid(content), tlv(0x01, b"\xff") * critical, tlv(0x04, value))


OWN_KEY = rsa_key(_KEY.public_key().public_numbers().n)
BASIC_CONSTRAINTS = extension("551d13", seq(tlv(0x01, b"\xff")), critical=True)
KEY_USAGE = extension("551d0f", tlv(0x03, b"\x01\x06"), critical=True)
KEY_IDENTIFIER = extension("551d0e", tlv(0x04, b"own"))
ORDINARY = (BASIC_CONSTRAINTS, KEY_USAGE, KEY_IDENTIFIER)


def utc(digits: str) -> bytes:
    """Encode a time with a year of two digits."""
    return tlv(0x17, digits.encode())


def certificate(
    *more: bytes,
    ordinary: Iterable[bytes] = ORDINARY,
    version: int = 3,
    serial: bytes = b"\x01",
    subject: bytes = name(),
    issuer: bytes | None = None,
    since: bytes = utc("200101000000Z"),
    until: bytes = utc("491231235959Z"),
    public_key: bytes = OWN_KEY,
    digest: str = "sha256",
    broken: bool = False,
) -> str:
    """Return the PEM of a CA certificate, whose extensions are `ordinary` and `more`.

    It is signed with the key that belongs to the default `public_key`; with others it says ECDSA, unless `digest` is
    given.
    """
    is_rsa = public_key == OWN_KEY or digest != "sha256"
    algorithm = seq(oid(_SIGNATURES[digest]), tlv(0x05)) if is_rsa else seq(oid("2a8648ce3d040302"))
    extensions = b"".join((*ordinary, *more))
    signed = seq(
        tlv(0xA0, integer(version - 1)) if version > 1 else b"",
        tlv(0x02, serial),
        algorithm,
        subject if issuer is None else issuer,
        seq(since, until),
        subject,
        public_key,
        tlv(0xA3, seq(extensions)) if extensions else b"",
    )
    signature = _KEY.sign(signed + b"?" * broken, padding.PKCS1v15(), _DIGESTS[digest])
    return ssl.DER_cert_to_PEM_cert(seq(signed, algorithm, bits(signature)))
