"""The README's tables and commands are the ones that the code has."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests import PROGRAM, ROOT

README = (ROOT / "README.md").read_text()


def test_what_comes_from_the_code_is_what_the_code_says() -> None:
    cog = [sys.executable, "-m", "cogapp", "--check", "--diff", "-p", "from tests import readme_tables as readme"]
    done = subprocess.run(
        [*cog, "README.md", "terraform/README.md"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"run `make readme`:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("target", re.findall(r"^(?:make) (\w+)$", README, re.MULTILINE))
def test_make_knows_the_commands(target: str) -> None:
    subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        transcript
        for transcript in re.findall(r"^\$ (.*)\n((?:.*\n)*?)```", README, re.MULTILINE)
        if "doctor" not in transcript[0]  # which needs a proxy: tests/doctor
    ],
)
def test_the_transcripts_are_what_the_program_says(command: str, expected: str) -> None:
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", command], env={"PATH": path}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout + done.stderr == expected


def test_links_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
