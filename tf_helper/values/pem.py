"""The blocks of a PEM text (RFC 7468), none of which is dropped silently."""

import re
from base64 import b64decode
from contextlib import suppress
from typing import NamedTuple

from tf_helper.errors import Invalid, Problem, redacted
from tf_helper.values.der import read

_CERTIFICATE = "CERTIFICATE"
# In OpenSSL's own format, trust settings may follow the certificate.
_TRUSTED_CERTIFICATE = "TRUSTED CERTIFICATE"
_CERTIFICATE_LABELS = (_CERTIFICATE, "X509 CERTIFICATE", _TRUSTED_CERTIFICATE)

_DELIMITER = r"(?<!-)-----(BEGIN|END) ([^-\s](?:[^-\n]|-(?!-))*(?<!\s))-----(?!-)"
_TWO_ON_ONE_LINE = r"(-----END [^-\n]+-----)(-----BEGIN )"
_PRIVATE_KEY = r"--\s*BEGIN [A-Z0-9 ]*PRIVATE KEY"
_ESCAPED_LINE_END = r"-----(?:BEGIN|END) [^-\n]+-----(?:\\+r)?\\+n"
# Word processors make other dashes of hyphens.
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"

# Of one file or several, with a directory before it or a suffix that certificates have.
_FILE_NAME = r"[~.]{0,2}/\S+|\S+\.(?:pem|crt|cer|cert|der|p7b)"

# Tags of DER, and the object identifier that PKCS #7 begins with.
_SEQUENCE, _REJECTED_USES = 0x30, 0xA0
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_PKCS7_PROBLEM = Problem("is PKCS #7, with certificates in it", "convert the file: openssl pkcs7 -print_certs -in FILE")


class Block(NamedTuple):
    """The label of a certificate's block, and what is between its BEGIN and its END."""

    label: str
    body: str

    def certificate(self) -> bytes:
        """Return the certificate's DER, without trust settings.

        Raises Invalid if those reject a use, with a message that continues "the certificate", and ValueError for all
        else that is wrong.
        """
        certificate, *settings = read(b64decode("".join(self.body.split()), validate=True))
        if certificate.content.startswith(_SIGNED_DATA):
            raise Invalid(_PKCS7_PROBLEM)
        if settings and (self.label != _TRUSTED_CERTIFICATE or len(settings) > 1 or settings[0].tag != _SEQUENCE):
            raise ValueError
        if any(part.tag == _REJECTED_USES for value in settings for part in value.parts):
            raise Invalid(
                Problem(
                    "has trust settings that reject a use",
                    "to trust it anyway, remove them: openssl x509 -in FILE",
                )
            )
        return certificate.whole


def split_pem(text: str, *, quotes: bool = True) -> tuple[Block, ...]:
    """Return the blocks of certificates in `text`; what is around blocks is dropped.

    Raises Invalid: for anything else that is or looks like a block, and without a certificate. Messages name the label
    of another block only with `quotes`.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if re.search(_PRIVATE_KEY, text):
        raise Invalid(Problem("contains a private key", "give certificates only, and treat the key as exposed"))
    if re.search(_ESCAPED_LINE_END, text):
        raise Invalid(
            Problem(
                "has line ends written as the two characters \\n",
                "replace each of them by a line end, or read the text from a file",
            )
        )
    text = re.sub(_TWO_ON_ONE_LINE, r"\1\n\2", text)
    for number, line in enumerate(text.split("\n"), start=1):
        if _is_malformed(line):
            raise Invalid(
                Problem(
                    f"has a malformed BEGIN or END line (line {number})",
                    f'it must read "-----BEGIN {_CERTIFICATE}-----" or "-----END {_CERTIFICATE}-----", with 5 hyphens',
                )
            )
    blocks = _paired(text)
    others = dict.fromkeys(block.label for block in blocks if block.label not in _CERTIFICATE_LABELS)
    if others:
        hint = _PKCS7_PROBLEM.hint if "PKCS7" in others else "give certificates only: remove the block, or convert it"
        kinds = dict.fromkeys(f"a {redacted(label)} block" if quotes else "a block of another kind" for label in others)
        raise Invalid(*(Problem(f"contains {kind}", hint) for kind in kinds))
    if not blocks:
        raise Invalid(_without_a_block(text))
    return blocks


def _is_malformed(line: str) -> bool:
    """Tell whether a line looks like the beginning or the end of a block and is not one."""
    line = line.strip().strip("\ufeff").strip()
    rest = line.lstrip(_DASHES)
    if len(line) - len(rest) < 2:  # noqa: PLR2004
        return False
    word = re.match(r"\s*(BEGIN|END)\b", rest, re.IGNORECASE)
    # In small letters and without dashes behind them, they are words of a comment.
    is_meant = word and (word[1].isupper() or line[-2:].strip(_DASHES) == "")
    return bool(is_meant) and not re.match(_DELIMITER, line)


def _paired(text: str) -> tuple[Block, ...]:
    """Return the blocks of all kinds. Raises Invalid for a beginning without an end, or the other way round."""
    blocks: list[Block] = []
    begun: re.Match[str] | None = None
    for delimiter in re.finditer(_DELIMITER, text):
        kind, label = delimiter.groups()
        if kind == "BEGIN" and not begun:
            begun = delimiter
        elif kind == "END" and begun and label == begun[2]:
            blocks.append(Block(label, text[begun.end() : delimiter.start()]))
            begun = None
        else:
            raise _unpaired()
    if begun:
        raise _unpaired()
    return tuple(blocks)


def _unpaired() -> Invalid:
    return Invalid(
        Problem("has a certificate without a beginning or an end", "the text was cut off or pasted together wrongly")
    )


def _without_a_block(text: str) -> Problem:
    """Return the problem of a text without any block."""
    words = text.replace("\ufeff", "").split()
    with suppress(ValueError):
        if b"-----BEGIN " in b64decode("".join(words), validate=True):
            return Problem(
                "is PEM in base64, as in Kubernetes' caBundle", "decode it, in Terraform with base64decode(...)"
            )
    if words and all(re.fullmatch(_FILE_NAME, word) for word in words):
        return Problem("is the name of a file, not what is in it", 'in Terraform, write file("...") around the name')
    return Problem(
        "contains no certificate",
        f'PEM is needed: "-----BEGIN {_CERTIFICATE}-----", base64, and the matching END line',
    )
