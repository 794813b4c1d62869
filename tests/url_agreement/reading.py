"""What a URL means to a parser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Reading(NamedTuple):
    """The parts of a URL, each in the one form that all parsers can be compared by.

    `host` as the client would look it up, an IPv6 address without brackets; `port` also where the URL leaves it out;
    `user` and `password` decoded, "" for none; `path` as it stands in the URL, "/" for none.
    """

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""
    path: str = "/"


# Reads many URLs at once, None for each that it refuses.
Parser = Callable[[Sequence[str]], "list[Reading | None]"]

DEFAULT_PORTS = {"http": 80, "https": 443}


def reading(
    scheme: str, host: str, port: int | str | None, user: str | None, password: str | None, path: str
) -> Reading:
    """Make a Reading from what a parser returns, which may leave out the default port or have brackets."""
    host = host.removeprefix("[").removesuffix("]")
    port = DEFAULT_PORTS.get(scheme, 0) if port in {None, ""} else int(port or 0)
    return Reading(scheme, host, port, user or "", password or "", path or "/")
