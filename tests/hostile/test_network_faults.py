"""Whatever the network does at plan: the program ends in time, needs little memory, warns, and the plan goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests import PROGRAM
from tests.harness import measured
from tests.harness.deployment import TOKEN, Deployment
from tests.harness.program import ENVIRONMENT, SECONDS, Ran, fetching
from tests.harness.promises import answered, assert_promises_kept
from tests.harness.raw_server import full_backlog, silent
from tests.hostile.faults import FAULTS, Fault, authority, http

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.harness.certificates import Certified

pytestmark = pytest.mark.fuzz

# What the program may need more than for a certificate that arrives.
MORE_KIB = 24 * 1024

# The program as it is, but for how long it waits.
IMPATIENT = """
import functools, sys
from tf_helper.coder import fetch
fetch.fetch_ca_cert = functools.partial(fetch.fetch_ca_cert, deadline_seconds=float(sys.argv.pop()))
from tf_helper.__main__ import run
run()
"""


class Outcome(NamedTuple):
    """What came of a download."""

    ran: Ran
    seconds: float
    peak_kib: int

    @property
    def warnings(self) -> list[str]:
        """What the program said about it."""
        warnings = json.loads(answered(self.ran)["warnings"])
        assert isinstance(warnings, list)
        return warnings


def download(url: str, scratch: Path, *, deadline: float | None = None, around: tuple[str, ...] = ()) -> Outcome:
    """Let the program download from there, in a process whose time and memory are measured."""
    program = [PROGRAM] if deadline is None else [sys.executable, "-c", IMPATIENT, str(deadline)]
    scratch.mkdir()
    done = subprocess.run(
        [*around, sys.executable, "-I", "-S", measured.__file__, scratch / "report", *program],
        input=fetching(url, extra_ca_certs_pem=authority().cert_pem.bytes().decode()),
        capture_output=True,
        env={**ENVIRONMENT, "CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN, "TF_HELPER_DEBUG": "1"},
        timeout=SECONDS,
        check=False,
    )
    report = json.loads((scratch / "report").read_text())
    return Outcome(Ran(report["status"], done.stdout, done.stderr), report["seconds"], report["peak_kib"])


def suffer(fault: Fault, scratch: Path) -> Outcome:
    """Let the program suffer a fault."""
    with fault.serve() as url:
        # Names are looked up where there is no network at all, so that nobody is asked.
        around = no_network() if url.startswith("https://coder") else ()
        return download(url, scratch, deadline=fault.deadline, around=around)


def no_network() -> tuple[str, ...]:
    for namespace in (("unshare", "--net"), ("unshare", "--map-root-user", "--net")):
        if not subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode:
            return namespace
    return ()


def test_every_fault_is_a_warning_in_time_and_in_little_memory(
    request: pytest.FixtureRequest, deployment: Deployment, ca: Certified, tmp_path: Path
) -> None:
    faults = [fault for fault in FAULTS if fault.quick or request.config.getoption("--fuzz")]
    # Most of the time they wait, for the second and the third try.
    with ThreadPoolExecutor(len(faults)) as threads:
        good = download(deployment.url, tmp_path / "good")
        assert answered(good.ran)["ca_cert_pem"] == ca.pem
        outcomes = list(threads.map(suffer, faults, [tmp_path / fault.name.replace(":", "") for fault in faults]))
    print(f"\n{good.peak_kib / 1024:6.1f} MiB {good.seconds:5.1f} s  a certificate that arrives")  # noqa: T201
    for fault, outcome in zip(faults, outcomes, strict=True):
        print(f"{outcome.peak_kib / 1024:6.1f} MiB {outcome.seconds:5.1f} s  {fault.name}")  # noqa: T201
        assert_promises_kept(outcome.ran, [TOKEN])
        (warning,) = outcome.warnings
        assert warning.startswith("fetch_ca_cert: "), fault.name
        assert fault.warning in warning, fault.name
        assert warning.endswith("The workspace downloads the certificate when it starts."), fault.name
        assert answered(outcome.ran)["ca_cert_pem"] == ""
        assert outcome.peak_kib < good.peak_kib + MORE_KIB, fault.name


@pytest.mark.fuzz(long=True)
@pytest.mark.parametrize("serve", [full_backlog, partial(http, silent)], ids=["nobody accepts", "nobody answers"])
def test_a_black_hole_takes_20_seconds_at_most(
    serve: Callable[[], AbstractContextManager[str]], tmp_path: Path
) -> None:
    with serve() as url:
        outcome = download(url, tmp_path / "black hole")
    assert len(outcome.warnings) == 1
    assert outcome.seconds < 22
