"""The clients that the environment is for, as data: the tests run them and the README's matrix shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tests.harness.cells import OVER_TLS, Cell

if TYPE_CHECKING:
    from collections.abc import Mapping

# A client's own trust store is replaced by a variable, or added to, or no variable reaches it.
Trust = Literal["replaced", "added to", "out of reach"]


@dataclass(frozen=True)
class Client:
    """A program that asks a host for something.

    `command` may hold {host}, {scratch} and {python}; `shows` is in its output if it has worked. `settings` keep out
    those of the machine that tests; they may hold {wgetrc}, a file that names the tests' own system roots.
    """

    name: str
    command: tuple[str, ...]
    shows: str
    trust: Trust = "replaced"
    settings: Mapping[str, str] = field(default_factory=dict)
    excluded: Mapping[Cell, str] = field(default_factory=dict)
    """The cells that the client cannot do at all, and why."""

    @property
    def program(self) -> str:
        """What has to be installed."""
        return self.command[0]


NODE = Path(__file__).with_name("node")

CLIENTS = (
    Client(
        "curl",
        ("curl", "--silent", "--show-error", "https://{host}/"),
        "hello",
        excluded=dict.fromkeys(
            OVER_TLS, "curl has no variable for the certificate of the proxy itself, only the option `--proxy-cacert`"
        ),
    ),
    Client(
        "Python urllib",
        (
            "{python}",
            "-c",
            "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())",
            "https://{host}/",
        ),
        "hello",
        excluded=dict.fromkeys(
            OVER_TLS, "Python's `http.client` speaks plain HTTP to every proxy, whatever the scheme of its URL"
        ),
    ),
    Client(
        "Python requests",
        ("{python}", "-c", "import sys, requests; print(requests.get(sys.argv[1]).text)", "https://{host}/"),
        "hello",
    ),
    Client(
        "Python httpx",
        ("{python}", "-c", "import sys, httpx; print(httpx.get(sys.argv[1]).text)", "https://{host}/"),
        "hello",
    ),
    Client(
        "pip",
        (
            *("{python}", "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--retries", "0"),
            *("--dest", "{scratch}", "--index-url", "https://{host}/simple/", "example"),
        ),
        "Successfully downloaded example",
        settings={"PIP_CONFIG_FILE": "/dev/null", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    ),
    Client(
        "git",
        ("git", "ls-remote", "https://{host}/example.git"),
        "refs/heads/main",
        settings={"GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"},
    ),
    Client(
        "npm",
        ("npm", "view", "example", "version", "--registry", "https://{host}/npm/", "--fetch-retries", "0"),
        "1.2.3",
        trust="added to",
        settings={"npm_config_globalconfig": "/dev/null", "npm_config_update_notifier": "false"},
    ),
    Client(
        "Node.js undici",
        ("node", f"{NODE}/get.cjs", "https://{host}/"),
        "hello",
        trust="added to",
    ),
    Client(
        "wget",
        ("wget", "--no-verbose", "--tries", "1", "--output-document", "-", "https://{host}/"),
        "hello",
        trust="out of reach",
        settings={"WGETRC": "{wgetrc}"},
        excluded={
            Cell("intercepted", "HTTP"): "wget as Debian builds it (GnuTLS) reads no variable for certificates",
            **dict.fromkeys(OVER_TLS, "wget refuses a proxy with an `https` URL"),
        },
    ),
)
