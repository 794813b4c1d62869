"""`<wrapper> --check` and `tf-helper doctor` say the same: one table of states, which both examine, with the real curl."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.doctor import file_faults, proxy_faults, tls_faults, tunnel_faults
from tests.doctor.patient import PROXY_HOST
from tests.harness.deployment import TOKEN
from tests.script.workspace import SHELLS, Workspace, program

if TYPE_CHECKING:
    from pathlib import Path

    from tests.doctor.patient import Patient, Report
    from tests.script.rendering import Rendered

_LINE = re.compile(r"(ok|warning|failed) +(\S.*?)(?:  +\S.*)?")
_SEVERITY = ("ok", "warning", "failed")


class Check(NamedTuple):
    """What `<wrapper> --check` said: for each step its worst status, and what it advises."""

    status: int
    steps: dict[str, tuple[str, list[str]]]
    text: str


class Checked:
    """A workspace in which a patient's wrapper is asked."""

    def __init__(self, directory: Path, rendered: Rendered, patient: Patient) -> None:
        directory.mkdir()
        self.directory, self.rendered, self.patient = directory, rendered, patient
        self.arguments = directory / "arguments"

    def run(self, shell: str = "dash") -> Check:
        """Ask it, with curl and the applets of one shell on PATH; the name of the proxy has an address for curl only."""
        (self.directory / shell).mkdir()
        workspace = Workspace(self.directory / shell, shell, self.rendered, self.patient.roots_pem)
        port = self.patient.proxy_address.rpartition(":")[2]
        workspace.stub(
            "curl",
            f"shift; printf '%s\\n' \"$@\" >>'{self.arguments}'\n"
            f'exec {program("curl")} -q --resolve "{PROXY_HOST}:{port}:127.0.0.1" "$@"',
        )
        workspace.save_wrapper_at(self.directory / shell / "ai-proxy")
        workspace.values |= {
            "PROXY_URL": self.patient.settings["proxy_url"],
            "ACCESS_URL": self.patient.settings.get("access_url", ""),
            "CERT_PATH": str(self.patient.certificate),
            "CA_BUNDLE_PATH": str(self.patient.bundle),
            "SESSION_TOKEN": TOKEN,
        }
        workspace.wrapper_path.write_text(workspace.wrapper_text())
        command = [program(SHELLS[shell][0]), *SHELLS[shell][1:], str(workspace.wrapper_path), "--check"]
        done = subprocess.run(
            command, env=workspace.environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.stderr == ""
        assert (done.stderr, TOKEN in done.stdout) == ("", False)
        return Check(done.returncode, _steps(done.stdout), done.stdout)


def _steps(report: str) -> dict[str, tuple[str, list[str]]]:
    steps: dict[str, tuple[str, list[str]]] = {}
    title = ""
    for line in report.rpartition("\n\n")[0].splitlines():
        if found := _LINE.fullmatch(line):
            title = found[2]
            status, advice = steps.get(title, ("ok", []))
            steps[title] = (max(status, found[1], key=_SEVERITY.index), advice)
        else:
            steps[title][1].append(line.strip().removeprefix("-> "))
    return steps


def assert_same(check: Check, report: Report) -> None:
    """Fail unless each step that both have has the same status and advice."""
    doctors = {step["title"]: (step["status"], step["advice"].splitlines()) for step in report.steps.values()}
    assert check.steps.keys() <= doctors.keys(), check.text
    common = {title: said for title, said in check.steps.items() if doctors[title][0] != "skipped"}
    assert common == {title: doctors[title] for title in common}, check.text
    assert check.status == ("failed" in {status for status, _ in common.values()})


STEPS = {"proxy_dns", "proxy_tcp", "proxy_tls", "connect_without_token", "connect_with_token", "provider", "gateway", "certificate_file", "bundle_file"}
FAULTS = [f for f in (*proxy_faults.FAULTS, *tls_faults.FAULTS, *tunnel_faults.FAULTS, *file_faults.FAULTS) if f.step in STEPS and not f.name.startswith(("named:", "thousands"))]

@pytest.fixture
def checked(tmp_path, rendered, patient):
    return Checked(tmp_path / "workspace", rendered, patient)

@pytest.mark.parametrize("fault", FAULTS, ids=[f.name for f in FAULTS])
def test_same(fault, checked, patient):
    fault.inflict(patient)
    check = checked.run()
    assert_same(check, patient.examine())
