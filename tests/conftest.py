from __future__ import annotations

import secrets
import shutil
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from tests import PROGRAM
from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import TOKEN, Deployment
from tests.harness.searching import choose_profile
from tests.harness.terraform import Terraform, copy_module

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from tests.harness.terraform import MakeTerraform, Providers

pytest_plugins = ["tests.sandbox"]

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


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
    group.addoption("--fail-on-skip", action="store_true", help="a skipped test is a failed one")
    group.addoption("--fuzz", action="store_true", help="the long form of the bounded searches")
    group.addoption(
        "--fuzz-seed",
        type=int,
        help="the seed of the searches that have one; without it they begin at 0, with --fuzz anywhere",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the seed, before pytest-xdist and hypothesis look at the options, and how long hypothesis searches."""
    if config.option.fuzz_seed is None:
        config.option.fuzz_seed = secrets.randbits(32) if config.option.fuzz else 0
    # There is no such option where plugins are not loaded.
    if getattr(config.option, "hypothesis_seed", "") is None:
        config.option.hypothesis_seed = str(config.option.fuzz_seed)
    choose_profile(long=config.option.fuzz)


def pytest_report_header(config: pytest.Config) -> str:
    """Print the seed, so that a search can be repeated."""
    return f"fuzz: --fuzz-seed={config.option.fuzz_seed}"


@pytest.fixture(scope="session", autouse=True)
def signals_heard() -> Iterator[None]:
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Heed --fail-on-skip for tests."""
    return _without_skip(item.config, (yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Heed --fail-on-skip for whole files."""
    return _without_skip(collector.config, (yield))


def _without_skip(config: pytest.Config, report: Report) -> Report:
    # Here rather than at the end of the session, so that it works in pytest-xdist's workers too.
    expected_to_fail = hasattr(report, "wasxfail")
    if report.skipped and not expected_to_fail and config.getoption("--fail-on-skip"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"--fail-on-skip: {reason}"
    return report
