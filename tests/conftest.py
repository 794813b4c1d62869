from __future__ import annotations

import secrets
import shutil
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import PROGRAM
from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import TOKEN, Deployment
from tests.harness.searching import choose_profile
from tests.harness.terraform import Terraform, copy_module

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.harness.terraform import MakeTerraform, Providers

pytest_plugins = ["tests.sandbox"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add this project's options."""
    group = parser.getgroup("tf-helper")
    group.addoption(
        "--real-providers",
        action="store_true",
        help="run Terraform with the real providers, from the registry or the mirror that "
        "TF_CLI_CONFIG_FILE names, instead of the stand-ins in tests/harness/providers",
    )
    group.addoption(
        "--tf-helper",
        type=Path,
        metavar="PATH",
        default=PROGRAM,
        help="the installed program that tests/protocol/test_program.py starts, instead of the one beside this Python",
    )
    group.addoption("--fail-on-skip", action="store_true", help="fail if a test was skipped")
    group.addoption("--write-transcripts", action="store_true", help="write what doctor says into the documentation")
    group.addoption(
        "--fuzz",
        action="store_true",
        help="the long form of the searches, from a random --hypothesis-seed instead of 0 if none is given",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the seed, before pytest-xdist and hypothesis look at the options, and how long searches are."""
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(secrets.randbits(32) if config.option.fuzz else 0)
    choose_profile(long=config.option.fuzz)


def pytest_report_header(config: pytest.Config) -> str:
    """Print the seed, so that a search can be repeated."""
    return f"searches: --hypothesis-seed={config.option.hypothesis_seed}"


@pytest.fixture(scope="session", autouse=True)
def default_signals() -> Iterator[None]:
    """Let the programs that tests start hear the signals that are ignored here, as under nohup or in the background.

    A program inherits that a signal is ignored, and a shell cannot even trap it; a handler it does not inherit.
    """
    handlers = {
        signal.SIGHUP: lambda *_: None,
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: lambda *_: None,
    }
    ignored = [number for number in handlers if signal.getsignal(number) == signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, handlers[number])
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(scope="session")
def providers(request: pytest.FixtureRequest) -> Providers:
    """Say which providers the command line asks for."""
    if not shutil.which("terraform"):
        pytest.skip("terraform is not on PATH")
    return "real" if request.config.getoption("--real-providers") else "stand-in"


@pytest.fixture(scope="session")
def script_order(providers: Providers, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip the test if the real provider is older than `coder_script_order`; the stand-in has it."""
    if providers == "real":
        directory = tmp_path_factory.mktemp("schema")
        (directory / "main.tf").write_text(
            'terraform {\n  required_providers {\n    coder = { source = "coder/coder" }\n  }\n}\n'
        )
        with Terraform(directory, providers=providers) as terraform:
            terraform.init()
            if '"coder_script_order"' not in terraform.run("providers", "schema", "-json").stdout:
                pytest.skip("this release of the provider coder/coder has no coder_script_order yet")


@pytest.fixture
def make_terraform(providers: Providers) -> Iterator[MakeTerraform]:
    """Make `Terraform` instances that end with the test."""
    with ExitStack() as instances:

        def make(directory: Path, environment: Mapping[str, str] | None = None) -> Terraform:
            return instances.enter_context(Terraform(directory, environment, providers=providers))

        yield make


@pytest.fixture(scope="session")
def ca() -> Certified:
    """The CA that AI Bridge Proxy signs with."""
    return make_certificate("proxy CA")


@pytest.fixture
def deployment(ca: Certified) -> Iterator[Deployment]:
    """Run a Coder deployment that hands out the CA's certificate."""
    with Deployment(token=TOKEN, ca_cert_pem=ca.pem) as running:
        yield running


@pytest.fixture
def module_copy(tmp_path: Path) -> Path:
    """Copy the module to where Terraform may leave its files."""
    return copy_module(tmp_path / "module")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Apply --fail-on-skip."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.option.fail_on_skip and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
