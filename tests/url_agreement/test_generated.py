from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest

from tests.url_agreement.accepted import accepted, access_urls
from tests.url_agreement.expected import disagreements, meaning, with_token
from tests.url_agreement.generated import JOINERS, SCRIPTS, Urls, a_label
from tf_helper.errors import Invalid
from tf_helper.values.no_proxy import NoProxy
from tf_helper.values.proxy_url import ProxyUrl

if TYPE_CHECKING:
    from tests.url_agreement.reading import Parser

pytestmark = [pytest.mark.fuzz, pytest.mark.usefixtures("untraced")]


def test_a_result_means_the_same_to(parser: Parser, seed: str) -> None:
    expected = {str(url.origin): meaning(url.origin) for url in accepted(seed)}
    assert disagreements(parser, expected) == []


def test_a_result_with_the_token_in_it_means_the_same_to(parser: Parser, seed: str) -> None:
    expected = {with_token(str(url.origin), url.token): meaning(url.origin, token=url.token) for url in accepted(seed)}
    assert disagreements(parser, expected) == []


def test_an_access_url_means_the_same_to(parser: Parser, seed: str) -> None:
    expected = {str(url): meaning(url.origin, path=url.path) for url in access_urls(seed)}
    assert len(expected) > 15_000
    assert disagreements(parser, expected) == []


def test_a_host_is_spelled_alike_in_no_proxy(seed: str) -> None:
    for url in accepted(seed):
        host, port = url.origin.host, url.origin.port
        host_and_port = url.given.strip().removesuffix("/").partition("://")[2]
        if ":" in host:  # with a port, it is refused
            host_and_port = host_and_port.partition("]")[0] + "]"
        assert NoProxy.parse(host_and_port).entries in {(host,), (f"{host}:{port}",)}, url


def test_a_label_gets_the_same_verdict_in_both_of_its_spellings(seed: str) -> None:
    generated = Urls(Random(seed))
    # Joiners are invisible, so they are taken in A-labels only.
    labels = (label for _ in range(2_000) if set(JOINERS).isdisjoint(label := generated.u_label(SCRIPTS)))
    verdicts = {
        label: (verdict(f"https://{label}"), verdict(f"https://{a_label(label)}"))
        for label in labels
        if not label.isascii() and label == normalize("NFC", label).lower()
    }
    assert {label: both for label, both in verdicts.items() if both[0] != both[1]} == {}
    assert {both[0] is None for both in verdicts.values()} == {True, False}


def verdict(url: str) -> str | None:
    """Return the result, or None where the URL is refused."""
    try:
        return str(ProxyUrl.parse(url).origin)
    except Invalid:
        return None
