"""The parsers that have to agree: a table of functions that make them, or skip the test where one is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.url_agreement.parsers import programs, python
from tests.url_agreement.parsers.libcurl import libcurl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.url_agreement.reading import Parser

# Each gets a directory of its own for what it has to build.
PARSERS: dict[str, Callable[[Path], Parser]] = {
    "urllib": lambda _: python.one_by_one(python.read_with_urllib),
    "urllib3": lambda _: python.one_by_one(python.read_with_urllib3),
    "httpx": lambda _: python.one_by_one(python.read_with_httpx),
    "yarl": lambda _: python.one_by_one(python.read_with_yarl),
    "node": lambda _: programs.node(),
    "libcurl": lambda _: libcurl(),
    "go": programs.go,
}
