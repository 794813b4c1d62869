"""The parsers that Python's HTTP clients use."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import httpx
import yarl
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from tests.url_agreement.reading import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.url_agreement.reading import Parser, Reading


def read_with_urllib(url: str) -> Reading:
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return reading(parts.scheme, parts.hostname or "", parts.port, user, password, parts.path)


def read_with_urllib3(url: str) -> Reading:
    """Read it as requests and pip do."""
    parts = parse_url(url)
    user, _, password = (parts.auth or "").partition(":")
    return reading(parts.scheme or "", parts.host or "", parts.port, unquote(user), unquote(password), parts.path or "")


def read_with_httpx(url: str) -> Reading:
    parts = httpx.URL(url)
    host, path = parts.raw_host.decode("ascii"), parts.raw_path.decode("ascii")
    return reading(parts.scheme, host, parts.port, parts.username, parts.password, path)


def read_with_yarl(url: str) -> Reading:
    """Read it as aiohttp does."""
    parts = yarl.URL(url)
    return reading(parts.scheme, parts.raw_host or "", parts.port, parts.user, parts.password, parts.raw_path)


def one_by_one(read: Callable[[str], Reading]) -> Parser:
    """Make a Parser of a function that raises what these libraries raise."""

    def parser(urls: Sequence[str]) -> list[Reading | None]:
        return [_reading_or_none(read, url) for url in urls]

    return parser


def _reading_or_none(read: Callable[[str], Reading], url: str) -> Reading | None:
    try:
        return read(url)
    except (ValueError, httpx.InvalidURL, LocationParseError):
        return None
