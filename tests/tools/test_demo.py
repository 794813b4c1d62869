"""`make demo` shows what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_the_demo_ends_with_an_intercepted_and_a_tunnelled_request_and_shows_no_token() -> None:
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "tests.demo"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not re.search("[0-9a-f]{10}-[0-9a-f]{22}", done.stdout + done.stderr)
    intercepted, tunnelled = done.stdout.split("---- A request to https://")[1:]
    assert intercepted.startswith("api.anthropic.com/")
    assert "it got: hello" in intercepted
    assert "AI Bridge Proxy CA" in intercepted
    assert tunnelled.startswith("registry.example.com/")
    assert "it got: hello" in tunnelled
    assert "Public CA of the demo" in tunnelled
    assert done.stdout.endswith("---- Verdict: passed: a tool reaches both hosts\n")


def test_the_demo_ends_with_a_verdict_when_terraform_fails(tmp_path: Path) -> None:
    terraform = tmp_path / "terraform"
    terraform.write_text("#!/bin/sh\necho no such provider >&2\nexit 1\n")
    terraform.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "tests.demo"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "no such provider" in done.stdout
    assert done.stdout.endswith("---- Verdict: failed: see the last step above\n")
