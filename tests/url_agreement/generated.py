"""URLs by a seeded generator: most of them acceptable in one of many spellings, some with one hostile thing in them."""

from __future__ import annotations

import string
import unicodedata
from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv6Address
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tf_helper.errors import Invalid
from tf_helper.values.proxy_url import ProxyUrl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tf_helper.values.url import Origin

# How many accepted URLs a round of the search has.
COUNT = 2_000

LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"


def _characters(*ranges: tuple[int, int]) -> str:
    return "".join(chr(code_point) for first, last in ranges for code_point in range(first, last + 1))


# With upper case, combining marks, compatibility forms and others that no host name may contain. These ranges have had
# the same members since Unicode 13 (2020). Of younger characters Node.js 20 and 22 know too little, and refuse names:
# some in right-to-left names (tables of Unicode 13), some everywhere (tables of Unicode 15.0).
SCRIPTS = [
    _characters((0x00DF, 0x00F6), (0x00F8, 0x024F), (0x1E00, 0x1EFF)),  # Latin
    _characters((0x0370, 0x0377), (0x037A, 0x037F), (0x0386, 0x03FF), (0x1F00, 0x1FFE)),  # Greek
    _characters((0x0400, 0x052F)),  # Cyrillic
    _characters((0x0531, 0x0556), (0x0561, 0x0587)),  # Armenian
    _characters((0x10A0, 0x10C5), (0x10D0, 0x10FA)),  # Georgian
    _characters((0x05B0, 0x05C7), (0x05D0, 0x05EA), (0x05F3, 0x05F4)),  # Hebrew
    _characters((0x0620, 0x06FF), (0x0750, 0x077F)),  # Arabic
    _characters((0x0710, 0x074A)),  # Syriac
    _characters((0x0780, 0x07B1)),  # Thaana
    _characters((0x07C0, 0x07F5)),  # N'Ko
    _characters((0x1E900, 0x1E94B), (0x1E950, 0x1E959)),  # Adlam
    _characters((0x0900, 0x097F)),  # Devanagari
    _characters((0x0985, 0x09CE), (0x09E6, 0x09F1)),  # Bengali
    _characters((0x0B82, 0x0BCD), (0x0BE6, 0x0BEF)),  # Tamil
    _characters((0x0D85, 0x0DDF)),  # Sinhala
    _characters((0x0E01, 0x0E3A), (0x0E40, 0x0E5B)),  # Thai
    _characters((0x1780, 0x17D3)),  # Khmer
    _characters((0x1200, 0x1248), (0x1260, 0x1286)),  # Ethiopic
    _characters((0x2D30, 0x2D67)),  # Tifinagh
    _characters((0xAB70, 0xABBF)),  # Cherokee
    _characters((0x3041, 0x3096), (0x30A1, 0x30FE)),  # Hiragana and Katakana
    _characters((0x4E00, 0x9FEF)),  # Han
    _characters((0x20000, 0x2A6D6)),  # Han, outside the Basic Multilingual Plane
    _characters((0x1100, 0x11FF), (0xAC00, 0xD7A3)),  # Hangul
    _characters((0xFF01, 0xFF5E), (0xFF65, 0xFFDC)),  # half and full width
    _characters((0x2100, 0x214F), (0x1D400, 0x1D454)),  # letterlike symbols
]
RIGHT_TO_LEFT = SCRIPTS[5:11]
DIGITS = "0123456789\u0660\u0665\u06f0\u06f9"
JOINERS = "\u200c\u200d"

# Each has been a way to make two parsers see different hosts.
HOSTILE = [
    *"\\@:/?#%[]|<>^`{}\"'!$&()*+,;=~ \t\n\r\0\x01\x1f\x7f\x85\xa0\xad",
    *"\u034f\u061c\u115f\u180b\u200b\u200c\u200d\u200e\u202e\u2028\u2060\u3164\ufe0f\ufeff\ufffd\U000e0001\U000e0100",
    *"\u3002\uff0e\uff61\u2024\u2025\u00b7\u2044\u2215\uff0f\u29f8\uff3c\u2216\ufe68\uff1a\ufe55\u2236",
    *"\uff20\ufe6b\uff1f\uff03\uff05\u2100\u2105\u2474\u2488\u33c2\u2260\u226e\u0338\u0301",
    *"\u212a\u017f\u0130\u0131\u00df\u1e9e\u03c2\u2115\u24b6\U0001d41a\U0001f600\U0001f1e6",
    "..", "//", "@@", ":@", "\\@", "/\\", "%00", "%2e", "%2F", "%40", "%5c", "%EF%BC%8E", "%25", ":80", ":80@", "xn--",
    "0x", "%E3%80%82", "-.", ".-", "--",
]  # fmt: skip


def verdict(url: str) -> str | None:
    """Return the result, or None if the URL is refused."""
    try:
        return str(ProxyUrl.parse(url).origin)
    except Invalid:
        return None


def a_label(u_label: str) -> str:
    """Encode a label without looking at what it is."""
    return "xn--" + u_label.encode("punycode").decode()


class Urls:
    """An endless supply of URLs; the same for a `random` of the same seed."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def __iter__(self) -> Iterator[str]:
        while True:
            url = self.scheme() + "://" + self.host() + self.port() + self._one_of("", "", "", "/")
            yield self._with_something_hostile(url) if self._happens(0.1) else url

    def scheme(self) -> str:
        return self._in_any_case(self._one_of("http", "https"))

    def port(self) -> str:
        usual = [80, 443, 8888, 1080, 1, 65535]
        number = self._random.choice(usual) if self._happens(0.3) else self._random.randint(1, 65535)
        if self._happens(0.01):
            number = self._random.choice([0, 65536, 99999, 2**32 + 80, 2**64 + 443])
        return self._one_of("", f":{number}", f":{number}", f":{number:08}")

    def host(self) -> str:
        """Names mostly, because addresses have few spellings."""
        kinds = [self.ascii_name, self.international_name, self.ipv4_address, self.ipv6_address]
        [kind] = self._random.choices(kinds, weights=[8, 8, 1, 2])
        return kind()

    def ascii_name(self) -> str:
        name = ".".join(self.ascii_label() for _ in range(self._random.choice([1, 2, 2, 3, 3, 4, 8])))
        return self._in_any_case(name) + self._one_of("", "", "", "", "", "", "", ".")

    def ascii_label(self) -> str:
        [length] = self._random.choices([self._random.randint(1, 12), 63, 64], weights=[40, 1, 0.1])
        label = "".join(self._random.choices(LETTERS_AND_DIGITS, k=length))
        kinds = [
            label,
            f"{label[:30]}-_{label[:30]}",
            label[:1] + "--" + label[1:60],
            "_" + label[1:],
            "0x" + label[2:],
        ]
        return self._random.choices(kinds, weights=[20, 2, 1, 1, 1])[0]

    def international_name(self) -> str:
        scripts = RIGHT_TO_LEFT if self._happens(0.25) else SCRIPTS
        labels = [self.international_label(scripts) for _ in range(self._random.choice([1, 1, 1, 2, 2, 3]))]
        if self._happens(0.7):
            labels.append(self._one_of("com", "example", "co.uk", "xn--p1ai", "xn--wgbh1c", "1a", "a1", "x-1"))
        return self._one_of(".", ".", ".", ".", ".", ".", ".", "\u3002").join(labels)

    def international_label(self, scripts: list[str]) -> str:
        label = self.u_label(scripts)
        return self._in_any_case(a_label(label)) if self._happens(0.3) else label

    def u_label(self, scripts: list[str]) -> str:
        """Return a label of one script or two, not always a valid one."""
        characters = self._random.choice(scripts)
        if self._happens(0.1):
            characters += self._random.choice(scripts)
        label = "".join(self._random.choices(characters, k=self._random.choice([1, 2, 3, 4, 5, 6, 12, 30])))
        if self._happens(0.2):
            label = self._inserted(label, self._one_of("-", "a", *DIGITS))
        if self._happens(0.05):
            label = self._inserted(label, self._one_of(*JOINERS))
        return unicodedata.normalize("NFC", label).lower() if self._happens(0.95) else label

    def ipv4_address(self) -> str:
        octets = [self._random.choice([0, 1, 10, 127, 192, 255, 256, self._random.randint(0, 255)]) for _ in range(4)]
        [spelling] = self._random.choices(["{}", "{:#x}", "0{:o}", "0{}"], weights=[40, 1, 1, 1])
        octets = octets[: self._random.choices([4, 3, 1], weights=[20, 1, 1])[0]]
        return ".".join(spelling.format(octet) for octet in octets)

    def ipv6_address(self) -> str:
        groups = [self._random.choice([0, 0, 1, 0xFFFF, self._random.randint(0, 0xFFFF)]) for _ in range(8)]
        if self._happens(0.1):
            groups[:6] = [0, 0, 0, 0, 0, self._random.choice([0, 0xFFFF])]
        address = IPv6Address(int.from_bytes(b"".join(group.to_bytes(2, "big") for group in groups), "big"))
        ending = f"{address.exploded[:30]}192.0.2.{groups[0] % 256}"
        spelling = self._one_of(
            address.compressed, address.exploded, ":".join(f"{group:X}" for group in groups), ending
        )
        return f"[{self._in_any_case(spelling)}{self._one_of('', '', '', '', '', '', '', '%25eth0', '%1')}]"

    def _with_something_hostile(self, url: str) -> str:
        return self._inserted(url, self._random.choice(HOSTILE))

    def _inserted(self, text: str, more: str) -> str:
        place = self._random.randint(0, len(text))
        return text[:place] + more + text[place:]

    def _in_any_case(self, text: str) -> str:
        if self._happens(0.8):
            return text
        return "".join(self._one_of(character, character.upper()) for character in text)

    def _one_of(self, *choices: object) -> str:
        return str(self._random.choice(choices))

    def _happens(self, chance: float) -> bool:
        return self._random.random() < chance


# Coder's own tokens are letters, digits and a hyphen. No client takes control characters, encoded or not.
TOKEN_CHARACTERS = (
    string.ascii_letters + string.digits + string.punctuation + " \u00a0\u00e4\u00df\u20ac\u4e2d\u3002\uff20\U0001f600"
)
PATH_CHARACTERS = string.ascii_letters + string.digits + "-._~" * 4


class Accepted(NamedTuple):
    """An accepted URL: as given, what became of it, and a token and a path to go with the result."""

    given: str
    origin: Origin
    token: str
    path: str


@lru_cache(maxsize=1)
def accepted(seed: str) -> list[Accepted]:
    """Generate URLs of different results; the same ones for the same seed."""
    random = Random(seed)
    urls = iter(Urls(random))
    found: dict[str, Accepted] = {}
    while len(found) < COUNT:
        given = next(urls)
        with suppress(Invalid):
            origin = ProxyUrl.parse(given).origin
            found.setdefault(str(origin), Accepted(given, origin, _token(random), _path(random)))
    return list(found.values())


def _token(random: Random) -> str:
    characters, lengths = random.choice(
        [(string.ascii_letters + string.digits + "-", [32]), (TOKEN_CHARACTERS, [0, 1, 2, 4, 30])]
    )
    return "".join(random.choices(characters, k=random.choice(lengths)))


def _path(random: Random) -> str:
    segments = ["".join(random.choices(PATH_CHARACTERS, k=random.choice([0, 1, 3, 8]))) for _ in range(3)]
    return random.choice(["", f"/{segments[0]}", "/" + "/".join(segments)])
