"""Hosts that bypass the proxy, as the NO_PROXY variable lists them."""

from dataclasses import dataclass
from ipaddress import ip_network

from tf_helper.problems import Collector, Invalid, Problem, quoted
from tf_helper.values.host import parse_host
from tf_helper.values.url import parse_host_port

# The workspace itself: local servers of tools must never be asked for through the proxy.
_ALWAYS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class NoProxy:
    """Normalised entries, in the caller's order and without repetition."""

    entries: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "NoProxy":
        """Parse comma-separated entries: host names, .domains, IP addresses, CIDR ranges. Raises Invalid."""
        found = Collector()
        entries = [found.attempt("", _parse_entry, entry.strip()) for entry in text.split(",") if entry.strip()]
        found.finish()
        return cls(_unique(entries))

    def value(self, deployment_host: str) -> str:
        """Return the variable's value: this machine, the Coder deployment's host ("" for none), then the entries."""
        deployment = (deployment_host,) if deployment_host else ()
        return ",".join(_unique([*_ALWAYS, *deployment, *self.entries]))


def _unique(entries: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entries))


def _parse_entry(text: str) -> str:
    if "@" in text or "//" in text:
        # Not quoted: it can hold a password.
        raise Invalid(Problem("an entry is a URL or holds a user name", "give hosts only, for example .example.com"))
    if text == "*":
        raise Invalid(Problem('"*" would send nothing through the proxy', "name the hosts that bypass it"))
    try:
        return _normalised(text)
    except Invalid as invalid:
        problem = invalid.problems[0]
        raise Invalid(Problem(f"entry {quoted(text)}: {problem.sentence}", problem.hint)) from None
    except ValueError:
        raise Invalid(Problem(f"entry {quoted(text)} is not a CIDR range", "for example 10.0.0.0/8")) from None


def _normalised(text: str) -> str:
    if "/" in text:
        return str(ip_network(text, strict=False))
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
