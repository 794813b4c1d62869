"""The fields of an X.509 certificate (RFC 5280, 4.1): ssl tells fewer, and fails on names that are not text."""

from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from tf_helper.values.der import Value, read

_BOOLEAN, _UTC_TIME, _VERSION, _EXTENSIONS = 0x01, 0x17, 0xA0, 0xA3

# https://www.rfc-editor.org/rfc/rfc4514#section-3, and OpenSSL's names of two others that CAs have.
_ATTRIBUTES = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}
# By tag. Those of one byte are Latin-1, as they are to OpenSSL.
_ENCODINGS = {0x0C: "utf-8", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}
_ENCODINGS |= dict.fromkeys((0x12, 0x13, 0x14, 0x16, 0x1A), "latin-1")


class Extension(NamedTuple):
    """An extension: whether it is critical, and the DER of its value, which is anything if its kind is not known."""

    critical: bool
    der: bytes

    @property
    def value(self) -> Value:
        """The value of an extension that ssl knows."""
        return read(self.der)[0]


class Fields:
    """The fields of a certificate that ssl has decoded."""

    def __init__(self, der: bytes) -> None:
        """Read them. Raises ValueError."""
        (certificate,) = read(der)
        self.signed, algorithm, signature = certificate.parts
        fields = self.signed.parts
        self.version = fields.pop(0).content[-1] + 1 if fields[0].tag == _VERSION else 1
        self.serial_number, _, self.issuer, validity, self.subject, self.key, *self._others = fields
        self.not_before, self.not_after = validity.parts
        self.signature_algorithm = algorithm.parts[0].oid
        self.signature = signature.content[1:]

    @cached_property
    def names(self) -> tuple[str, str]:
        """Subject and issuer, so that equal names are equal text. Raises ValueError."""
        return rfc4514(self.subject, folded=True), rfc4514(self.issuer, folded=True)

    @property
    def is_self_issued(self) -> bool:
        """Whether subject and issuer are the same. Raises ValueError."""
        return self.names[0] == self.names[1]

    @cached_property
    def extensions(self) -> dict[str, Extension]:
        """The extensions by their object identifiers."""
        found = {}
        for field in self._others:
            for extension in field.parts[0].parts if field.tag == _EXTENSIONS else ():
                oid, *flags, value = extension.parts
                found[oid.oid] = Extension(any(map(_is_true, flags)), value.content)
        return found


def _is_true(value: Value) -> bool:
    """Tell whether a value is the boolean TRUE."""
    return value.tag == _BOOLEAN and any(value.content)


def is_as_in_rfc5280(time: Value) -> bool:
    """Tell whether a time has seconds, and no other time zone than Z."""
    return len(_text(time)) == len("20301231235959Z")


def seconds(time: Value) -> int:
    """Return a time as seconds since 1970. Raises ValueError."""
    text = _text(time)
    form = "%Y%m%d%H%M%S%z" if text[:14].isdigit() else "%Y%m%d%H%M%z"
    return int(datetime.strptime(text, form).timestamp())  # noqa: DTZ007 - the form has a zone


def _text(time: Value) -> str:
    """Return a time with a year of four digits. Raises ValueError."""
    text = time.content.decode("ascii")
    if time.tag != _UTC_TIME:
        return text
    return ("19" if text >= "50" else "20") + text


def rfc4514(name: Value, *, folded: bool = False) -> str:
    """Return a name as RFC 4514 writes it. Raises ValueError for text that its type cannot have.

    With `folded`, names that OpenSSL takes for the same give the same text (RFC 5280, 7.1): it ignores the type of
    text, the case of ASCII letters, and how many blanks there are.
    """
    return ",".join(
        "+".join(_attribute(part, folded=folded) for part in relative.parts) for relative in reversed(name.parts)
    )


def _attribute(attribute: Value, *, folded: bool) -> str:
    kind, value = attribute.parts
    name = _ATTRIBUTES.get(kind.oid, kind.oid)
    if value.tag not in _ENCODINGS:
        return f"{name}=#{value.whole.hex()}"
    text = value.content.decode(_ENCODINGS[value.tag])
    if folded:
        text = b" ".join(text.encode().lower().split()).decode()
    return f"{name}={_escaped(text)}"


def _escaped(value: str) -> str:
    escaped = "".join(map(_escaped_character, value))
    if escaped.startswith(("#", " ")):
        escaped = f"\\{escaped}"
    if escaped.endswith(" ") and len(escaped) > 1 and not escaped.endswith("\\ "):
        escaped = f"{escaped[:-1]}\\ "
    return escaped


def _escaped_character(character: str) -> str:
    if character in '"+,;<>\\':
        return f"\\{character}"
    return character if character.isprintable() else "".join(f"\\{byte:02x}" for byte in character.encode())
