"""Queries to search with: for each key what it accepts, what it refuses, and hostile values."""

from __future__ import annotations

import json
from typing import NamedTuple

from hypothesis import strategies as st

from tests.harness import spellings
from tests.harness.spellings import CERTIFICATES, Spelled, pem
from tf_helper.query import QUERY_KEYS

JsonPairs = list[tuple[str, object]]

# Each has been a way to make two parsers see different hosts, or a shell or a list see something else.
HOSTILE = [
    *"\\@:/?#%[]|<>^`{}\"'!$&()*+,;=~ \t\n\r\0\x1b\x7f\x85\xa0\xad\u034f\u115f",
    *"\u200b\u200d\u202e\u2028\u2060\ufeff\ufffd",
    *"\u3002\uff0e\u2024\u00b7\u2044\uff0f\u29f8\uff3c\uff1a\u2236\uff20\ufe6b\uff1f\uff03\uff05\u2100\u33c2\u0338",
    *"\u0301\u212a\u017f\u0130\u0131\u00df\u1e9e\u03c2\u24b6\u05d0\u0661\U0001d41a\U0001f600\U000e0100",
    *("..", "//", "/../", ":@", "\\@", "%00", "%2e", "%40", "%EF%BC%8E", "%25", ":80@", "xn--", "xn--a", "0x", "0300."),
    *("--", ":0", ":99999", ":1e3", "[::ffff:1.2.3.4]", "[fe80::1%25eth0]", "/33", "::/0", "10.*", "$(id)", "a" * 256),
]
_TEXT = st.text(max_size=20)


@st.composite
def with_something_hostile(draw: st.DrawFn, spelled: st.SearchStrategy[Spelled]) -> str:
    """What is accepted, with something in it that may not be."""
    text = draw(spelled).other
    place = draw(st.integers(0, len(text)))
    hostile: str = draw(st.sampled_from(HOSTILE))
    return text[:place] + hostile + text[place:]


@st.composite
def _broken_certificates(draw: st.DrawFn) -> bytes:
    """A certificate in DER with some bytes changed, left out or put in; its lengths may still be right."""
    der = bytearray(draw(st.sampled_from(CERTIFICATES)))
    for _ in range(draw(st.integers(0, 3))):
        position = draw(st.integers(0, len(der) - 1))
        kind = draw(st.sampled_from(["change", "change", "change", "leave out", "put in"]))
        end = position if kind == "put in" else position + 1
        der[position:end] = b"" if kind == "leave out" else bytes([draw(st.integers(0, 255))])
    return bytes(der)


BROKEN_PEMS = _broken_certificates().map(pem)
_LINES = [
    "-----BEGIN CERTIFICATE-----",
    "-----END CERTIFICATE-----",
    "-----BEGIN EC PRIVATE KEY-----",
    "---- BEGIN X ----\n",
]
_PEMS = BROKEN_PEMS | st.lists(
    BROKEN_PEMS
    | st.sampled_from([*_LINES, *map(pem, CERTIFICATES), pem(b"x", "PUBLIC KEY"), "\ufeff", "\r\n"])
    | _TEXT,
    max_size=4,
).map("".join)

# JSON of every type, with halves of surrogate pairs and numbers that fit nowhere.
_JSON_TEXT = st.text(st.characters(exclude_categories=()), max_size=10)
_NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.integers().map(lambda n: n * 10**400)
JSON_VALUES: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _JSON_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_JSON_TEXT, inner, max_size=4),
)


class Values(NamedTuple):
    """What a key takes, and what it refuses whatever the others say."""

    good: st.SearchStrategy[Spelled]
    wrong: tuple[object, ...]


# A new key of the query has its place here.
VALUES: dict[str, Values] = {
    "proxy_url": Values(
        spellings.PROXY_URLS,
        ("h", "ftp://h", "https://u:p@h", "https://h:0", "https://h/x?y#z", "https://0.0.0.0", [], ""),
    ),
    "cert_path": Values(
        spellings.CERT_PATHS, ("ca.pem", "/a/../b", "/a/", "/\u00e9", "/etc/ssl/certs/ca.pem", True, {})
    ),
    "agent_id": Values(spellings.AGENT_IDS, (" ", "a b", "a\x00b", 1.5)),
    "access_url": Values(spellings.ACCESS_URLS, ("h", "https://h?x", "https://h/a/../b", "https://-h")),
    "no_proxy": Values(
        spellings.NO_PROXIES,
        ("*", "http://h", "a,-,b", "10.0.0.0/33", '["h"]', "10.*", "a;b", "fd00::/8", "[::1]:80", "a" * 9000, 1),
    ),
    "ca_cert_pem": Values(
        spellings.CA_CERT_PEMS,
        ("x", "-----BEGIN CERTIFICATE-----", "---- BEGIN X", pem(b"x", "X"), "x" * 20000, 0),
    ),
    "extra_ca_certs_pem": Values(spellings.EXTRA_CA_CERTS_PEMS, ("x", "-----BEGIN PRIVATE KEY-----", False)),
    "wrapper_path": Values(spellings.WRAPPER_PATHS, ("run", "/a/../b", "/a b", 2)),
    "fetch_ca_cert": Values(st.just(Spelled("false", "false")), ("True", "yes", 1, [])),
}

_OTHER_KEYS = [key for key in QUERY_KEYS if key != "proxy_url"]
_SOME_KEYS = st.lists(st.sampled_from(_OTHER_KEYS), max_size=3) | st.lists(st.sampled_from(_OTHER_KEYS), unique=True)
_HOSTILE_VALUES = {
    key: (_PEMS if key.endswith("_pem") else with_something_hostile(values.good)) | _TEXT | JSON_VALUES
    for key, values in VALUES.items()
}


@st.composite
def _settings(draw: st.DrawFn) -> dict[str, Spelled]:
    return {key: draw(VALUES[key].good) for key in ("proxy_url", *draw(_SOME_KEYS))}


@st.composite
def _queries(draw: st.DrawFn) -> JsonPairs:
    pairs: JsonPairs = []
    for key in ("proxy_url", *draw(_SOME_KEYS)):
        hostile = draw(st.integers(0, 3)) == 0
        pairs.append((key, draw(_HOSTILE_VALUES[key]) if hostile else draw(VALUES[key].good).other))
    if draw(st.integers(0, 9)) == 0:
        pairs.append((draw(_TEXT), draw(JSON_VALUES)))
    return draw(st.permutations(pairs))


# The settings of a query that is accepted: proxy_url, and any others.
SETTINGS = _settings()
# The members of a query: mostly its keys with values of their kind, sometimes anything, sometimes twice.
QUERIES = _queries()


def encoded(pairs: JsonPairs) -> bytes:
    """Return the members as a JSON object, with repetitions, in ASCII."""
    members = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs)
    return f"{{{', '.join(members)}}}".encode()
