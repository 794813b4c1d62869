"""Where the tools run: in workspaces behind AI Bridge Proxy, with the gateway and the providers behind it."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.ai_tools.catalog import ALL_TOOLS
from tests.ai_tools.catalog.tool import ONLY_TUNNELLED
from tests.ai_tools.packages import JAVASCRIPT, node
from tests.ai_tools.terminal import converse
from tests.harness.deployment import TOKEN
from tests.harness.gateway import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.ai_tools.catalog.tool import Tool
    from tests.ai_tools.network.recorder import Recorder
    from tests.ai_tools.provider.server import Provider, Visit
    from tests.ai_tools.terminal import Steps
    from tests.harness.cells import Cell, Listener
    from tests.harness.gateway import Gateway
    from tests.harness.proxy import Proxy

PROXY_NAME = "aiproxy.example.com"

# An administrator can enter any provider. Those that Coder does not know are named like their hosts here.
ALL_PROVIDERS = {**{host: host for host in {tool.host for tool in ALL_TOOLS} - ONLY_TUNNELLED}, **PROVIDERS}

OWN_KEY = "the-users-own-key"

PATH = os.pathsep.join(
    [*(str(folder / "node_modules" / ".bin") for folder in (JAVASCRIPT, node(24).folder)), "/usr/bin", "/bin"]
)

# A tool that takes longer is killed.
SECONDS = 180


class Run(NamedTuple):
    """The exit status of a tool (None: it was killed), and what was seen while it ran."""

    status: int | None
    output: str
    visits: list[Visit]
    past: frozenset[str]
    files_with_token: list[str]


@dataclass(frozen=True)
class Stage:
    """All that is on the tests' network."""

    recorder: Recorder
    provider: Provider
    gateway: Gateway
    proxies: Mapping[Listener, Proxy]
    wrappers: Mapping[Listener, Path]
    wrapper_with_token_as_key: Path
    """Of a module with coder_token_as_api_key, over HTTP."""

    def run(
        self,
        tool: Tool,
        cell: Cell,
        environment: Mapping[str, str] | None = None,
        *,
        wrapper: Path | None = None,
        until: str = "",
    ) -> Run:
        """Run a tool by the wrapper, with no variables but its own, or the given ones.

        {key} is a key that is accepted: the Coder token if the host is intercepted. A tool that prints `until` is
        killed.
        """
        variables = tool.environment if environment is None else environment
        with self._prepared(tool.command, variables, cell, wrapper) as (command, variables, home):
            status, output = _run(command, home, variables, until)
            past = frozenset(f"{attempt.protocol} {attempt.target}" for attempt in self.recorder.attempts())
            return Run(status, output, list(self.provider.visits), past, _files_with_token(home))

    def converse(
        self, command: Sequence[str], environment: Mapping[str, str], steps: Steps, cell: Cell, wrapper: Path | None
    ) -> tuple[list[str], str]:
        """Run a tool on a terminal; return which steps are left, and what it showed."""
        with self._prepared(command, environment, cell, wrapper) as (run, variables, home):
            return converse(run, {**variables, "TERM": "xterm-256color"}, home, steps, SECONDS)

    @contextmanager
    def _prepared(
        self, command: Sequence[str], environment: Mapping[str, str], cell: Cell, wrapper: Path | None
    ) -> Iterator[tuple[list[str], dict[str, str], Path]]:
        """Return the command by the wrapper, its environment and its home directory."""
        intercepted = cell.host == "intercepted"
        self.proxies[cell.listener].providers = dict(ALL_PROVIDERS) if intercepted else {}
        del self.provider.visits[:]
        self.recorder.attempts()
        program = wrapper or self.wrappers[cell.listener]
        with tempfile.TemporaryDirectory(prefix="home-", ignore_cleanup_errors=True) as home:
            values = {
                "home": home,
                "key": TOKEN if intercepted else OWN_KEY,
                "ca": program.parent.parent / "certs" / "ca.pem",
                "bundle": program.parent.parent / "certs" / "ca.bundle.pem",
            }
            variables = {name: value.format_map(values) for name, value in environment.items()}
            arguments = [part.format_map(values) for part in command]
            yield [str(program), *arguments], {"PATH": PATH, "HOME": home, **variables}, Path(home)


def _run(command: list[str], home: Path, variables: Mapping[str, str], until: str) -> tuple[int | None, str]:
    # To a file: a process that a tool leaves behind would keep a pipe open.
    with tempfile.NamedTemporaryFile() as output:
        said = Path(output.name)
        with subprocess.Popen(
            command,
            env=variables,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process:
            deadline = time.monotonic() + SECONDS
            while (status := process.poll()) is None and time.monotonic() < deadline:
                if until and until in said.read_text(errors="replace"):
                    break
                time.sleep(0.02)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        return status, said.read_text(errors="replace")


def _files_with_token(home: Path) -> list[str]:
    files = (file for file in home.rglob("*") if file.is_file() and not file.is_symlink())
    return [str(file.relative_to(home)) for file in files if TOKEN.encode() in file.read_bytes()]
