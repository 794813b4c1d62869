"""Hosts that bypass the proxy, as the NO_PROXY variable lists them."""

import re
from typing import NamedTuple

from tf_helper.errors import AT_SIGNS, Collector, Invalid, Problem, redacted
from tf_helper.values.host import parse_host
from tf_helper.values.url import parse_host_port

# The workspace itself: local servers of tools must never be reached through the proxy.
_ALWAYS = ("localhost", "127.0.0.1", "::1")

# An entry that looks like something else, a part of a URL perhaps, can hold a secret.
_QUOTABLE = r"[\w.*-]+(:[0-9]*)?|[0-9.]+/[0-9]+|[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*(/[0-9]+)?"


class NoProxy(NamedTuple):
    """Normalized entries, in the caller's order and without repetition."""

    entries: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "NoProxy":
        """Parse comma-separated entries: host names, .domains, IP addresses, CIDR ranges. Raises Invalid."""
        if "//" in text or not set(AT_SIGNS).isdisjoint(text):
            # Nothing is quoted: a password can hold commas, too.
            raise Invalid(Problem("contains a URL or a user name", "give hosts only, for example .example.com"))
        found = Collector()
        entries = [
            found.attempt("", _parse_entry, entry.strip(), number)
            for number, entry in enumerate(text.split(","), start=1)
            if entry.strip()
        ]
        found.raise_if_any()
        return cls(_unique(entries))

    def value(self, deployment_host: str) -> str:
        """Return the variable's value: this machine, the Coder deployment's host ("" for none), then the entries."""
        deployment = (deployment_host,) if deployment_host else ()
        return ",".join(_unique([*_ALWAYS, *deployment, *self.entries]))


def _unique(entries: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entries))


def _parse_entry(text: str, number: int) -> str:
    if text == "*":
        raise Invalid(Problem('"*" would send nothing through the proxy', "name the hosts that bypass it"))
    try:
        return _normalized(text)
    except Invalid as invalid:
        problem = invalid.problems[0]
        if text.startswith("*."):
            problem = problem._replace(hint=f"write {text[1:]}, without the asterisk")
        raise Invalid(Problem(f"{_name(text, number)}: {problem.message}", problem.hint)) from None
    except ValueError:
        raise Invalid(Problem(f"{_name(text, number)} is not a CIDR range", "for example 10.0.0.0/8")) from None


def _name(text: str, number: int) -> str:
    return f"entry {redacted(text)}" if re.fullmatch(_QUOTABLE, text) else f"entry number {number}"


def _normalized(text: str) -> str:
    if "/" in text:
        from ipaddress import ip_network

        address, _, length = text.partition("/")
        if ":" in address:
            parse_host(f"[{address}]")  # refuses what means different things to different clients
        return str(ip_network(f"{address}/{length}", strict=False))
    if text.count(":") > 1 and not text.startswith("["):
        return parse_host(f"[{text}]")
    host, port = parse_host_port(text.removeprefix("."))
    if text.startswith("."):
        # A DNS name that parse_host returns never ends in a numeric label.
        if host.rpartition(".")[2].isdigit():
            raise Invalid(Problem("an IP address has no subdomains", "remove the dot in front"))
        host = f".{host}"
    if port is None:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
