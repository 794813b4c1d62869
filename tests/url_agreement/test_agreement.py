"""Every result means the same scheme, host, port, token and path to every URL parser in common use."""

from __future__ import annotations

import string
import sys
import unicodedata
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.searching import examples
from tests.harness.spellings import ACCESS_URLS, PROXY_URLS, Spelled
from tests.harness.strategies import with_something_hostile
from tests.url_agreement.collected import ACCEPTED, REFUSED
from tests.url_agreement.parsers import PARSERS, Parser, Reading, meaning
from tf_helper.errors import Invalid
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.no_proxy import NoProxy
from tf_helper.values.proxy_auth_url import proxy_auth_url
from tf_helper.values.proxy_url import ProxyUrl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Coder's own tokens are letters, digits and a hyphen. No client takes control characters, encoded or not.
TOKEN = string.ascii_letters + string.digits + string.punctuation + " \u00a0\u00e4\u00df\u20ac\u4e2d\u3002\U0001f600"

# These have had the same members since Unicode 13 (2020). Of younger ones Node.js 20 and 22 know too little.
SCRIPTS = [
    *("\u00e9\u00df\u00f8\u0131\u1e9e", "\u03b1\u03c2\u03c3\u1fb3", "\u0430\u0456\u04cf", "\u05d0\u05d1\u05b4a1"),
    *("\u0628\u0627\u0660\u06f01", "\u0915\u094d\u200d", "\u0e01\u0e33", "\u3042\u30fb\u30ce", "\u4e2d\u3007"),
    *("\uac00\u1100", "\uff41\uff11", "\u212b\U0001d41a"),
]
LABELS = st.one_of([st.text(f"{script}a-", min_size=1, max_size=8) for script in SCRIPTS])


URLS = st.one_of(
    PROXY_URLS.map(lambda spelled: spelled.other),
    with_something_hostile(PROXY_URLS),
    st.tuples(PROXY_URLS, LABELS).map(lambda two: two[0].other.replace("://", f"://{two[1]}.", 1)),
)


@pytest.fixture(autouse=True)
def _untraced() -> Iterator[None]:
    """Keep coverage from measuring, which takes longer than all the rest."""
    trace = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(trace)


@pytest.fixture(params=PARSERS)
def parser(request: pytest.FixtureRequest) -> Parser:
    assert request.config.cache
    return PARSERS[request.param](request.config.cache.mkdir("url_agreement"))


def verdict(url: str) -> str | None:
    """Return the result, or None if the URL is refused."""
    try:
        return str(ProxyUrl.parse(url).origin)
    except Invalid:
        return None


def assert_agreement(parser: Parser, expected: Mapping[str, Reading]) -> None:
    readings = zip(expected.items(), parser(list(expected)), strict=True)
    assert [(url, right, read) for (url, right), read in readings if read != right][:20] == []


def test_a_spelling_that_divides_parsers_is_refused_or_becomes_one_that_does_not() -> None:
    assert {url: verdict(url) for url in (*ACCEPTED, *REFUSED)} == ACCEPTED | dict.fromkeys(REFUSED)


@cache
def found() -> dict[str, Reading]:
    """Search for results: of proxy_url without and with a token, and of access_url."""
    results = {}
    for url in ACCEPTED:
        origin = ProxyUrl.parse(url).origin
        results[str(origin)] = meaning(origin)

    @examples(120)
    @given(URLS, ACCESS_URLS, st.text(TOKEN))
    def search(url: str, access_url: Spelled, token: str) -> None:
        with suppress(Invalid):
            origin = ProxyUrl.parse(url).origin
            results[str(origin)] = meaning(origin)
            results[proxy_auth_url(origin, token)] = meaning(origin, token=token)
        with suppress(Invalid):
            parsed = AccessUrl.parse(access_url.other)
            results[str(parsed)] = meaning(parsed.origin, path=parsed.path)

    search()
    return results


@pytest.mark.fuzz
def test_a_result_means_the_same_to(parser: Parser) -> None:
    assert_agreement(parser, found())


@pytest.mark.fuzz
@examples(40)
@given(PROXY_URLS)
def test_a_host_has_the_same_spelling_in_no_proxy(spelled: Spelled) -> None:
    origin = ProxyUrl.parse(spelled.other).origin
    host_and_port = spelled.other.strip().removesuffix("/").partition("://")[2]
    if ":" in origin.host:  # with a port, it is refused
        host_and_port = host_and_port.partition("]")[0] + "]"
    assert NoProxy.parse(host_and_port).entries in {(origin.host,), (f"{origin.host}:{origin.port}",)}


@pytest.mark.fuzz
@examples(100)
@given(LABELS)
def test_a_label_gets_the_same_verdict_in_both_of_its_spellings(label: str) -> None:
    # Joiners are invisible, so they are accepted in A-labels only.
    if not label.isascii() and "\u200d" not in label and label == unicodedata.normalize("NFC", label).lower():
        a_label = "xn--" + label.encode("punycode").decode()
        assert verdict(f"https://{label}") == verdict(f"https://{a_label}")


@cache
def every_letter() -> dict[str, Reading]:
    """Return the results with each letter of Unicode, alone, and next to letters from right to left."""
    results = {}
    for code_point in range(0x80, 0x3347A):
        for label in ("{}", "a{}", "\u0628{}\u0628", "\u05d0{}\u05d0"):
            with suppress(Invalid):
                origin = ProxyUrl.parse(f"https://{label.format(chr(code_point))}").origin
                results[str(origin)] = meaning(origin)
    return results


@pytest.mark.long
def test_every_letter_that_is_accepted_means_the_same_to(parser: Parser) -> None:
    assert len(every_letter()) > 150_000
    assert_agreement(parser, every_letter())
