"""What URLs in a query have in common: scheme, host and port, and no secrets in error messages."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tf_helper.errors import AT_SIGNS, Collector, Invalid, Problem, redacted
from tf_helper.values.host import parse_host

DEFAULT_PORTS = {"http": 80, "https": 443}

_MAX_PORT = 65535
# A server that listens on these listens on all of its addresses.
_UNSPECIFIED = ("0.0.0.0", "::")  # noqa: S104
_URL = (
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)"
    r"(?P<query>\?[^#]*)?(?P<fragment>#.*)?"
)
_HOST_AND_PORT = r"(?P<host>\[[^\]]*\]|\[.*|[^:]*)(?::(?P<port>[^:]*))?"


class Origin(NamedTuple):
    """Scheme, host and port. `host` is as parse_host returns it, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Return the URL: https without its default port, http always with one, because curl takes 1080 for proxies."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if (self.scheme, self.port) == ("https", 443) else f":{self.port}")


def parse_port(text: str, hint: str = "") -> int:
    """Return a port of 1 to 65535 from ASCII digits, leading zeros allowed. Raises Invalid, with `hint` if any."""
    if not text:
        raise Invalid(Problem("the port is empty", "leave out the colon too, or give a port"))
    if not (text.isascii() and text.isdigit()):
        raise Invalid(Problem("the port is not a decimal number", hint))
    digits = text.lstrip("0") or "0"
    # The length first: int() refuses very long numbers.
    if len(digits) > len(str(_MAX_PORT)) or not 1 <= int(digits) <= _MAX_PORT:
        raise Invalid(Problem(f"port {redacted(digits)[1:-1]} is out of range, it must be 1 to {_MAX_PORT}", hint))
    return int(digits)


def parse_host_port(text: str, port_hint: str = "") -> tuple[str, int | None]:
    """Parse host[:port] as parse_host and parse_port do; without a port, None. Raises Invalid."""
    match = re.fullmatch(_HOST_AND_PORT, text)
    if not match:
        raise Invalid(Problem("host and port are ambiguous", "put an IPv6 address in brackets, for example [::1]:8888"))
    found = Collector()
    host = found.attempt("", parse_host, match["host"])
    port = None if match["port"] is None else found.attempt(0, parse_port, match["port"], port_hint)
    found.raise_if_any()
    return host, port


def parse_url(
    text: str, *, path_problems: Callable[[str], Iterable[Problem]], port_hint: str = ""
) -> tuple[Origin, bool, str]:
    """Parse an http or https URL without user name, query or fragment; `path_problems` checks the path.

    Returns its origin, whether the port is written out, and the path as given. Surrounding white space is dropped.
    Raises Invalid with every problem found. Messages quote nothing but scheme, host
    and port: user names, paths and queries can be secrets.
    """
    text = text.strip()
    _check_characters(text)
    match = re.fullmatch(_URL, text)
    if not match:
        raise Invalid(Problem("has no scheme", "write https://host or http://host:port"))
    found = Collector()
    scheme = found.attempt("", _parse_scheme, match["scheme"])
    if not set(AT_SIGNS).isdisjoint(text):
        # Wherever it is: in "https://user:a/b@host" the password looks like a port and a path.
        found.add(
            Problem("contains a user name or password", "remove everything up to the @; the token is added later")
        )
        found.raise_if_any()
    host, port = found.attempt(("", None), parse_host_port, match["authority"], port_hint)
    if host in _UNSPECIFIED:
        found.add(
            Problem(f"{host} is not the address of a machine", "give the name or address that workspaces connect to")
        )
    found.add(*path_problems(match["path"]))
    if match["query"]:
        found.add(Problem("has a query (from the question mark on)", "remove it"))
    if match["fragment"]:
        found.add(Problem("has a fragment (from the # on)", "remove it"))
    found.raise_if_any()
    origin = Origin(scheme, host, DEFAULT_PORTS[scheme] if port is None else port)
    return origin, port is not None, match["path"]


def _check_characters(text: str) -> None:
    """Refuse what some parsers drop or convert, before anything is split at the wrong place."""
    if not text:
        raise Invalid(Problem("is blank"))
    for position, character in enumerate(text, start=1):
        if character.isspace():
            kind = "white space"
        elif character == "\\":
            kind = "a backslash"
        elif not character.isprintable():
            kind = "a control or invisible character"
        else:
            continue
        raise Invalid(Problem(f"contains {kind} (U+{ord(character):04X}) at position {position}", "remove it"))


def _parse_scheme(text: str) -> str:
    scheme = text.lower()
    if scheme not in DEFAULT_PORTS:
        raise Invalid(Problem(f"scheme {redacted(scheme)} is not supported, it must be http or https"))
    return scheme
