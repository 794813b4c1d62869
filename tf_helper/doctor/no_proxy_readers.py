"""Which clients a NO_PROXY takes past the proxy: no two of them read it alike.

curl: lib/noproxy.c; Go: golang.org/x/net/http/httpproxy; Node.js: undici's EnvHttpProxyAgent, proxy-from-env (axios),
and Node's own agent; Python: urllib, requests, httpx.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator

from tf_helper.values.url import DEFAULT_PORTS

_PORT = DEFAULT_PORTS["https"]
_EVERYTHING = "*"


def bypassing_clients(no_proxy: str, host: str) -> list[str]:
    """Return which kinds of clients connect to https://`host` directly, some versions of them at least."""
    return [client for client, bypasses in _CLIENTS.items() if bypasses(no_proxy.strip().lower(), host)]


def _curl(no_proxy: str, host: str) -> bool:
    entries = (entry.removeprefix(".").removesuffix(".") for entry in _split_at_blanks_too(no_proxy))
    return no_proxy == _EVERYTHING or any(_is_below(host, entry) or _is_in_range(host, entry) for entry in entries)


def _go(no_proxy: str, host: str) -> bool:
    for entry in map(str.strip, no_proxy.split(",")):
        name = _without_port(entry)
        if entry == _EVERYTHING or _is_in_range(host, entry):
            return True
        if name.startswith((".", "*.")):
            name = name.removeprefix("*")
            if host.endswith(name):
                return True
        elif _is_below(host, name):
            return True
    return False


def _node(no_proxy: str, host: str) -> bool:
    for name in map(_without_port, _split_at_blanks_too(no_proxy)):
        # "*host" is documented nowhere, but proxy-from-env and older versions of undici take it as a wildcard.
        if name.startswith("*") and host.endswith(name[1:]):
            return True
        if _is_below(host, re.sub(r"^\*?\.", "", name)):
            return True
    return False


def _python(no_proxy: str, host: str) -> bool:
    for entry in no_proxy.split(","):
        # requests drops all blanks, urllib those around an entry; neither knows what an entry's port is for.
        for name in (entry.strip(), entry.replace(" ", "")):
            if name == _EVERYTHING or _is_below(host, name.lstrip(".")) or _is_in_range(host, name):
                return True
            if _is_url_for(host, name):
                return True
    return False


def _is_url_for(host: str, entry: str) -> bool:
    """Tell whether httpx (0.28) takes an entry for a URL pattern that this host has with https."""
    scheme, separator, rest = entry.partition("://")
    if not separator or scheme not in {"all", "https"}:
        return False
    if entry == "https://":
        return True
    name = re.split(r"[/?#]", rest)[0]
    if scheme == "https":
        name = _without_port(name)
    if name.startswith("*."):
        return host.endswith(name[1:])
    return _is_below(host, name[1:]) if name.startswith("*") else host == name


_CLIENTS: dict[str, Callable[[str, str], bool]] = {"curl": _curl, "Go": _go, "Node.js": _node, "Python": _python}


def _split_at_blanks_too(no_proxy: str) -> Iterator[str]:
    return filter(None, re.split(r"[,\s]+", no_proxy))


def _without_port(entry: str) -> str:
    """Return an entry without the port of https; one for another port does not count."""
    name, _, port = entry.rpartition(":")
    if not (name and port.isdigit()) or ":" in name:
        return entry
    return name if int(port) == _PORT else ""


def _is_below(host: str, domain: str) -> bool:
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _is_in_range(host: str, entry: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:  # a name
        return False
