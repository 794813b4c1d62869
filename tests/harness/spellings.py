"""Settings as the program gives them back, each with other spellings that mean the same."""

from __future__ import annotations

import json
import textwrap
from ipaddress import ip_address
from typing import NamedTuple

from hypothesis import strategies as st

from tests.harness.strategies import certificates, pem


class Spelled(NamedTuple):
    """A value as it comes out, and another spelling of it."""

    normal: str
    other: str


_BLANKS = st.text(" \t\r\n\v\f\u00a0\u2003\u3000", max_size=3)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_INTERNATIONAL = [
    Spelled("xn--bcher-kva.example", "BÜCHER.Example"),
    Spelled("xn--strae-oqa.example", "straße.example"),
    Spelled("xn--r8jz45g.xn--zckzah", "例え.テスト"),
    Spelled("xn--4dbc.example", "אב.example"),
    Spelled("xn--caf-dma", "cafe\u0301".replace("e\u0301", "é")),
]
# In the order in which openssl and people write them; a short line and one long line are PEM too.
_WIDTHS = st.sampled_from([16, 64, 76, 5000])


def _not_an_a_label(label: str) -> bool:
    return not label.startswith("xn--")


@st.composite
def cases(draw: st.DrawFn, text: str) -> str:
    """The text with some of its letters in upper case."""
    upper = draw(st.integers(0, 2 ** len(text) - 1))
    return "".join(letter.upper() if upper >> place & 1 else letter for place, letter in enumerate(text))


@st.composite
def in_blanks(draw: st.DrawFn, text: str) -> str:
    """The text with white space around it."""
    return draw(_BLANKS) + text + draw(_BLANKS)


@st.composite
def names(draw: st.DrawFn) -> Spelled:
    """A DNS name."""
    labels = st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,8}[a-z0-9_])?", fullmatch=True).filter(_not_an_a_label)
    last = labels.filter(lambda label: not label[0].isdigit())
    name = ".".join([*draw(st.lists(labels, max_size=3)), draw(last)])
    return Spelled(name, draw(cases(name)) + draw(st.sampled_from(["", "."])))


@st.composite
def ipv6_addresses(draw: st.DrawFn) -> Spelled:
    """An IPv6 address without brackets."""
    address = ip_address(
        draw(st.ip_addresses(v=6).map(str).filter(lambda text: not text.startswith("::ffff:") and text != "::"))
    )
    return Spelled(address.compressed, draw(cases(draw(st.sampled_from([address.compressed, address.exploded])))))


def ipv4_addresses() -> st.SearchStrategy[Spelled]:
    """An IPv4 address, of which there is one spelling only."""
    return st.ip_addresses(v=4).filter(int).map(lambda address: Spelled(str(address), str(address)))


def hosts() -> st.SearchStrategy[Spelled]:
    """A host as it stands in a URL."""
    bracketed = ipv6_addresses().map(lambda one: Spelled(f"[{one.normal}]", f"[{one.other}]"))
    return names() | ipv4_addresses() | bracketed | st.sampled_from(_INTERNATIONAL)


@st.composite
def ports(draw: st.DrawFn) -> Spelled:
    """A port, with zeros in front."""
    port = draw(st.sampled_from([80, 443, 8888]) | st.integers(1, 65535))
    return Spelled(str(port), "0" * draw(st.integers(0, 3)) + str(port))


@st.composite
def proxy_urls(draw: st.DrawFn) -> Spelled:
    """A URL of the proxy. Plain http always has its port: without one there would be a warning."""
    scheme, host, port = draw(st.sampled_from(["http", "https"])), draw(hosts()), draw(ports())
    by_default = scheme == "https" and port.normal == "443"
    normal = f"{scheme}://{host.normal}" + ("" if by_default else f":{port.normal}")
    end = "" if by_default and draw(st.booleans()) else f":{port.other}"
    url = f"{draw(cases(scheme))}://{host.other}{end}{draw(st.sampled_from(['', '/']))}"
    return Spelled(normal, draw(in_blanks(url)))


@st.composite
def access_urls(draw: st.DrawFn) -> Spelled:
    """A URL of the deployment, with or without a path."""
    scheme, host, port = draw(st.sampled_from(["http", "https"])), draw(hosts()), draw(ports())
    path = draw(st.sampled_from(["", "", "/coder", "/A/b-c_d.~e"]))
    by_default = f"{scheme} {port.normal}" in {"http 80", "https 443"}
    normal = (
        f"{scheme}://{host.normal}" + ("" if f"{scheme} {port.normal}" == "https 443" else f":{port.normal}") + path
    )
    end = "" if by_default and draw(st.booleans()) else f":{port.other}"
    url = f"{draw(cases(scheme))}://{host.other}{end}{path}{'/' * draw(st.integers(0, 2))}"
    return Spelled(normal, draw(in_blanks(url)))


@st.composite
def cert_paths(draw: st.DrawFn) -> Spelled:
    """An absolute path."""
    return draw(_paths(_LETTERS + "AZ09 ._+@%=,:~-"))


@st.composite
def wrapper_paths(draw: st.DrawFn) -> Spelled:
    """An absolute path without spaces, in a directory whose name is too long for those of cert_paths."""
    return draw(_paths(_LETTERS + "AZ09._+@%=,:~-", root="/with-proxy"))


@st.composite
def _paths(draw: st.DrawFn, letters: str, root: str = "") -> Spelled:
    alphabet = st.sampled_from(letters)
    segment = st.text(alphabet, min_size=1, max_size=8).filter(lambda name: name not in {".", ".."})
    last = segment.filter(lambda name: not name.endswith(" "))
    segments = [*draw(st.lists(segment, max_size=4)), draw(last)]
    separators = st.sampled_from(["/", "/", "//", "/./", "///.//./"])
    other = "".join(draw(separators) + name for name in segments)
    return Spelled(f"{root}/{'/'.join(segments)}", draw(in_blanks(root + other)))


@st.composite
def no_proxies(draw: st.DrawFn) -> Spelled:
    """Entries that bypass the proxy, no two alike and none that is there anyway."""
    with_port = st.tuples(names() | ipv4_addresses(), ports()).map(
        lambda t: Spelled(f"{t[0].normal}:{t[1].normal}", f"{t[0].other}:{t[1].other}")
    )
    domain = names().map(lambda one: Spelled(f".{one.normal}", f".{one.other}"))
    ranges = st.sampled_from(
        [Spelled("10.0.0.0/8", "10.1.2.3/255.0.0.0"), Spelled("10.0.0.1/32", "10.0.0.1/255.255.255.255")]
    )
    single = ipv6_addresses().map(lambda one: Spelled(one.normal, f"[{one.other}]/128"))
    entries = draw(
        st.lists(
            names() | ipv4_addresses() | ipv6_addresses() | with_port | domain | ranges | single, max_size=4
        ).filter(
            lambda found: (
                len({one.normal for one in found}) == len(found)
                and not {one.normal for one in found} & {"localhost", "127.0.0.1", "::1"}
            )
        )
    )
    spelled = [draw(in_blanks(one.other)) for one in entries]
    for _ in range(draw(st.integers(0, 3))):  # nothing, and what was said before
        spelled.insert(draw(st.integers(0, len(spelled))), draw(st.sampled_from(["", " "])))
        spelled.append(draw(st.sampled_from(["", *spelled])))
    return Spelled(",".join(one.normal for one in entries), ",".join(spelled))


@st.composite
def agent_ids(draw: st.DrawFn) -> Spelled:
    """A UUID, or whatever else has no white space."""
    uuid = str(draw(st.uuids()))
    token = draw(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12))
    normal, other = draw(st.sampled_from([(uuid, draw(cases(uuid))), (token, token)]))
    return Spelled(normal, draw(in_blanks(other)))


def _labeled(der: bytes) -> list[tuple[bytes, str]]:
    """What OpenSSL calls a certificate; its trust settings are behind it, here an alias."""
    trusted = "TRUSTED CERTIFICATE"
    return [(der, "CERTIFICATE"), (der, "X509 CERTIFICATE"), (der, trusted), (der + b"0\x03\x0c\x01x", trusted)]


@st.composite
def pems(draw: st.DrawFn, *, only_cas: bool) -> Spelled:
    """One or two certificates; other labels, line ends, line lengths and texts around them."""
    ders = draw(
        st.lists(st.sampled_from(certificates()[: 3 if only_cas else None]), min_size=1, max_size=2, unique=True)
    )
    normal = other = ""
    for der in ders:
        begin, body, end = pem(der).splitlines()
        normal += "\n".join([begin, *textwrap.wrap(body, 64), end, ""])
        begin, body, end = pem(*draw(st.sampled_from(_labeled(der)))).splitlines()
        lines = [begin, *textwrap.wrap(body, draw(_WIDTHS)), end, draw(st.sampled_from(["", "subject=CN", "\ufeff#"]))]
        other += draw(st.sampled_from(["\n", "\r\n", " \n\t"])).join(lines) + "\n"
    return Spelled(normal, draw(st.sampled_from(["", "\ufeff", "text\n"])) + other)


# For every key of the query that comes back as a key of the result.
SETTINGS: dict[str, st.SearchStrategy[Spelled]] = {
    "proxy_url": proxy_urls(),
    "cert_path": cert_paths(),
    "wrapper_path": wrapper_paths(),
    "agent_id": agent_ids(),
    "access_url": access_urls(),
    "no_proxy": no_proxies(),
    "ca_cert_pem": st.deferred(lambda: pems(only_cas=True)),
    "extra_ca_certs_pem": st.deferred(lambda: pems(only_cas=False)),
}


@st.composite
def settings(draw: st.DrawFn) -> dict[str, Spelled]:
    """The settings of a query: proxy_url, and any others."""
    keys = draw(st.sets(st.sampled_from(sorted(set(SETTINGS) - {"proxy_url"}))))
    return {key: draw(SETTINGS[key]) for key in ("proxy_url", *sorted(keys))}


@st.composite
def json_texts(draw: st.DrawFn, members: dict[str, object]) -> bytes:
    """A JSON object with these members: in any order, with white space, escapes and a byte order mark."""
    pairs = draw(st.permutations(list(members.items())))
    blank = st.sampled_from(["", " ", "\n", "\r\n\t"])
    text = ",".join(
        f"{draw(blank)}{draw(_strings(key))}{draw(blank)}:{draw(blank)}"
        f"{draw(_strings(value)) if isinstance(value, str) else json.dumps(value)}{draw(blank)}"
        for key, value in pairs
    )
    mark = draw(st.sampled_from(["", "\ufeff"]))
    return f"{mark}{draw(blank)}{{{text}}}{draw(blank)}".encode()


@st.composite
def _strings(draw: st.DrawFn, text: str) -> str:
    """A JSON string, each character of which can be escaped; in a long one the first of them only."""
    escaped = draw(st.integers(0, 2 ** min(len(text), 64) - 1))
    return (
        '"'
        + "".join(
            _escaped(character)
            if place < 64 and escaped >> place & 1
            else json.dumps(character, ensure_ascii=False)[1:-1]
            for place, character in enumerate(text)
        )
        + '"'
    )


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
