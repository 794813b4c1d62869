"""The examples for IDEs: applied, and their scripts run with a program that takes the IDE's place."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.ai_tools.ide.workspace import PREFIX, WRAPPER
from tests.harness.deployment import TOKEN, Deployment
from tests.harness.startup import run_script
from tests.harness.terraform import MODULE, SETUP_SCRIPT
from tests.sandbox import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.harness.cells import Listener
    from tests.harness.gateway import Gateway
    from tests.harness.proxy import Proxy
    from tests.harness.terraform import MakeTerraform

    Run = Callable[[str], subprocess.CompletedProcess[str]]
    Apply = Callable[..., dict[str, dict[str, Any]]]

EXAMPLES = ("vscode", "ide-modules", "vscode-desktop")
SETUP = f"module.aibridge_proxy.{SETUP_SCRIPT}"

# The script that starts an IDE, the name of its program, and the unit that waits for the certificate.
STARTS = [
    ("vscode", "coder_script.vscode", "code-server", "vscode"),
    ("ide-modules", "module.code_server.coder_script.code-server", "code-server", "code-server"),
    ("ide-modules", "module.vscode_web.coder_script.vscode-web", "code", "code"),
    ("ide-modules", "module.jupyterlab.coder_script.jupyterlab", "jupyter-lab", "jupyter-lab"),
]
PROGRAMS = {start[2] for start in STARTS}
each_start = pytest.mark.parametrize(("example", "script", "name", "unit"), STARTS, ids=[start[1] for start in STARTS])


@pytest.fixture
def deployment(proxy: Proxy) -> Iterator[Deployment]:
    with Deployment(token=TOKEN, ca_cert_pem=proxy.ca_cert_pem) as running:
        yield running


@pytest.fixture
def run(tmp_path: Path, system_roots: Path) -> Run:
    """Run scripts where there are IDEs that ask a provider and end, and a `coder` that notes its arguments."""
    for name in PROGRAMS:
        program(tmp_path / name, f'#!/bin/sh\ncurl -sS https://{NAMES["intercepted"]}/\necho "$*" >>~/{name}.started\n')
    program(tmp_path / "coder", '#!/bin/sh\necho "$*${HTTPS_PROXY+ with HTTPS_PROXY}" >>~/calls\n')
    path = os.pathsep.join([f"{tmp_path}/{PREFIX}/bin", str(tmp_path), os.environ["PATH"]])

    def run(script: str) -> subprocess.CompletedProcess[str]:
        return run_script(script, tmp_path, system_roots, PATH=path)

    return run


@pytest.fixture
def apply(
    make_terraform: MakeTerraform,
    module_copy: Path,
    deployment: Deployment,
    listeners: Mapping[Listener, Mapping[str, object]],
    tmp_path: Path,
) -> Apply:
    def make(example: str, *, transition: str = "start") -> dict[str, dict[str, Any]]:
        environment = {
            "CODER_AGENT_URL": deployment.url,
            "CODER_WORKSPACE_TRANSITION": transition,
            "CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN if transition == "start" else "",
        }
        terraform = make_terraform(module_copy / "examples" / example, environment)
        terraform.init()
        variables = {
            **listeners["HTTP"],
            "cert_path": f"{tmp_path}/certs/ca.pem",
            "wrapper_path": f"{tmp_path}/ai-proxy",
        }
        if example == "ide-modules":
            variables["install_prefix"] = f"{tmp_path}/{PREFIX}"
            wrapped = (MODULE / "examples/ide-modules/wrapped").read_text().replace(WRAPPER, f"{tmp_path}/ai-proxy")
            for name in PROGRAMS:
                program(tmp_path / PREFIX / "bin" / name, wrapped)
        terraform.apply(variables=variables)
        return terraform.resources()

    return make


@each_start
def test_an_ide_starts_after_the_setup_and_goes_through_the_proxy(
    example: str, script: str, name: str, unit: str, apply: Apply, run: Run, gateway: Gateway, tmp_path: Path
) -> None:
    found = apply(example)
    gateway.requests.clear()
    run(found[SETUP]["script"])
    run(found[script]["script"])
    started = tmp_path / f"{name}.started"
    wait_for(started)
    assert re.search(r"port[ =]\d+|127.0.0.1:\d+", started.read_text())
    assert [request.path.split("/")[4:] for request in gateway.requests] == [["anthropic", ""]]
    assert sorted((tmp_path / "calls").read_text().splitlines()[2:]) == [
        f"exp sync complete {unit}",
        f"exp sync start {unit}",
        f"exp sync want {unit} aibridge-proxy-setup",
    ]


@pytest.mark.parametrize(("example", "script", "name", "unit"), STARTS[:2], ids=EXAMPLES[:2])
def test_an_ide_does_not_start_without_the_wrapper(
    example: str, script: str, name: str, unit: str, apply: Apply, run: Run, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    text = re.sub(r"/tmp/[\w-]+\.log", str(log), impatient(apply(example)[script]["script"]))
    for wrapped in tmp_path.glob(f"{PREFIX}/bin/*"):
        wrapped.write_text(impatient(wrapped.read_text()))
    done = run(text)
    if example == "vscode":
        assert (done.returncode, "ai-proxy is missing" in done.stdout) == (1, True)
    else:
        wait_for(log, "ai-proxy is missing")
    assert not (tmp_path / f"{name}.started").exists()


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_only_vscodes_server_gets_the_variables_from_the_profile(
    shell: str, apply: Apply, run: Run, tmp_path: Path
) -> None:
    found = apply("vscode-desktop")
    (tmp_path / ".profile").write_text("no_newline=1")
    for script in (SETUP, "coder_script.profile", "coder_script.profile"):
        run(found[script]["script"])
    lines = (tmp_path / ".profile").read_text().splitlines()
    assert len([line for line in lines if "VSCODE" in line]) == 1

    def login(**variables: str) -> str:
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **variables}
        command = [shell, "-l", "-c", 'echo "$HTTPS_PROXY"']
        return subprocess.check_output(command, env=environment, text=True, stderr=subprocess.STDOUT)

    assert login() == "\n"
    assert f"coder:{TOKEN}@" in login(VSCODE_RESOLVING_ENVIRONMENT="1")
    assert TOKEN not in "".join(lines)


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_workspace_with_an_ide_stops(example: str, apply: Apply) -> None:
    assert TOKEN not in json.dumps(apply(example, transition="stop"))


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_sets_no_variable_on_the_workspace(example: str, apply: Apply) -> None:
    kinds = {address.split(".")[-2] for address in apply(example) if "data." not in address}
    assert kinds <= {"coder_agent", "coder_script", "coder_app"}


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def impatient(script: str) -> str:
    return script.replace("seconds=300", "seconds=1")


def wait_for(file: Path, text: str = "") -> None:
    deadline = time.monotonic() + 60
    while not (file.exists() and text in file.read_text()):
        assert time.monotonic() < deadline, f"{file} lacks {text!r}"
        time.sleep(0.05)
