"""Hosts that every URL parser reads alike: DNS names, IPv4 and IPv6 addresses."""

import re

from tf_helper.errors import Invalid, Problem, redacted

_MAX_LABEL = 63
_MAX_NAME = 253
_ASCII_LABEL = r"[a-z0-9_-]+"
# A host that ends like this is an IPv4 address or invalid (https://url.spec.whatwg.org/#ends-in-a-number-checker). Only
# the spelling that every parser reads as the same address is accepted.
_NUMERIC_LABEL = r"[0-9]+|0x[0-9a-f]*"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
# ZERO WIDTH NON-JOINER and JOINER. Parsers disagree on the letters between which they are valid (RFC 5892, appendix A):
# Node.js 20 and 22 have no joining types for N'Ko, Adlam and others. They know Arabic, and Devanagari to Sinhala.
_JOINERS = {"\u200c", "\u200d"}
_JOINABLE = "[a-z0-9\u0600-\u06ff\u0900-\u0dff\u200c\u200d-]*"

# Letters and marks since Unicode 14 that Node.js 20 and 22 refuse: CJK Extension I, and, beside right-to-left
# letters, those whose direction they do not know. They accept other new characters.
_TOO_NEW = (  # compiled for international names only
    "[\u0870-\u089f\u08b5\u08c8-\u08d2\u0c3c\u0ece\u1ac1-\u1ace\u1dfa"
    "\U00010efd-\U00010eff\U00010f70-\U00010f89\U00011070\U00011073\U00011074\U000110c2\U00011241"
    "\U00011f00-\U00011f42\U00013440-\U00013455\U0001cf00-\U0001cf46\U0001e08f\U0001e2ae"
    "\U0001e4ec-\U0001e4ef\U0002ebf0-\U0002ee5d]"
)


def parse_host(text: str) -> str:
    """Return the normalized host, an IPv6 address without brackets.

    Takes a DNS name, which comes out in lower case, as A-labels (RFC 5891) and without its trailing dot; an IPv4
    address; an IPv6 address in brackets. Raises Invalid, whose message quotes only what a host can contain.
    """
    if text.startswith("["):
        return _parse_ipv6(text)
    if re.fullmatch(IPV4, text):
        return text
    return _parse_dns_name(text)


def _parse_dns_name(text: str) -> str:
    name = _lower(text).removesuffix(".")
    if not name:
        raise Invalid(Problem("has no host"))
    if len(name) > _MAX_NAME:
        raise Invalid(_too_long(len(name)))
    for character in name:
        if character.isascii() and not (character.isalnum() or character in ".-_"):
            raise Invalid(not_allowed(character))
    if re.fullmatch(IPV4, name):  # parse_host takes it without the dot
        raise Invalid(Problem(f'host "{name}." is an IPv4 address with a trailing dot', "remove the dot"))
    labels = name.split(".")
    if re.fullmatch(_NUMERIC_LABEL, labels[-1]):
        raise Invalid(
            Problem(
                f"host {redacted(name)} ends like an IPv4 address but is not one",
                "an IPv4 address is four decimal numbers from 0 to 255 without leading zeros",
            )
        )
    labels = [_parse_label(label) for label in labels]
    _check_bidi(labels)
    name = ".".join(labels)
    if len(name) > _MAX_NAME:  # as A-labels are longer
        raise Invalid(_too_long(len(name)))
    return name


def not_allowed(character: str) -> Problem:
    """Return the problem of a character that a host name cannot have."""
    return Problem(
        f"the host contains {redacted(character)}, which is not allowed in a host name",
        'a host name has letters, digits, "-", "_" and dots; put an IPv6 address in brackets',
    )


def _too_long(length: int) -> Problem:
    return Problem(f"the host name has {length} characters, at most {_MAX_NAME} are allowed")


def _lower(text: str) -> str:
    # U+212A KELVIN SIGN has an ASCII letter as its lower case; it stays as it is, for IDNA to refuse.
    return "".join(c if not c.isascii() and c.lower().isascii() else c.lower() for c in text)


def _parse_ipv6(text: str) -> str:
    import ipaddress

    if not text.endswith("]"):
        raise Invalid(Problem("the IPv6 address has no closing bracket, or something other than a port follows it"))
    if "%" in text:
        raise Invalid(Problem("the IPv6 address has a zone ID, which only means something on one machine"))
    try:
        address = ipaddress.IPv6Address(text[1:-1])
    except ValueError:
        raise Invalid(Problem("the host is not a valid IPv6 address")) from None
    if address.ipv4_mapped:
        raise Invalid(Problem("is an IPv4-mapped IPv6 address", f"write {address.ipv4_mapped}"))
    return address.compressed


def _parse_label(label: str) -> str:
    if not label:
        raise Invalid(Problem("the host name has an empty label (two dots in a row, or one in front)"))
    if len(label) > _MAX_LABEL:
        raise Invalid(Problem(f"label {redacted(label)} of the host name is over {_MAX_LABEL} characters"))
    if label.startswith("-") or label.endswith("-"):
        raise Invalid(Problem(f'label {redacted(label)} of the host name begins or ends with "-"'))
    if re.fullmatch(_ASCII_LABEL, label) and not label.startswith("xn--"):
        return label
    import idna

    try:
        shown = idna.ulabel(label)
        encoded = idna.alabel(shown).decode("ascii")
    except UnicodeError:
        shown = encoded = ""
    if not encoded or (label.isascii() and encoded != label):
        raise Invalid(
            Problem(f"label {redacted(label)} of the host name is not a valid international name (IDNA 2008)")
        )
    if not (_JOINERS.isdisjoint(shown) or re.fullmatch(_JOINABLE, shown)):
        raise Invalid(
            Problem(
                f"label {redacted(label)} of the host name contains an invisible joiner that some clients refuse there"
            )
        )
    for character in re.findall(_TOO_NEW, shown):
        letter = f"U+{ord(character):04X}"
        raise Invalid(
            Problem(f"label {redacted(label)} of the host name contains {letter}, which not all clients support")
        )
    return encoded


def _check_bidi(labels: list[str]) -> None:
    """In a name with right-to-left labels, there are rules for the others as well (RFC 5893, section 2)."""
    if not any(label.startswith("xn--") for label in labels):
        return
    from unicodedata import bidirectional

    import idna

    shown = [idna.ulabel(label) if label.startswith("xn--") else label for label in labels]
    if not any(bidirectional(character) in {"R", "AL", "AN"} for character in "".join(shown)):
        return
    for label in shown:
        try:
            idna.check_bidi(label, check_ltr=True)
        except UnicodeError:
            raise Invalid(
                Problem(f"label {redacted(label)} is not allowed in a host name with right-to-left labels (RFC 5893)")
            ) from None
