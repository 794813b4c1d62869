"""What a result of ours has to mean, and who reads it otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.url_agreement.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.url_agreement.reading import Parser
    from tf_helper.values.url import Origin

SHOWN = 20


def meaning(origin: Origin, *, token: str | None = None, path: str = "") -> Reading:
    """Return the one right reading of a URL with this origin and path, and with user name and token if there is one."""
    user, password = ("", "") if token is None else ("coder", token)
    return Reading(origin.scheme, origin.host, origin.port, user, password, path or "/")


def with_token(url: str, token: str) -> str:
    """Put the token into the URL as terraform/main.tf does."""
    return re.sub(r"^([^:]*://)", lambda scheme: f"{scheme[1]}coder:{quote(token, safe='')}@", url)


def disagreements(parser: Parser, expected: Mapping[str, Reading]) -> list[tuple[str, Reading, Reading | None]]:
    """Return the first of what the parser reads otherwise, or refuses: the URL, the right reading, the parser's."""
    urls = list(expected)
    found = [
        (url, expected[url], reading)
        for url, reading in zip(urls, parser(urls), strict=True)
        if reading != expected[url]
    ]
    return found[:SHOWN]
