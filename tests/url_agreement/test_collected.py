from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.url_agreement.collected import COLLECTED
from tests.url_agreement.expected import disagreements, meaning
from tf_helper.errors import Invalid
from tf_helper.values.proxy_url import ProxyUrl

if TYPE_CHECKING:
    from tests.url_agreement.reading import Parser

# What parsers make of spellings that are refused: where there are two hosts, the comparison sees two.
DIVIDED: dict[str, dict[str, str | None]] = {
    "https://evil\\@h": {"urllib": "h", "httpx": "h", "yarl": None, "node": "evil", "libcurl": "h", "go": None},
    "https://0300.0.2.1": {"urllib": "0300.0.2.1", "node": "192.0.2.1", "libcurl": "192.0.2.1", "go": "0300.0.2.1"},
    "https://192.0.513": {"urllib": "192.0.513", "httpx": "192.0.513", "node": "192.0.2.1", "libcurl": "192.0.2.1"},
    "https://a.1": {"urllib": "a.1", "httpx": "a.1", "yarl": "a.1", "node": None, "libcurl": "a.1", "go": "a.1"},
    "https://a%2eb": {"urllib": "a%2eb", "urllib3": "a.b", "httpx": "a%2eb", "node": "a.b", "go": None},
    "https://a\u3002b": {"urllib": "a\u3002b", "urllib3": None, "yarl": "a.b", "node": "a.b", "go": "a\u3002b"},
    "https://h\te": {"urllib": "he", "urllib3": None, "httpx": None, "node": "he", "libcurl": None, "go": None},
    "https://[::ffff:192.0.2.1]": {"urllib": "::ffff:192.0.2.1", "node": "::ffff:c000:201", "go": "::ffff:192.0.2.1"},
}


@pytest.mark.parametrize(("given", "result"), COLLECTED.values(), ids=COLLECTED.keys())
def test_a_spelling_that_divided_parsers_is_refused_or_becomes_one_that_does_not(
    given: str, result: str | None
) -> None:
    if result is None:
        with pytest.raises(Invalid):
            ProxyUrl.parse(given)
    else:
        assert str(ProxyUrl.parse(given).origin) == result


def test_what_becomes_of_them_means_the_same_to(parser: Parser) -> None:
    origins = [ProxyUrl.parse(given).origin for given, result in COLLECTED.values() if result is not None]
    assert disagreements(parser, {str(origin): meaning(origin) for origin in origins}) == []


def test_a_divided_spelling_is_seen_to_divide(parser_name: str, parser: Parser) -> None:
    cases = {url: hosts[parser_name] for url, hosts in DIVIDED.items() if parser_name in hosts}
    assert [reading and reading.host for reading in parser(list(cases))] == list(cases.values())
