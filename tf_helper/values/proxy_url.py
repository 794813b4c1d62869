"""The URL of AI Bridge Proxy."""

from collections.abc import Iterator
from typing import NamedTuple

from tf_helper.errors import Problem
from tf_helper.values.url import Origin, parse_url

PORT_HINT = "AI Bridge Proxy listens on 8888 unless configured otherwise"


class ProxyUrl(NamedTuple):
    """The proxy's origin, and what is likely to be wrong with it though it is valid."""

    origin: Origin
    warnings: tuple[Problem, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "ProxyUrl":
        """Parse scheme://host[:port]. Raises Invalid."""
        origin, has_port, _ = parse_url(text, path_problems=_path_problems, port_hint=PORT_HINT)
        if origin.scheme == "https" or has_port:
            return cls(origin)
        return cls(origin, (Problem("http without a port means port 80", PORT_HINT),))

    @property
    def workspace_warnings(self) -> tuple[Problem, ...]:
        """A problem if the URL leads from a workspace to that workspace."""
        host = self.origin.host
        last_label = host.rpartition(".")[2]
        # A DNS name that parse_host returns never ends in a numeric label.
        if last_label == "localhost" or host == "::1" or (host.startswith("127.") and last_label.isdigit()):
            return (Problem(f"{host} is the workspace itself, not the machine that the proxy runs on"),)
        return ()


def _path_problems(path: str) -> Iterator[Problem]:
    if path not in {"", "/"}:
        yield Problem("has a path", "give scheme, host and port only: a proxy has no path")
