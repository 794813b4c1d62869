"""Settings that are accepted, each in the form that comes back and in another spelling that means the same.

Strategies are made once: hypothesis examines each new one, which takes longer than to draw from it.
"""

from __future__ import annotations

import json
import textwrap
from base64 import b64encode
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from tests.harness.certificates import make_certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Spelled(NamedTuple):
    """A value as it comes out, and another spelling of it."""

    normal: str
    other: str


_BLANKS = st.text(" \t\r\n\v\f\u00a0\u2003\u3000", max_size=3)
_CASES: st.SearchStrategy[Callable[[str], str]] = st.sampled_from([str, str.upper, str.title])

_LABELS = st.lists(st.from_regex(r"[a-z0-9_](-?[a-z0-9_]){0,6}", fullmatch=True), max_size=3)
_LAST_LABEL = st.from_regex(r"[a-z_](-?[a-z0-9_]){0,6}", fullmatch=True)
_INTERNATIONAL = [
    Spelled("xn--bcher-kva.example", "B\u00dcCHER.Example"),
    Spelled("xn--strae-oqa.example", "stra\u00dfe.example"),
    Spelled("xn--r8jz45g.xn--zckzah", "\u4f8b\u3048.\u30c6\u30b9\u30c8"),
    Spelled("xn--4dbc.example", "\u05d0\u05d1.example"),
]


@st.composite
def _in_blanks(draw: st.DrawFn, spelled: st.SearchStrategy[Spelled]) -> Spelled:
    normal, other = draw(spelled)
    return Spelled(normal, draw(_BLANKS) + other + draw(_BLANKS))


@st.composite
def _names(draw: st.DrawFn) -> Spelled:
    name = ".".join([*draw(_LABELS), draw(_LAST_LABEL)])
    return Spelled(name, draw(_CASES)(name) + draw(st.sampled_from(["", "."])))


@st.composite
def _ipv6_addresses(draw: st.DrawFn) -> Spelled:
    address = draw(st.integers(1, 2**128 - 1).map(IPv6Address).filter(lambda address: not address.ipv4_mapped))
    return Spelled(address.compressed, draw(_CASES)(draw(st.sampled_from([address.compressed, address.exploded]))))


@st.composite
def _ports(draw: st.DrawFn) -> Spelled:
    port = draw(st.sampled_from([80, 443, 8888]) | st.integers(1, 65535))
    return Spelled(str(port), "0" * draw(st.integers(0, 3)) + str(port))


_NAMES = _names() | st.sampled_from(_INTERNATIONAL)
_IPV4 = st.integers(1, 2**32 - 1).map(lambda number: Spelled(*[str(IPv4Address(number))] * 2))
_IPV6 = _ipv6_addresses()
_HOSTS = _NAMES | _IPV4 | _IPV6.map(lambda one: Spelled(f"[{one.normal}]", f"[{one.other}]"))
_PORTS = _ports()


@st.composite
def _urls(draw: st.DrawFn, *, left_out: Sequence[tuple[str, str]], paths: Sequence[str] = ("",)) -> Spelled:
    """A URL; `left_out` are schemes with the port that may be left out without a difference."""
    scheme, path = draw(st.sampled_from(["http", "https"])), draw(st.sampled_from(paths))
    host, port = draw(_HOSTS), draw(_PORTS)
    shown = "" if (scheme, port.normal) == ("https", "443") else f":{port.normal}"
    given = "" if (scheme, port.normal) in left_out and draw(st.booleans()) else f":{port.other}"
    end = draw(st.sampled_from(["", "/"]))
    return Spelled(f"{scheme}://{host.normal}{shown}{path}", f"{draw(_CASES)(scheme)}://{host.other}{given}{path}{end}")


@st.composite
def _paths(draw: st.DrawFn, segment: st.SearchStrategy[str], root: str = "") -> Spelled:
    segments = [*draw(st.lists(segment, max_size=4)), draw(segment)]
    separators = st.sampled_from(["/", "/", "//", "/./", "///.//./"])
    return Spelled(f"{root}/{'/'.join(segments)}", root + "".join(draw(separators) + name for name in segments))


def _segments(characters: str) -> st.SearchStrategy[str]:
    letters = "abcdefghijklmnopqrstuvwxyzAZ09" + characters
    return st.text(letters, min_size=1, max_size=8).filter(lambda name: name.strip(".") and name == name.strip())


_ENTRIES = st.lists(
    st.one_of(
        _NAMES,
        _NAMES.map(lambda one: Spelled(f".{one.normal}", f".{one.other}")),
        st.tuples(_NAMES | _IPV4, _PORTS).map(
            lambda two: Spelled(*(":".join(parts) for parts in zip(*two, strict=True)))
        ),
        _IPV4,
        _IPV6,
        _IPV6.map(lambda one: Spelled(one.normal, f"[{one.other}]/128")),
        st.just(Spelled("10.0.0.0/8", "10.1.2.3/255.0.0.0")),
    ),
    max_size=4,
    unique_by=lambda one: one.normal,
).filter(lambda entries: {"localhost", "127.0.0.1", "::1"}.isdisjoint(one.normal for one in entries))


@st.composite
def _no_proxies(draw: st.DrawFn) -> Spelled:
    """Entries, none of them there anyway; in the other spelling some are there twice, and some are empty."""
    entries = draw(_ENTRIES)
    spelled = [draw(_BLANKS) + one.other for one in entries]
    more = draw(st.lists(st.sampled_from(["", " ", *spelled]), max_size=3))
    return Spelled(",".join(one.normal for one in entries), ",".join([*spelled, *more]))


def _labeled(der: bytes) -> list[tuple[bytes, str]]:
    """Return what OpenSSL calls a certificate; its trust settings follow it, here an alias."""
    trusted = "TRUSTED CERTIFICATE"
    return [(der, "CERTIFICATE"), (der, "X509 CERTIFICATE"), (der, trusted), (der + b"0\x03\x0c\x01x", trusted)]


@st.composite
def _pems(draw: st.DrawFn, ders: Sequence[bytes]) -> Spelled:
    """One or two certificates; other labels, line ends, line lengths, texts around them, and a chain in any order."""
    chosen = draw(st.lists(st.sampled_from(ders), min_size=1, max_size=2, unique=True))
    normal = other = ""
    chain = list(CA_CERTIFICATES[:2])
    for der in chain[::-1] if ders is CA_CERTIFICATES and chosen == chain else chosen:
        begin, body, end = pem(der).splitlines()
        normal += "\n".join([begin, *textwrap.wrap(body, 64), end, ""])
    for der in chosen:
        begin, body, end = pem(*draw(st.sampled_from(_labeled(der)))).splitlines()
        lines = [begin, *textwrap.wrap(body, draw(st.sampled_from([16, 64, 76, 5000]))), end]
        lines.append(draw(st.sampled_from(["", "subject=CN", "\ufeff#"])))
        other += draw(st.sampled_from(["\n", "\r\n", " \n\t"])).join(lines) + "\n"
    return Spelled(normal, draw(st.sampled_from(["", "\ufeff", "text\n"])) + other)


def pem(der: bytes, label: str = "CERTIFICATE") -> str:
    """Return DER as PEM, in one long line."""
    return f"-----BEGIN {label}-----\n{b64encode(der).decode()}\n-----END {label}-----\n"


_ROOT = make_certificate("root")
CA_CERTIFICATES = tuple(
    one.der for one in (_ROOT, make_certificate("intermediate", issuer=_ROOT), make_certificate("old", to_day=-1))
)
CERTIFICATES = (*CA_CERTIFICATES, make_certificate("server", issuer=_ROOT, ca=False).der)

# Plain http always has its port: without it there would be a warning.
PROXY_URLS = _in_blanks(_urls(left_out=[("https", "443")]))
ACCESS_URLS = _in_blanks(_urls(left_out=[("http", "80"), ("https", "443")], paths=["", "", "/coder", "/A/b-c_d.~e"]))
CERT_PATHS = _in_blanks(_paths(_segments(" ._+@%=,:~-")))
# Too long a directory for a path of CERT_PATHS: the two must not meet.
WRAPPER_PATHS = _in_blanks(_paths(_segments("._+@%=,:~-"), root="/with-proxy"))
AGENT_IDS = _in_blanks(
    st.uuids().map(lambda uuid: Spelled(str(uuid), str(uuid).upper()))
    | st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12).map(
        lambda text: Spelled(text, text)
    )
)
NO_PROXIES = _no_proxies()
CA_CERT_PEMS = _pems(CA_CERTIFICATES)
EXTRA_CA_CERTS_PEMS = _pems(CERTIFICATES)


def _all_escaped(text: str) -> str:
    units = text.encode("utf-16-be").hex()
    return '"' + "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4)) + '"'


_STRINGS: st.SearchStrategy[Callable[[str], str]] = st.sampled_from(
    [json.dumps, _all_escaped, lambda text: json.dumps(text, ensure_ascii=False)]
)


@st.composite
def json_texts(draw: st.DrawFn, members: Mapping[str, object]) -> bytes:
    """A JSON object with these members: in any order, with white space, escapes and a byte order mark."""
    blank = draw(st.sampled_from(["", " ", "\n", "\r\n\t"]))
    pairs = [
        f"{blank}{draw(_STRINGS)(key)}{blank}:{draw(_STRINGS)(value) if isinstance(value, str) else json.dumps(value)}"
        for key, value in draw(st.permutations(list(members.items())))
    ]
    return f"{draw(st.sampled_from(['', chr(0xFEFF)]))}{blank}{{{','.join(pairs)}{blank}}}{blank}".encode()
