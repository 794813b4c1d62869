from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest

from tests.url_agreement.agreement import disagreements, meaning
from tests.url_agreement.generated import COUNT, JOINERS, SCRIPTS, Urls, a_label, accepted, verdict
from tf_helper.errors import Invalid
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.no_proxy import NoProxy
from tf_helper.values.proxy_auth_url import proxy_auth_url

if TYPE_CHECKING:
    from tests.url_agreement.agreement import Parser, Reading

pytestmark = [pytest.mark.fuzz, pytest.mark.usefixtures("untraced")]


def test_a_result_means_the_same_to(parser: Parser, seed: str) -> None:
    expected = {str(url.origin): meaning(url.origin) for url in accepted(seed)}
    assert disagreements(parser, expected) == []


def test_a_result_with_the_token_in_it_means_the_same_to(parser: Parser, seed: str) -> None:
    urls = accepted(seed)
    expected = {proxy_auth_url(url.origin, url.token): meaning(url.origin, token=url.token) for url in urls}
    assert disagreements(parser, expected) == []


@lru_cache(maxsize=1)
def access_urls(seed: str) -> dict[str, Reading]:
    found = {}
    for url in accepted(seed):
        with suppress(Invalid):  # a path with a . or .. segment
            parsed = AccessUrl.parse(f"{url.origin}{url.path}")
            found[str(parsed)] = meaning(parsed.origin, path=parsed.path)
    return found


def test_an_access_url_means_the_same_to(parser: Parser, seed: str) -> None:
    assert len(access_urls(seed)) > COUNT / 2
    assert disagreements(parser, access_urls(seed)) == []


def test_a_host_is_spelled_alike_in_no_proxy(seed: str) -> None:
    for url in accepted(seed):
        host, port = url.origin.host, url.origin.port
        host_and_port = url.given.strip().removesuffix("/").partition("://")[2]
        if ":" in host:  # with a port, it is refused
            host_and_port = host_and_port.partition("]")[0] + "]"
        assert NoProxy.parse(host_and_port).entries in {(host,), (f"{host}:{port}",)}, url


def test_a_label_gets_the_same_verdict_in_both_of_its_spellings(seed: str) -> None:
    generated = Urls(Random(seed))
    # Joiners are invisible, so they are accepted in A-labels only.
    labels = (label for _ in range(COUNT) if set(JOINERS).isdisjoint(label := generated.u_label(SCRIPTS)))
    verdicts = {
        label: (verdict(f"https://{label}"), verdict(f"https://{a_label(label)}"))
        for label in labels
        if not label.isascii() and label == normalize("NFC", label).lower()
    }
    assert {label: both for label, both in verdicts.items() if both[0] != both[1]} == {}
    assert {both[0] is None for both in verdicts.values()} == {True, False}
