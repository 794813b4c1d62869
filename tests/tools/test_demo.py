"""`make demo` shows what it says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest

from tests import ROOT


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
