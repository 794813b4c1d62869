"""What a URL means to a parser, what a result of ours has to mean, and who reads it otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tf_helper.values.url import Origin

DEFAULT_PORTS = {"http": 80, "https": 443}
SHOWN = 20


class Reading(NamedTuple):
    """The parts of a URL, each in the one form that all parsers can be compared by.

    `host` as the client would look it up, an IPv6 address without brackets; `port` also if the URL leaves it out;
    `user` and `password` decoded, "" for none; `path` as it is in the URL, "/" for none.
    """

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""
    path: str = "/"


# Reads many URLs at once, None for each that it refuses.
Parser = Callable[[Sequence[str]], "list[Reading | None]"]


def reading(
    scheme: str, host: str, port: int | str | None, user: str | None, password: str | None, path: str
) -> Reading:
    """Make a Reading from what a parser returns, which may leave out the default port or have brackets."""
    host = host.removeprefix("[").removesuffix("]")
    port = DEFAULT_PORTS.get(scheme, 0) if port in {None, ""} else int(port or 0)
    return Reading(scheme, host, port, user or "", password or "", path or "/")


def meaning(origin: Origin, *, token: str | None = None, path: str = "") -> Reading:
    """Return the one right reading of a URL with this origin and path, and with user name and token if there is one."""
    user, password = ("", "") if token is None else ("coder", token)
    return Reading(origin.scheme, origin.host, origin.port, user, password, path or "/")


def disagreements(parser: Parser, expected: Mapping[str, Reading]) -> list[tuple[str, Reading, Reading | None]]:
    """Return the first of what the parser reads otherwise, or refuses: the URL, the right reading, the parser's."""
    readings = zip(expected.items(), parser(list(expected)), strict=True)
    return [(url, right, read) for (url, right), read in readings if read != right][:SHOWN]
