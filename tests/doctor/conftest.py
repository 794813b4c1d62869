from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.harness.deployment import TOKEN, Deployment
from tests.harness.program import options
from tests.sandbox import NAMES
from tf_helper import cli
from tf_helper.commands.exec import tool_env
from tf_helper.doctor.checks import files
from tf_helper.query import parse_query
from tf_helper.tls import context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.proxy import Proxy
from tests.sandbox import Authorities


@dataclass
class Report:
    """What `tf-helper doctor --json` said."""

    status: int
    ok: bool
    steps: dict[str, dict[str, Any]]

    def of(self, status: str) -> list[str]:
        """The names of the steps of that status, in order."""
        return [name for name, step in self.steps.items() if step["status"] == status]

    def told(self, name: str) -> str:
        """What a step has seen and advises."""
        step = self.steps[name]
        return f"{step['seen']} -> {step['advice']}"


@dataclass
class Patient:
    """A workspace in which all is well, until a test changes something."""

    deployment: Deployment
    ca_pem: str
    roots_pem: str
    directory: Path
    settings: dict[str, str]
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    environment: dict[str, str] = field(default_factory=dict)
    provider_host: str = NAMES["intercepted"]
    tunnelled_host: str = NAMES["tunnelled"]

    @property
    def certificate(self) -> Path:
        """The file at cert_path."""
        return self.directory / "ca.pem"

    @property
    def bundle(self) -> Path:
        """The bundle beside it."""
        return self.directory / "ca.bundle.pem"

    def command(self) -> list[str]:
        """Return the command line, apart from the program."""
        hosts = {"provider_host": self.provider_host, "tunnelled_host": self.tunnelled_host}
        return ["doctor", *options(self.settings | hosts)]

    def tool_environment(self) -> dict[str, str]:
        """Return what the module gives to a tool."""
        return tool_env(parse_query(list(self.settings.items())), TOKEN)

    def run(self, *more: str) -> tuple[int, str]:
        """Run doctor; return its exit status and what it printed, after a look for the token."""
        for name in set(os.environ) - {"PATH", "HOME", "PYTEST_CURRENT_TEST", "TMPDIR"}:
            self.monkeypatch.delenv(name)
        for name, value in self.environment.items():
            self.monkeypatch.setenv(name, value)
        status = cli.main([*self.command(), *more])
        out, err = self.capsys.readouterr()
        assert TOKEN not in out + err
        assert out.isascii()
        assert err == ""
        return status, out

    def examine(self, *more: str) -> Report:
        """Run doctor with --json."""
        status, out = self.run("--json", *more)
        told = json.loads(out)
        assert told["ok"] == (status == 0)
        return Report(status, told["ok"], {step.pop("name"): step for step in told["steps"]})


@pytest.fixture
def patient(
    tmp_path: Path,
    proxy: Proxy,
    authorities: Authorities,
    system_roots: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Patient]:
    """Make a workspace in which all is well; a made-up public CA is in the place of the system's roots."""
    for module in (context, files):
        monkeypatch.setattr(module, "SYSTEM_TRUST_FILES", (str(system_roots),))
    with Deployment(token=TOKEN, ca_cert_pem=proxy.ca_cert_pem) as deployment:
        patient = Patient(
            deployment=deployment,
            ca_pem=proxy.ca_cert_pem,
            roots_pem=system_roots.read_text(),
            directory=tmp_path,
            settings={
                "proxy_url": f"http://127.0.0.1:{proxy.port}",
                "access_url": deployment.url,
                "cert_path": str(tmp_path / "ca.pem"),
            },
            capsys=capsys,
            monkeypatch=monkeypatch,
            environment={"CODER_SESSION_TOKEN": TOKEN},
        )
        patient.certificate.write_text(patient.ca_pem)
        patient.bundle.write_text(patient.roots_pem + patient.ca_pem)
        yield patient
