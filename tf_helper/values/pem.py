"""The blocks of a PEM text (RFC 7468), none of which is dropped silently."""

import re
from base64 import b64decode
from typing import NamedTuple

from tf_helper.errors import Invalid, Problem, redacted

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

# Tags of DER.
_SEQUENCE, _REJECTED_USES = 0x30, 0xA0


class Block(NamedTuple):
    """The label of a certificate's block, and what is between its BEGIN and its END."""

    label: str
    body: str

    def certificate(self) -> bytes:
        """Return the certificate's DER, without trust settings.

        Raises Invalid if those reject a use, with a message that continues "the certificate", and ValueError for all
        else that is wrong.
        """
        data = b64decode("".join(self.body.split()), validate=True)
        certificate, *settings = _der_values(data)
        if settings and (self.label != _TRUSTED_CERTIFICATE or len(settings) > 1):
            raise ValueError
        if any(map(_rejects_a_use, settings)):
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
        kinds = dict.fromkeys(f"a {redacted(label)} block" if quotes else "a block of another kind" for label in others)
        raise Invalid(
            *(Problem(f"contains {kind}", "give certificates only: remove the block, or convert it") for kind in kinds)
        )
    if not blocks:
        raise Invalid(
            Problem(
                "contains no certificate",
                f'PEM is needed: "-----BEGIN {_CERTIFICATE}-----", base64, and the matching END line',
            )
        )
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


class _DerValue(NamedTuple):
    tag: int
    whole: bytes
    content: bytes


def _der_values(data: bytes) -> list[_DerValue]:
    """Return the DER values that `data` consists of, one or more. Raises ValueError."""
    values: list[_DerValue] = []
    while data or not values:
        if len(data) < 2:  # noqa: PLR2004
            raise ValueError
        long_form = max(data[1] - 0x80, 0)
        header = 2 + long_form
        end = header + (int.from_bytes(data[2:header], "big") if long_form else data[1])
        if end > len(data):
            raise ValueError
        values.append(_DerValue(data[0], data[:end], data[header:end]))
        data = data[end:]
    return values


def _rejects_a_use(settings: _DerValue) -> bool:
    """Tell whether OpenSSL's X509_CERT_AUX lists uses that the certificate is not trusted for. Raises ValueError."""
    if settings.tag != _SEQUENCE:
        raise ValueError
    return bool(settings.content) and any(value.tag == _REJECTED_USES for value in _der_values(settings.content))
