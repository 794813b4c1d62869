from __future__ import annotations

from typing import TYPE_CHECKING

from tests.url_agreement.agreement import disagreements, meaning
from tests.url_agreement.collected import ACCEPTED, REFUSED
from tests.url_agreement.generated import verdict
from tf_helper.values.proxy_url import ProxyUrl

if TYPE_CHECKING:
    from tests.url_agreement.agreement import Parser


def test_a_spelling_that_divides_parsers_is_refused_or_becomes_one_that_does_not() -> None:
    assert {url: verdict(url) for url in (*ACCEPTED, *REFUSED)} == ACCEPTED | dict.fromkeys(REFUSED)


def test_what_becomes_of_them_means_the_same_to(parser: Parser) -> None:
    origins = [ProxyUrl.parse(url).origin for url in ACCEPTED]
    assert disagreements(parser, {str(origin): meaning(origin) for origin in origins}) == []
