"""A template is applied, and its startup script gets the certificate from a Coder deployment."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.conftest import TOKEN
from tests.harness.deployment import CA_CERT_PATH, Answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.harness.certificates import Certified
    from tests.harness.deployment import Deployment
    from tests.harness.terraform import MakeTerraform

    Start = Callable[..., subprocess.CompletedProcess[str]]

SCRIPT = "module.aibridge_proxy.coder_script.aibridge_proxy_setup"


@pytest.fixture
def cert_path(tmp_path: Path) -> Path:
    return tmp_path / "workspace/certs/ca.pem"


@pytest.fixture
def start(make_terraform: MakeTerraform, module_copy: Path, deployment: Deployment, cert_path: Path) -> Start:
    """Apply the basic example and run the script that comes out of it, as the agent does."""

    def apply_and_run() -> subprocess.CompletedProcess[str]:
        environment = {"CODER_AGENT_URL": deployment.url, "CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN}
        terraform = make_terraform(module_copy / "examples/basic", environment)
        terraform.init()
        terraform.apply(variables={"cert_path": str(cert_path)})
        script = terraform.resources()[SCRIPT]["script"]
        command = [script.partition("\n")[0].removeprefix("#!"), "-c", script]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return apply_and_run


def test_the_workspace_gets_its_certificate(start: Start, cert_path: Path, ca: Certified) -> None:
    done = start()
    assert (done.returncode, done.stdout) == (0, f"AI Bridge Proxy CA certificate saved to {cert_path}\n")
    assert cert_path.read_text() == ca.pem
    assert cert_path.with_name("ca.bundle.pem").read_text().endswith(ca.pem)


def test_an_older_deployment_serves_it_too(
    start: Start, cert_path: Path, ca: Certified, deployment: Deployment
) -> None:
    del deployment.answers[CA_CERT_PATH]
    assert start().returncode == 0
    assert cert_path.read_text() == ca.pem


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(302, headers={"Location": "/login"}), "answered with a redirect (302)"),
        (Answer(403), "denied access (403)"),
        (Answer(404), "has no AI Bridge Proxy (404)"),
        (Answer(418), "answered with status 418"),
        (Answer(200), "is empty"),
        (Answer(200, b"x" * 16385), "is too large"),
        (Answer(200, b"<html>Sign in</html>"), "is not a whole PEM certificate"),
        (Answer(200, b"-----BEGIN PRIVATE KEY-----"), "holds a private key"),
    ],
)
def test_a_failure_is_named_and_leaves_the_last_good_certificate(
    answer: Answer, message: str, start: Start, cert_path: Path, ca: Certified, deployment: Deployment
) -> None:
    cert_path.parent.mkdir(parents=True)
    cert_path.write_text(ca.pem)
    deployment.serve(answer)
    done = start()
    last = done.stderr.splitlines()[-1]
    assert (done.returncode, done.stdout) == (1, "")
    assert last.startswith("AI Bridge Proxy setup failed: ")
    assert message in last
    assert TOKEN not in done.stderr
    assert cert_path.read_text() == ca.pem


def test_a_refused_token_is_named(start: Start, deployment: Deployment) -> None:
    deployment.token = "another"
    assert "refused the session token (401)" in start().stderr
