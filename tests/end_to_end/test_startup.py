"""A template is applied, and its startup script gets the certificate from a Coder deployment."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import CA_CERT_PATH, TOKEN, Answer, Deployment
from tests.harness.terraform import SETUP_SCRIPT, Terraform, copy_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.harness.certificates import Certified
    from tests.harness.terraform import Providers

    Start = Callable[[], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def running(ca: Certified) -> Iterator[Deployment]:
    """Run a Coder deployment for all tests here."""
    with Deployment(token=TOKEN, ca_cert_pem=ca.pem) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def applied(running: Deployment, providers: Providers, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Apply the basic example; return where the certificate goes, and the startup script."""
    directory = tmp_path_factory.mktemp("startup")
    cert_path = directory / "workspace/certs/ca.pem"
    environment = {"CODER_AGENT_URL": running.url, "CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN}
    example = copy_module(directory / "module") / "examples/basic"
    with Terraform(example, environment, providers=providers) as terraform:
        terraform.init()
        terraform.apply(variables={"cert_path": str(cert_path)})
        return cert_path, terraform.resources()[f"module.aibridge_proxy.{SETUP_SCRIPT}"]["script"]


@pytest.fixture
def deployment(running: Deployment, ca: Certified) -> Deployment:
    """Give the deployment back its token and its certificate."""
    running.token = TOKEN
    running.serve(Answer(body=ca.pem.encode()))
    return running


@pytest.fixture
def cert_path(applied: tuple[Path, str]) -> Path:
    """Empty the workspace."""
    shutil.rmtree(applied[0].parents[1], ignore_errors=True)
    return applied[0]


@pytest.fixture
def start(applied: tuple[Path, str], deployment: Deployment, cert_path: Path) -> Start:
    """Run the script as the agent does."""
    script = applied[1]
    command = [script.partition("\n")[0].removeprefix("#!"), "-c", script]
    return lambda: subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


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
        (Answer(200, b"<html>Sign in</html>"), "is not a complete PEM certificate"),
        (Answer(200, b"-----BEGIN PRIVATE KEY-----"), "contains a private key"),
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
