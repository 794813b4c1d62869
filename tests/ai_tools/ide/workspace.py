"""A workspace with a real IDE, as an example's template makes it, and a browser that opens the window of VS Code.

The probe, an extension of the tests' own, sends a request by each client that an extension can use, to a host for each.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.ai_tools.packages import PYTHON, NpmPackage, PyPiPackage, node
from tests.harness.deployment import TOKEN
from tests.harness.startup import SYSTEM_ROOTS
from tests.harness.terraform import MODULE, SETUP_SCRIPT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from typing import Any

    from tests.ai_tools.stage import Stage
    from tests.harness.cells import Cell

HERE = Path(__file__).parent
CODE_SERVER = NpmPackage("code-server", HERE / "vscode")
# The server itself, which code-server is made of: the part that VS Code on a user's machine connects to.
SERVER = CODE_SERVER.folder / "node_modules/code-server/lib/vscode"
JUPYTER = PyPiPackage("jupyterlab", PYTHON / "jupyter.txt")
NODE = node(24).folder / "node_modules/.bin/node"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

DOMAIN = "ai.example.com"
# What the probes send requests by: see the folder `probe`.
OF_VSCODE = ("https", "fetch", "undici", "axios", "ws", "websocket", "http2", "curl", "node", "terminal")
OF_JUPYTER = ("httpx", "requests", "child", "kernel", "pty")

# Where the example's image has the file `wrapped`, and what that file calls the wrapper.
PREFIX = "opt/ai-ide"
WRAPPER = "/tmp/aibridge-proxy/ai-proxy"

SECONDS = 120


class Seen(NamedTuple):
    """What became of the probe's requests."""

    outcomes: Mapping[str, str]
    """As the probe saw it, by client."""
    arrived: frozenset[str]
    """The clients whose requests came out of the proxy: at the gateway if intercepted, or else at the host."""
    past: frozenset[str]
    """What went past the proxy, in the recorder's words."""
    asked: frozenset[str]
    """The hosts that the proxy was asked for, without the probe's."""
    files_with_token: list[str]


@dataclass(frozen=True)
class Way:
    """How a template starts an IDE: an example, the script in it, and the server's port.

    The server of VS Code on a user's machine is `started_by_user`: by itself, without a script.
    """

    name: str
    example: str
    script: str
    port: int
    clients: Collection[str] = OF_VSCODE
    started_by_user: bool = False

    def missing(self) -> list[str]:
        """Return what is not installed."""
        needed: dict[str, object] = {"jupyterlab": JUPYTER.is_installed}
        if self.clients is OF_VSCODE:
            needed = {
                "code-server": (CODE_SERVER.folder / "node_modules/.installed").exists(),
                "Node.js 24": NODE.exists(),
                "Chromium, which a system's package manager installs": browser(),
            }
        return [name for name, found in needed.items() if not found]


WAYS = (
    Way("code-server in a script", "vscode", "coder_script.vscode", 13337),
    Way("the module code-server", "ide-modules", "module.code_server.coder_script.code-server", 13337),
    Way("the module vscode-web", "ide-modules", "module.vscode_web.coder_script.vscode-web", 13338),
    Way("the module jupyterlab", "ide-modules", "module.jupyterlab.coder_script.jupyterlab", 19999, OF_JUPYTER),
    Way("VS Code on the user's machine", "vscode-desktop", "coder_script.profile", 13339, started_by_user=True),
)


def browser() -> str | None:
    """Return the path of a browser that has no window."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


class Workspace:
    """What a template makes of an image in `directory`, and of the resources that Terraform has applied."""

    def __init__(
        self, example: str, directory: Path, resources: Mapping[str, Mapping[str, Any]], system_roots: Path
    ) -> None:
        self._scripts = {address: found["script"] for address, found in resources.items() if "script" in found}
        self._setup = self._scripts[f"module.aibridge_proxy.{SETUP_SCRIPT}"]
        self._system_roots = system_roots
        extensions = directory / "extensions"
        extensions.mkdir()
        (extensions / "tests.probe-1.0.0").symlink_to(HERE / "probe")
        arguments = f'--extensions-dir {extensions} --disable-workspace-trust "$@"'
        programs = directory / "programs"
        _program(programs / "code-server", f"exec {NODE} {SERVER.parents[1]}/out/node/entry.js {arguments}")
        # What Microsoft's program downloads and starts is the same server, with the same arguments.
        _program(programs / "code", f"shift\nexec {NODE} {SERVER}/out/server-main.js {arguments}")
        _program(programs / "jupyter-lab", f'exec {JUPYTER.program("jupyter-lab")} "$@"')
        self._path = [programs, Path("/usr/bin"), Path("/bin")]
        if example == "ide-modules":
            text = (MODULE / "examples/ide-modules/wrapped").read_text()
            for name in ("code-server", "code", "jupyter-lab"):
                _program(directory / PREFIX / "bin" / name, text.replace(WRAPPER, f"{directory}/ai-proxy"))
            self._path.insert(0, directory / PREFIX / "bin")

    def open(self, way: Way, stage: Stage, cell: Cell, settings: Mapping[str, object] | None = None) -> Seen:
        """Start the server, open its window with a user's settings, and wait for the probe."""
        proxy = stage.proxies[cell.listener]
        hosts = {client: f"{client}.{DOMAIN}" for client in way.clients}
        proxy.providers = dict.fromkeys(hosts.values(), "openai") if cell.host == "intercepted" else {}
        for seen in (proxy.asked, stage.provider.visits, stage.gateway.requests):
            seen.clear()
        stage.recorder.attempts()
        with tempfile.TemporaryDirectory(prefix="ide-", ignore_cleanup_errors=True) as home, ExitStack() as running:
            _save(Path(home, ".local/share/code-server/User/settings.json"), settings or {})
            # Root is only a user of this container.
            jupyter = {"jpserver_extensions": {"jupyter_probe": True}, "allow_root": True}
            _save(Path(home, ".jupyter/jupyter_server_config.json"), {"ServerApp": jupyter})
            started = [self._setup, self._scripts[way.script]]
            if way.started_by_user:
                command = f"code serve-web --without-connection-token --port {way.port}"
                started.append(f"#!/bin/sh\n{command} >~/log 2>&1 &\n")
            for script in started:
                running.enter_context(self._run(script, Path(home)))
            outcomes = self._probe(way, Path(home))
            if cell.host == "intercepted":
                paths = [request.path for request in stage.gateway.requests]
            else:
                paths = [visit.path for visit in stage.provider.visits if visit.host.endswith(DOMAIN)]
            return Seen(
                outcomes,
                frozenset(path.rpartition("/")[2] for path in paths),
                frozenset(f"{attempt.protocol} {attempt.target}" for attempt in stage.recorder.attempts()),
                frozenset(asked.host for asked in proxy.asked) - frozenset(hosts.values()),
                _files_with_token(Path(home)),
            )

    @contextmanager
    def _run(self, script: str, home: Path) -> Iterator[None]:
        """Run a script as the agent does, and end what it has left in the background."""
        text = re.sub(r"/tmp/(code-server|vscode-web|jupyterlab)\.log", f"{home}/log", script)
        text = text.replace(SYSTEM_ROOTS, str(self._system_roots))
        shell = text.partition("\n")[0].removeprefix("#!").split()
        environment = {
            "HOME": str(home),
            "PATH": os.pathsep.join(map(str, self._path)),
            "SHELL": "/bin/bash",
            "PYTHONPATH": str(HERE / "probe"),
            "PROBE_DOMAIN": DOMAIN,
            "PROBE_NODE": str(NODE),
            "PROBE_PACKAGES": str(CODE_SERVER.folder),
            "PROBE_RESULT": str(home / "result"),
        }
        with _background([*shell, "-c", text], environment, home) as process:
            assert process.wait(SECONDS) == 0, (home / "output").read_text()
            yield

    def _probe(self, way: Way, home: Path) -> Mapping[str, str]:
        with _window(way.port, home) if way.clients is OF_VSCODE else nullcontext():
            _wait_until((home / "result").exists, home)
        outcomes: Mapping[str, str] = json.loads((home / "result").read_text())
        return outcomes


@contextmanager
def _window(port: int, home: Path) -> Iterator[None]:
    address = f"http://127.0.0.1:{port}"
    _wait_until(lambda: _answers(f"{address}/"), home)
    program = browser()
    assert program
    options = ("--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={home}/browser")
    # The browser is not in the workspace: what it asks for itself is not to be recorded.
    offline = ("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--no-proxy-server", "--headless")
    window = [program, *options, *offline, f"{address}/?folder={home}"]
    with _background(window, {"HOME": str(home), "PATH": "/usr/bin:/bin"}, home):
        yield


def _save(file: Path, value: object) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(value))


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@contextmanager
def _background(
    command: Sequence[str], environment: Mapping[str, str], home: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with (
        (home / "output").open("ab") as output,
        subprocess.Popen(
            command,
            env=environment,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5):
            return True
    except OSError:
        return False


def _wait_until(condition: Callable[[], bool], home: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        logs = [file.read_text(errors="replace") for file in (home / "output", home / "log") if file.exists()]
        assert time.monotonic() < deadline, "\n".join(logs)
        time.sleep(0.1)


def _files_with_token(home: Path) -> list[str]:
    files = (file for file in home.rglob("*") if file.is_file() and not file.is_symlink())
    return [str(file.relative_to(home)) for file in files if TOKEN.encode() in file.read_bytes()]
