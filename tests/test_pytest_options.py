"""The options that `tests/conftest.py` adds to pytest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SKIPS = """
import pytest

def test_passes():
    pass

def test_skips():
    pytest.skip("nothing to run it with")

@pytest.mark.xfail(reason="known")
def test_expected_to_fail():
    raise ValueError
"""

SIGNALS = """
import signal
import subprocess
import sys

PROGRAM = "import signal; print([signal.getsignal(n) for n in (signal.SIGHUP, signal.SIGTERM)] == [signal.SIG_DFL] * 2)"

def test_programs_hear_them():
    assert subprocess.check_output([sys.executable, "-c", PROGRAM], text=True) == "True\\n"

def test_python_hears_ctrl_c():
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
"""

WHOLE_FILE = """
import pytest

pytest.skip("not on this system", allow_module_level=True)
"""


def run_pytest(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    # The other plugins that are installed only take time here.
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    plugins = ["-p", "xdist.plugin", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *plugins, f"--rootdir={tmp_path}", *options, str(tmp_path)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("workers", [None, "1"])
def test_a_skip_is_a_failure_with_its_reason_where_skips_are_not_allowed(tmp_path: Path, workers: str | None) -> None:
    (tmp_path / "test_skips.py").write_text(SKIPS)
    done = run_pytest(tmp_path, "--fail-on-skip", *(["--numprocesses", workers] if workers else []))
    assert done.returncode == 1, done.stdout
    assert "--fail-on-skip: Skipped: nothing to run it with" in done.stdout
    assert "1 failed, 1 passed, 1 xfailed" in done.stdout


def test_a_file_that_skips_itself_is_an_error_where_skips_are_not_allowed(tmp_path: Path) -> None:
    (tmp_path / "test_whole_file.py").write_text(WHOLE_FILE)
    done = run_pytest(tmp_path, "--fail-on-skip", "--numprocesses", "1")
    assert done.returncode, done.stdout
    assert "not on this system" in done.stdout


def test_a_skip_is_a_skip_otherwise(tmp_path: Path) -> None:
    (tmp_path / "test_skips.py").write_text(SKIPS)
    done = run_pytest(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "1 passed, 1 skipped, 1 xfailed" in done.stdout


def test_without_terraform_its_tests_are_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "test_needs_it.py").write_text("def test_needs_it(make_terraform):\n    pass\n")
    done = run_pytest(tmp_path, "-rs")
    assert done.returncode == 0, done.stdout
    assert "terraform is not on PATH" in done.stdout


@pytest.mark.parametrize("options", [(), ("--numprocesses", "1")])
def test_signals_are_heard_by_the_programs_of_the_tests_where_they_are_ignored(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "test_signals.py").write_text(SIGNALS)
    numbers = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        done = run_pytest(tmp_path, *options)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
