"""The parsers that have to agree: a table of functions that make them, or skip the test if one is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import httpx
import yarl
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from tests.url_agreement.agreement import reading
from tests.url_agreement.parsers import programs
from tests.url_agreement.parsers.libcurl import libcurl

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.url_agreement.agreement import Parser, Reading


def _urllib(url: str) -> Reading:
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return reading(parts.scheme, parts.hostname or "", parts.port, user, password, parts.path)


def _urllib3(url: str) -> Reading:
    """Read it as requests and pip do."""
    parts = parse_url(url)
    user, _, password = (parts.auth or "").partition(":")
    return reading(parts.scheme or "", parts.host or "", parts.port, unquote(user), unquote(password), parts.path or "")


def _httpx(url: str) -> Reading:
    parts = httpx.URL(url)
    host, path = parts.raw_host.decode("ascii"), parts.raw_path.decode("ascii")
    return reading(parts.scheme, host, parts.port, parts.username, parts.password, path)


def _yarl(url: str) -> Reading:
    """Read it as aiohttp does."""
    parts = yarl.URL(url)
    return reading(parts.scheme, parts.raw_host or "", parts.port, parts.user, parts.password, parts.raw_path)


def _one_by_one(read: Callable[[str], Reading]) -> Callable[[Path], Parser]:
    def read_or_refuse(url: str) -> Reading | None:
        try:
            return read(url)
        except (ValueError, httpx.InvalidURL, LocationParseError):
            return None

    def parser(urls: Sequence[str]) -> list[Reading | None]:
        return [read_or_refuse(url) for url in urls]

    return lambda _: parser


# Each gets a directory of its own for what it has to build.
PARSERS: dict[str, Callable[[Path], Parser]] = {
    "urllib": _one_by_one(_urllib),
    "urllib3": _one_by_one(_urllib3),
    "httpx": _one_by_one(_httpx),
    "yarl": _one_by_one(_yarl),
    "node": lambda _: programs.node(),
    "libcurl": lambda _: libcurl(),
    "go": programs.go,
}
