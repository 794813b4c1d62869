"""Hosts that bypass the proxy, as the NO_PROXY variable lists them."""

import re
from typing import NamedTuple

from tf_helper.errors import AT_SIGNS, Collector, Invalid, Problem, redacted
from tf_helper.values.host import IPV4, not_allowed, parse_host
from tf_helper.values.provider_hosts import provider_hosts
from tf_helper.values.url import DEFAULT_PORTS, parse_host_port

# It is in every tool's environment, twice, and no program starts with a variable of 128 KiB.
_MAX_BYTES = 8 * 1024

# The workspace itself: local servers of tools must never be reached through the proxy.
_ALWAYS = ("localhost", "127.0.0.1", "::1")

# An entry that looks like something else, a part of a URL perhaps, can contain a secret.
_QUOTABLE = (
    r"[\w.*-]+(:[0-9]*)?|[0-9.]+/[0-9]+|[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*(/[0-9]+)?"
    r"|\[[0-9a-fA-F:.]*\](:[0-9]*|/[0-9]+)?"
)

# What people paste from other programs' settings.
_LIST_IN_BRACKETS = r"\s*\[\s*(?:\]|[\"']|[^\]]*,)"
_PART_OF_IPV4 = r"(?:[0-9]{1,3}\.){0,2}[0-9]{1,3}(?:\.|(?:\.\*)+)?"

# It raises InvalidURL, whatever is requested.
_HTTPX_FAILS = "with one, httpx up to 0.28 and the Python SDKs built on it fail"


class NoProxy(NamedTuple):
    """Normalized entries, in the caller's order and without repetition."""

    entries: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "NoProxy":
        """Parse comma-separated entries: host names, .domains, IP addresses, IPv4 ranges. Raises Invalid."""
        too_long = length_problem(text)
        if too_long:
            raise Invalid(too_long)
        if "[" in text and re.match(_LIST_IN_BRACKETS, text):
            raise Invalid(
                Problem("is a list in brackets", "write the hosts with commas between them: localhost,.example.com")
            )
        if "//" in text or not set(AT_SIGNS).isdisjoint(text):
            # Nothing is quoted: a password can contain commas.
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

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """A problem for each entry that takes requests to an AI provider past the proxy in some tool."""
        taken = {entry: [host for host in provider_hosts() if _takes(entry, host)] for entry in self.entries}
        return tuple(
            Problem(f'"{entry}" takes {", ".join(hosts)} past the proxy') for entry, hosts in taken.items() if hosts
        )


def length_problem(value: str) -> Problem | None:
    """Return the problem of a value that is too long for NO_PROXY, else None."""
    if len(value.encode(errors="replace")) <= _MAX_BYTES:
        return None
    return Problem(f"is over {_MAX_BYTES} bytes long", "name a .domain or an IPv4 range instead of many hosts")


def _takes(entry: str, host: str) -> bool:
    """Tell whether a tool may take the host past the proxy: some match every name that ends so, whole labels or not."""
    name, _, port = entry.partition(":")
    return port in {"", str(DEFAULT_PORTS["https"])} and host.endswith(name.lstrip("."))


def _unique(entries: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entries))


def _parse_entry(text: str, number: int) -> str:
    if "*" in text and re.fullmatch(r"\.*\*[*.]*(:[0-9]*)?", text):
        raise Invalid(
            Problem(f"{redacted(text)} would send nothing through the proxy", "name the hosts that bypass it")
        )
    problem = _pasted(text, number)
    if problem:
        raise Invalid(problem)
    try:
        return _normalized(text)
    except Invalid as invalid:
        problem = invalid.problems[0]
        separator = " " if problem.message.startswith("is ") else ": "
        raise Invalid(Problem(f"{_name(text, number)}{separator}{problem.message}", problem.hint)) from None
    except ValueError:
        raise Invalid(Problem(f"{_name(text, number)} is not a CIDR range", "for example 10.0.0.0/8")) from None


def _pasted(text: str, number: int) -> Problem | None:
    """Return the problem of an entry in another program's notation, or None."""
    if any(character.isspace() or character in ";|" for character in text):
        return Problem(
            f"entry number {number} contains a blank, a semicolon or a vertical bar",
            "separate hosts by commas: localhost,.example.com",
        )
    if {text[0], text[-1]} & {'"', "'"}:
        return Problem(f"entry number {number} has quotation marks around it", "remove them")
    if text.endswith("/"):
        return Problem(f"entry number {number} ends in a slash", "remove it: entries are hosts, not URLs")
    if text.startswith("<") and text.endswith(">"):
        return Problem(
            f"entry number {number} uses Windows' <local>, which no other system understands",
            "name the hosts without a dot instead",
        )
    if text[0].isdigit() and re.fullmatch(_PART_OF_IPV4, text):
        octets = [int(octet) for octet in text.rstrip(".*").split(".")]
        if max(octets) <= 255:  # noqa: PLR2004
            address = ".".join(map(str, [*octets, *[0] * (4 - len(octets))]))
            return Problem(f"{_name(text, number)} is part of an IPv4 address", f"write {address}/{len(octets) * 8}")
    return None


def _name(text: str, number: int) -> str:
    return f"entry {redacted(text)}" if re.fullmatch(_QUOTABLE, text) else f"entry number {number}"


def _normalized(text: str) -> str:
    if text.startswith("*."):
        hint = f"write {_normalized(text[1:])}, without the asterisk"
        raise Invalid(not_allowed("*")._replace(hint=hint))
    if "/" in text:
        return _normalized_range(text)
    if text.count(":") > 1 and not text.startswith("["):
        return parse_host(f"[{text}]")
    host, port = parse_host_port(text.removeprefix("."))
    if port is not None and ":" in host:
        raise Invalid(Problem(f"is an IPv6 address with a port; {_HTTPX_FAILS}", f"leave the port out: {host}"))
    entry = host if port is None else f"{host}:{port}"
    if not text.startswith("."):
        return entry
    # A DNS name that parse_host returns never ends in a numeric label.
    if host.rpartition(".")[2].isdigit():
        raise Invalid(Problem("an IP address has no subdomains", f"write {entry}"))
    return f".{entry}"


def _normalized_range(text: str) -> str:
    address, _, length = text.partition("/")
    if re.fullmatch(IPV4, address) and re.fullmatch(r"[0-9]|[12][0-9]|3[0-2]", length):
        # The usual kind, without ipaddress, which takes long to load.
        host_bits = 32 - int(length)
        number = int.from_bytes(map(int, address.split(".")), "big") >> host_bits << host_bits
        return f"{'.'.join(map(str, number.to_bytes(4, 'big')))}/{length}"
    from ipaddress import IPv6Network, ip_network

    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    if ":" in address:
        address = parse_host(f"[{address}]")  # refuses what means different things to different clients
    network = ip_network(f"{address}/{length}", strict=False)
    if not isinstance(network, IPv6Network):
        return str(network)
    if network.prefixlen < network.max_prefixlen:
        raise Invalid(Problem(f"is a range of IPv6 addresses; {_HTTPX_FAILS}", "name its hosts, or their addresses"))
    return str(network.network_address)
