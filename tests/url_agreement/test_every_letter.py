from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from tests.url_agreement.agreement import disagreements, meaning
from tf_helper.errors import Invalid
from tf_helper.values.proxy_url import ProxyUrl

if TYPE_CHECKING:
    from tests.url_agreement.agreement import Parser
    from tf_helper.values.url import Origin

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("untraced")]

# A letter can be alone, or next to letters from right to left: Arabic, Hebrew.
LABELS = ("{}", "a{}", "\u0628{}\u0628", "\u05d0{}\u05d0", "\u0628{}", "{}\u0628")
LAST_LETTER = 0x33479


@lru_cache(maxsize=1)
def accepted() -> dict[str, Origin]:
    found = {}
    for code_point in range(0x80, LAST_LETTER + 1):
        for label in LABELS:
            with suppress(Invalid):
                origin = ProxyUrl.parse(f"https://{label.format(chr(code_point))}").origin
                found[str(origin)] = origin
    return found


def test_every_letter_that_is_accepted_means_the_same_to(parser: Parser) -> None:
    expected = {url: meaning(origin) for url, origin in accepted().items()}
    assert len(expected) > 200_000
    assert disagreements(parser, expected) == []
