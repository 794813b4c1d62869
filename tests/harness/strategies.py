"""Queries that nobody should send: what hypothesis draws from."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache

from hypothesis import strategies as st

from tests.harness.certificates import make_certificate
from tf_helper.query import QUERY_KEYS

JsonPairs = list[tuple[str, object]]

# Whole spellings that once meant two things to two parsers, and pieces to put together anew.
_URL_PIECES = (
    *("http", "https", "HTTPS", "ftp", "javascript", "x"),
    *(
        "://",
        ":",
        "/",
        "//",
        "\\",
        "?",
        "#",
        "@",
        "%40",
        "%2F",
        "%00",
        ".",
        "..",
        "-",
        "_",
        ";",
        "&",
        "=",
        "+",
        "$",
        "*",
    ),
    *("h", "aiproxy.example.com", "EXAMPLE", "localhost", "127.0.0.1", "0177.1", "0x7f.1", "2130706433", "1.2.3", "0x"),
    *("[::1]", "[", "]", "::", "[::ffff:1.2.3.4]", "[fe80::1%25eth0]", "[v1.x]"),
    *(
        "xn--",
        "xn--bcher-kva",
        "xn--a",
        "bücher",
        "ß",
        "א",
        "ا",
        "١",
        "\u3002",
        "\uff0e",
        "\uff20",
        "\uff11",
        "\u212a",
        "İ",
    ),
    *(":443", ":80", ":8888", ":0", ":99999", ":00443", ":\u0661", ":1e3", ":-1"),
    *(" ", "\t", "\r\n", "\n", "\x00", "\x1b[31m", "\x7f", "\x85", "\u00ad", "\u200b", "\u202e", "\ufeff", "\ufffd"),
    *("user:password@", "a" * 64, "a." * 127, "é" * 60),
)
_PATH_PIECES = (
    *(
        "/",
        "//",
        "/./",
        "/../",
        ".",
        "..",
        "~",
        "$HOME",
        "$(id)",
        "`id`",
        "'",
        '"',
        "\\",
        "\n",
        "\t",
        " ",
        "\x1b[0m",
        "é",
    ),
    *(
        "home",
        "coder",
        "ca-cert",
        ".pem",
        "a" * 201,
        "a" * 256,
        "C:",
        "://",
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/",
    ),
)
_NO_PROXY_PIECES = (
    *(
        ",",
        ",",
        ",",
        " ",
        "*",
        ".",
        "/",
        ":",
        "10.0.0.0",
        "/8",
        "/33",
        "/255.0.0.0",
        "::1",
        "[::1]",
        ":80",
        ".example.com",
    ),
    *(
        "localhost",
        "é",
        "-",
        "1.2.3",
        "::/0",
        "/128",
        ";",
        "<local>",
        "[",
        '"',
        "a" * 9000,
        "%eth0",
        "fe80::",
        "@",
        "\uff20",
        "http://h",
        "\x00",
    ),
)


def _pieced(pieces: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces), max_size=6).map("".join)


def urls() -> st.SearchStrategy[str]:
    """Texts where a URL should be."""
    beginning = st.sampled_from(["https://", "http://", "HTTPS://"])
    return st.tuples(beginning, _pieced(_URL_PIECES)).map("".join) | _pieced(_URL_PIECES) | st.text(max_size=20)


def paths() -> st.SearchStrategy[str]:
    """Texts where a path should be."""
    return _pieced(_PATH_PIECES) | st.text(max_size=20)


def no_proxies() -> st.SearchStrategy[str]:
    """Texts where a list of hosts should be."""
    return _pieced(_NO_PROXY_PIECES) | st.text(max_size=20)


@cache
def certificates() -> tuple[bytes, ...]:
    """Certificates in DER, made once: a root, what it issued, an expired one and a server's."""
    root = make_certificate("root")
    others = (make_certificate("intermediate", issuer=root), make_certificate("old", to_day=-1))
    return tuple(one.der for one in (root, *others, make_certificate("server", issuer=root, ca=False)))


def pem(der: bytes, label: str = "CERTIFICATE") -> str:
    """DER as PEM, in one long line."""
    return f"-----BEGIN {label}-----\n{b64encode(der).decode()}\n-----END {label}-----\n"


@st.composite
def broken_certificates(draw: st.DrawFn) -> bytes:
    """A certificate in DER with some bytes changed, left out or put in; its lengths may still be right."""
    der = bytearray(draw(st.sampled_from(certificates())))
    for _ in range(draw(st.integers(0, 3))):
        position = draw(st.integers(0, len(der) - 1))
        kind = draw(st.sampled_from(["change", "change", "change", "leave out", "put in"]))
        end = position if kind == "put in" else position + 1
        der[position:end] = b"" if kind == "leave out" else bytes([draw(st.integers(0, 255))])
    return bytes(der)


def pems() -> st.SearchStrategy[str]:
    """Texts where certificates should be."""
    pieces = st.one_of(
        st.sampled_from([pem(der) for der in certificates()]),
        broken_certificates().map(pem),
        st.binary(max_size=20).map(pem),
        st.sampled_from(["-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", "-----BEGIN EC PRIVATE KEY-----"]),
        st.sampled_from(
            [pem(b"x", "PUBLIC KEY"), pem(certificates()[0], "TRUSTED CERTIFICATE"), "---- BEGIN X ----\n"]
        ),
        st.text(max_size=10),
        st.sampled_from(["\ufeff", "\r\n", "\x1b[31m", "-" * 5]),
    )
    return broken_certificates().map(pem) | st.lists(pieces, max_size=4).map("".join)


def json_values() -> st.SearchStrategy[object]:
    """JSON of every type, with halves of surrogate pairs and numbers that fit nowhere."""
    text = st.text(st.characters(exclude_categories=()), max_size=10)
    numbers = (
        st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.integers().map(lambda n: n * 10**400)
    )
    leaves = st.one_of(st.none(), st.booleans(), numbers, text)
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4))


_GOOD_URLS = st.sampled_from(["https://aiproxy.example.com", "http://h:8888/", " HTTPS://[2001:DB8::1]:443/\n"])

# For each key what it takes, and what it may not take.
_VALUES: dict[str, tuple[st.SearchStrategy[object], st.SearchStrategy[object]]] = {
    "proxy_url": (_GOOD_URLS, urls()),
    "cert_path": (st.sampled_from(["/a/ca.pem", " /home/coder//ca.pem", ""]), paths()),
    "wrapper_path": (st.sampled_from(["/a/run", " /home/coder//bin/run", None]), paths()),
    "agent_id": (st.sampled_from(["3F2B8C1E-1111-4222-8333-444455556666", " x ", None]), st.text(max_size=20)),
    "access_url": (_GOOD_URLS, urls()),
    "no_proxy": (st.sampled_from(["", "localhost, .Example.com", "10.0.0.0/8,[::1]/128,h:80"]), no_proxies()),
    "ca_cert_pem": (st.deferred(lambda: st.sampled_from([pem(der) for der in certificates()[:3]])), pems()),
    "extra_ca_certs_pem": (st.deferred(lambda: st.sampled_from([pem(der) for der in certificates()])), pems()),
    "fetch_ca_cert": (st.sampled_from(["false", False, None]), st.sampled_from(["true", "True", "1", True, 1])),
}


@st.composite
def queries(draw: st.DrawFn) -> JsonPairs:
    """The members of a query: mostly its keys with values of their kind, sometimes anything, sometimes twice."""
    pairs: JsonPairs = []
    for key in (
        "proxy_url",
        *draw(st.lists(st.sampled_from([*QUERY_KEYS][1:]), max_size=3, unique=draw(st.booleans()))),
    ):
        good, hostile = _VALUES[key]
        kind = draw(st.integers(0, 9))
        pairs.append((key, draw(json_values() if kind == 0 else good if kind > 3 else hostile)))
    if draw(st.integers(0, 9)) == 0:
        pairs.insert(draw(st.integers(0, len(pairs))), (draw(st.text(max_size=90)), draw(json_values())))
    return pairs


def encoded(pairs: JsonPairs) -> bytes:
    """The members as a JSON object, with repetitions, in ASCII."""
    members = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs)
    return f"{{{', '.join(members)}}}".encode()
