"""A message, and the smallest input that causes it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What differs from run to run.
_VOLATILE = {
    r"https?://127\.0\.0\.1:[0-9]+": "https://coder.example.com",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z": "2036-11-22T08:00:00Z",
}


class Case(NamedTuple):
    """An input: as the page shows it, and members of the query as JSON."""

    shown: str
    members: str

    @property
    def query(self) -> bytes:
        """The query, with a good proxy_url unless the case has its own."""
        proxy_url = "" if '"proxy_url"' in self.members else '"proxy_url": "https://h"'
        return f"{{{', '.join(filter(None, (proxy_url, self.members)))}}}".encode()


def plain(members: str) -> Case:
    """Return a case whose input is short enough to be shown as it is."""
    return Case(members, members)


def described(key: str, description: str, value: str) -> Case:
    """Return a case whose value is described, because it is long."""
    return Case(f'"{key}": <{description}>', f'"{key}": {json.dumps(value)}')


def entry(shown: str, message: Iterable[str]) -> str:
    """Return the lines of an input and its message."""
    text = "\n".join([shown, *message])
    for volatile, shown_instead in _VOLATILE.items():
        text = re.sub(volatile, shown_instead, text)
    return text


def section(title: str, entries: Iterable[str]) -> str:
    """Return the part of a page for `entries`, which must differ from each other."""
    texts = list(entries)
    assert len(texts) == len(set(texts))
    blocks = "\n\n".join(texts)
    return f"### {title}\n\n```text\n{blocks}\n```"


def sections(tables: Mapping[str, Iterable[str]]) -> str:
    """Return a section for each title."""
    return "\n\n".join(section(title, entries) for title, entries in tables.items())
