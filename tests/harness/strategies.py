"""Queries to search with: for each key what it accepts, what it refuses, and hostile values."""

from __future__ import annotations

import json
from typing import NamedTuple

from hypothesis import strategies as st

from tests.harness import spellings
from tests.harness.spellings import CERTIFICATES, Spelled, pem
from tf_helper.query import QUERY_KEYS

JsonPairs = list[tuple[str, object]]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SPACES = (
    " ",
    "\t",
    "\r\n",
    "\n",
    "\x00",
    "\x1b[31m",
    "\x7f",
    "\x85",
    "\u00ad",
    "\u200b",
    "\u202e",
    "\ufeff",
    "\ufffd",
)

# Whole spellings that once meant two things to two parsers, and pieces to put together anew.
_URL_PIECES = (
    *_words("http https HTTPS ftp javascript x :// : / // \\ ? # @ %40 %2F %00 . .. - _ ; & = + $ *"),
    *_words("h aiproxy.example.com EXAMPLE localhost 127.0.0.1 0177.1 0x7f.1 2130706433 1.2.3 0x user:password@"),
    *_words("[::1] [ ] :: [::ffff:1.2.3.4] [fe80::1%25eth0] [v1.x] xn-- xn--bcher-kva xn--a b\u00fccher \u00df"),
    *_words("\u05d0 \u0627 \u0661 \u3002 \uff0e \uff20 \uff11 \u212a \u0130"),
    *_words(":443 :80 :8888 :0 :99999 :00443 :\u0661 :1e3 :-1"),
    *("a" * 64, "a." * 127, "\u00e9" * 60),
    *_SPACES,
)
_PATH_PIECES = (
    *_words("/ // /./ /../ . .. ~ $HOME $(id) `id` ' \" \\ \u00e9 home coder ca-cert .pem C: :// /etc/pki/tls/certs/"),
    *("a" * 201, "a" * 256, "/etc/ssl/certs/ca-certificates.crt"),
    *_SPACES,
)
_NO_PROXY_PIECES = (
    *_words(", , , * . / : 10.0.0.0 /8 /33 /255.0.0.0 ::1 [::1] :80 .example.com localhost \u00e9 - 1.2.3 ::/0 /128"),
    *_words('; <local> [ " %eth0 fe80:: @ \uff20 http://h'),
    *(" ", "\x00", "a" * 9000),
)


def _pieced(pieces: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces), max_size=6).map("".join)


_TEXT = st.text(max_size=20)
_URLS = st.one_of(
    st.tuples(st.sampled_from(["https://", "http://", "HTTPS://"]), _pieced(_URL_PIECES)).map("".join),
    _pieced(_URL_PIECES),
    _TEXT,
)
_PATHS = _pieced(_PATH_PIECES) | _TEXT


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
_PEMS = BROKEN_PEMS | st.lists(
    st.one_of(
        st.sampled_from([pem(der) for der in CERTIFICATES]),
        BROKEN_PEMS,
        st.binary(max_size=20).map(pem),
        st.sampled_from(["-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", "-----BEGIN EC PRIVATE KEY-----"]),
        st.sampled_from([pem(b"x", "PUBLIC KEY"), pem(CERTIFICATES[0], "TRUSTED CERTIFICATE"), "---- BEGIN X ----\n"]),
        st.sampled_from(["\ufeff", "\r\n", "\x1b[31m", "-" * 5]),
        _TEXT,
    ),
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
    """What a key takes, what it refuses whatever the others say, and what it may or may not take."""

    good: st.SearchStrategy[Spelled]
    wrong: st.SearchStrategy[object]
    hostile: st.SearchStrategy[object]


# A new key of the query has its place here.
VALUES: dict[str, Values] = {
    "proxy_url": Values(
        spellings.PROXY_URLS,
        st.sampled_from(["h", "ftp://h", "https://u:p@h", "https://h:0", "https://h/x?y#z", "https://0.0.0.0", [], ""]),
        _URLS,
    ),
    "cert_path": Values(
        spellings.CERT_PATHS,
        st.sampled_from(["ca.pem", "/a/../b", "/a/", "/\u00e9", "/etc/ssl/certs/ca.pem", True, {}]),
        _PATHS,
    ),
    "agent_id": Values(spellings.AGENT_IDS, st.sampled_from([" ", "a b", "a\x00b", 1.5]), _TEXT),
    "access_url": Values(
        spellings.ACCESS_URLS, st.sampled_from(["h", "https://h?x", "https://h/a/../b", "https://-h"]), _URLS
    ),
    "no_proxy": Values(
        spellings.NO_PROXIES,
        st.sampled_from(["*", "http://h", "a,-,b", "10.0.0.0/33", '["h"]', "10.*", "a;b", "fd00::/8", "[::1]:80", 1]),
        _pieced(_NO_PROXY_PIECES) | _TEXT,
    ),
    "ca_cert_pem": Values(
        spellings.CA_CERT_PEMS,
        st.sampled_from(["x", "-----BEGIN CERTIFICATE-----", "---- BEGIN X", pem(b"x", "X"), "x" * 20000, 0]),
        _PEMS,
    ),
    "extra_ca_certs_pem": Values(
        spellings.EXTRA_CA_CERTS_PEMS, st.sampled_from(["x", "-----BEGIN PRIVATE KEY-----", False]), _PEMS
    ),
    "wrapper_path": Values(spellings.WRAPPER_PATHS, st.sampled_from(["run", "/a/../b", "/a b", 2]), _PATHS),
    "fetch_ca_cert": Values(
        st.just(Spelled("false", "false")),
        st.sampled_from(["True", "yes", 1, []]),
        st.sampled_from(["true", True, "1"]),
    ),
}

_OTHER_KEYS = [key for key in QUERY_KEYS if key != "proxy_url"]
_SOME_KEYS = st.lists(st.sampled_from(_OTHER_KEYS), max_size=3) | st.lists(st.sampled_from(_OTHER_KEYS), unique=True)


@st.composite
def _settings(draw: st.DrawFn) -> dict[str, Spelled]:
    return {key: draw(VALUES[key].good) for key in ("proxy_url", *draw(_SOME_KEYS))}


@st.composite
def _queries(draw: st.DrawFn) -> JsonPairs:
    pairs: JsonPairs = []
    for key in ("proxy_url", *draw(_SOME_KEYS)):
        kind = draw(st.integers(0, 9))
        if kind == 0:
            pairs.append((key, draw(JSON_VALUES)))
        else:
            pairs.append((key, draw(VALUES[key].hostile) if kind < 3 else draw(VALUES[key].good).other))
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
