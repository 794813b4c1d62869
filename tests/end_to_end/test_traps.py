"""What docs/run-a-tool.md says to write where a wrapper could be used in a wrong way."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs/run-a-tool.md").read_text()
WRAPPER = '#!/bin/sh\nexport HTTPS_PROXY=set\nexec "$@"\n'


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    for name in ("codex", "claude"):
        (tmp_path / name).write_text(f'#!/bin/sh\nsleep 0.1\nprintf %s "$HTTPS_PROXY" >{tmp_path}/said\n')
        (tmp_path / name).chmod(0o755)
    return {"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path), "TMUX_TMPDIR": str(tmp_path)}


def wrapper_at(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name("new")
    new.write_text(WRAPPER)
    new.chmod(0o755)
    new.rename(path)


def test_an_app_waits_for_the_wrapper(environment: dict[str, str], tmp_path: Path) -> None:
    (command,) = re.findall(r'^  command  = "(sh -c .*)"$', PAGE, re.MULTILINE)
    path = tmp_path / "later/ai-proxy"
    command = command.replace("${module.aibridge_proxy.wrapper_path}", str(path)).replace("sleep 2", "sleep 0.1")
    with subprocess.Popen(["sh", "-c", command], env=environment, stderr=subprocess.PIPE, text=True) as waiting:
        assert waiting.stderr
        assert "not found" in waiting.stderr.readline()
        wrapper_at(path)
        waiting.communicate(timeout=60)
    assert (tmp_path / "said").read_text() == "set"


def test_the_wrapper_works_within_a_running_tmux(environment: dict[str, str], tmp_path: Path) -> None:
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    (command,) = re.findall(r"`(tmux new-session \"/tmp.*?)`", PAGE)
    path = tmp_path / "ai-proxy"
    wrapper_at(path)
    command = command.replace("/tmp/aibridge-proxy/ai-proxy", str(path))

    def run(line: str) -> str:
        """Run a line and wait for the end of its session; return what the tool said."""
        end = "while tmux has-session -t tool 2>&-; do sleep 0.1; done"
        subprocess.run(["sh", "-c", f"{line} && {end}"], env=environment, check=True, timeout=60)
        return (tmp_path / "said").read_text() if (tmp_path / "said").exists() else ""

    run("tmux new-session -d -s first 'sleep 60'")
    try:
        assert run(command.replace("new-session", "new-session -d -s tool")) == "set"
        assert run(f'"{path}" tmux new-session -d -s tool claude') == ""
    finally:
        run("tmux kill-server")
