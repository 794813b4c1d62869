"""The blocks of a PEM text (RFC 7468), none of which is dropped silently."""

import re
from base64 import b64decode
from itertools import groupby
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

# A file's name has a directory before it, or a suffix that files of certificates have. Among other text it has blanks
# only if it is a path. A name with "=" is that of a certificate, as OpenSSL writes it: /C=DE/CN=Root.
_SUFFIX = r"\.(?:pem|crt|cer|cert|der|p7[bcs]|pfx|p12|jks|txt)(?:\.\w+)?"
_PATH = rf"[~.]{{0,2}}/(?!/)[^\s=*:#]+|(?:file:|[a-z]:)?[^\s=*:;#]+{_SUFFIX}|(?:[a-z]:|[~.]{{0,2}}/)[^=*:;#>]+{_SUFFIX}"
_FILE_NAME = re.compile(_PATH, re.IGNORECASE)
_NAME_WITH_BLANKS = re.compile(rf"[^=*:;#]+{_SUFFIX}", re.IGNORECASE)
_CALL = re.compile(r"(?:\$\{)?\s*file(?:base64)?\(.*\)\s*\}?")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_BLOCK = "\0"
_AROUND_A_NAME = " \t\ufeff\"'`,[]"

# "-----BEGIN " in base64, whatever is before it, and DER of 256 bytes to 64 KiB, which a certificate has.
_PEM_IN_BASE64 = re.compile("LS0tLS1CRUdJTi|0tLS0tQkVHSU4g|tLS0tLUJFR0lOI")
_DER_IN_BASE64 = re.compile(r"(?<![\w+/-])MII[\w+/-]{60}")

# Tags of DER, and the object identifier that PKCS #7 begins with.
_SEQUENCE, _REJECTED_USES = 0x30, 0xA0
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_CONVERT = "convert the file: openssl pkcs7 -print_certs -in FILE"
_PKCS7_PROBLEM = Problem("is PKCS #7, with certificates in it", _CONVERT)
_HINTS = {
    "PKCS7": _CONVERT,
    "PKCS #7 SIGNED DATA": _CONVERT,
    "CMS": f"write PKCS7 instead of CMS in its first and last line, then {_CONVERT}",
}


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


def split_pem(text: str, *, quotes: bool = True, only_words: bool = False) -> tuple[Block, ...]:
    """Return the blocks of certificates in `text`; what is around blocks is dropped.

    Raises Invalid: for anything else that is or looks like a block, and without a certificate; with `only_words`, which
    is for a list that was joined, also for an element that was meant as a block: a file's name, or base64 alone.
    Messages name the label of another block only with `quotes`.
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
    blocks, rest = _paired(text)
    others = [block.label for block in blocks if block.label not in _CERTIFICATE_LABELS]
    if others:
        raise Invalid(*dict.fromkeys(_of_another_kind(label, quotes=quotes) for label in others))
    problem = _meant_as_a_block(rest, alone=not blocks) if only_words or not blocks else None
    if problem:
        raise Invalid(problem)
    return blocks


def _of_another_kind(label: str, *, quotes: bool) -> Problem:
    hint = _HINTS.get(label, "give certificates only: remove the block, or convert it")
    return Problem(f"contains a {redacted(label)} block" if quotes else "contains a block of another kind", hint)


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


def _paired(text: str) -> tuple[tuple[Block, ...], str]:
    """Return the blocks of all kinds, and the text around them, in which blocks are `_BLOCK` and empty lines.

    Raises Invalid for a beginning without an end, or the other way round.
    """
    blocks: list[Block] = []
    rest, rest_begin = "", 0
    begun: re.Match[str] | None = None
    for delimiter in re.finditer(_DELIMITER, text):
        kind, label = delimiter.groups()
        if kind == "BEGIN" and not begun:
            begun = delimiter
        elif kind == "END" and begun and label == begun[2]:
            blocks.append(Block(label, text[begun.end() : delimiter.start()]))
            rest += text[rest_begin : begun.start()] + _BLOCK + "\n" * blocks[-1].body.count("\n")
            rest_begin, begun = delimiter.end(), None
        else:
            raise _unpaired()
    if begun:
        raise _unpaired()
    return tuple(blocks), rest + text[rest_begin:]


def _unpaired() -> Invalid:
    return Invalid(
        Problem("has a certificate without a beginning or an end", "the text was cut off or pasted together wrongly")
    )


def _meant_as_a_block(rest: str, *, alone: bool) -> Problem | None:
    """Return the problem of text around blocks that does not explain them; `alone`, of text without a block."""
    has = "is" if alone else "contains"
    if _PEM_IN_BASE64.search("".join(rest.split())):
        return Problem(
            f"{has} PEM in base64, as in Kubernetes' caBundle",
            "decode it, in Terraform with base64decode(...), or with file instead of filebase64",
        )
    lines = list(enumerate(rest.split("\n"), start=1))
    for number, line in lines:
        if _DER_IN_BASE64.search(line):
            return Problem(
                f"{has} base64 without BEGIN and END lines{'' if alone else f' (line {number})'}",
                f'write "-----BEGIN {_CERTIFICATE}-----" and the matching END line around it, each on its own line',
            )
    # Elements have an empty line between them. What stands with other words, or directly above a block, explains it.
    for _, paragraph in groupby(lines, lambda numbered: bool(numbered[1].strip(_AROUND_A_NAME))):
        found = [(number, _elsewhere(line, alone=alone)) for number, line in paragraph]
        meant = [(number, problem) for number, problem in found if problem]
        if meant and (alone or len(meant) == len(found)):
            number, problem = meant[0]
            return problem if alone else Problem(f"contains {problem.message[3:]} (line {number})", problem.hint)
    if not alone:
        return None
    return Problem(
        "contains no certificate",
        f'PEM is needed: "-----BEGIN {_CERTIFICATE}-----", base64, and the matching END line',
    )


def _elsewhere(line: str, *, alone: bool) -> Problem | None:
    """Return the problem of a line that names a place where certificates are; `alone`, of one that may do so."""
    name = line.strip(_AROUND_A_NAME)
    if _URL.fullmatch(name):
        return Problem("is a URL, not what is there", "download the file, and give what is in it")
    if any(form.fullmatch(name) for form in (_FILE_NAME, _CALL, *[_NAME_WITH_BLANKS] * alone)):
        return Problem(
            "is the name of a file, not what is in it",
            ("" if alone else "remove the line, or ")
            + 'in Terraform, write file("...") around the name, without quotation marks around that; '
            'in a terminal, write "$(cat FILE)"',
        )
    return None
