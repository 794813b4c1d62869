"""The documentation's tables, commands and links are true."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

from tests import PROGRAM, ROOT
from tests.harness.terraform import MODULE

if TYPE_CHECKING:
    from pathlib import Path

README = ROOT / "README.md"
GENERATED = [README, *sorted((ROOT / "docs").glob("*.md")), ROOT / "terraform" / "README.md"]
PAGES = sorted({*GENERATED, *ROOT.glob("*.md"), *(ROOT / "terraform" / "examples").rglob("*.md")})

TRANSCRIPTS = [
    pytest.param(command, expected, id=f"{page.stem}: {command}")
    for page in PAGES
    for command, expected in re.findall(r"^```console\n\$ (.*)\n((?:.*\n)*?)```", page.read_text(), re.MULTILINE)
    if not re.search("doctor|--check", command)  # which need a proxy: tests/doctor, tests/end_to_end
]

# As a person types them: in blocks of their own, and in the help.
EXEC_COMMANDS = sorted(
    {
        command
        for page in PAGES
        for command in re.findall(r"^ *(tf-helper exec (?:.*\\\n)*.* -- .*)$", page.read_text(), re.MULTILINE)
        if "COMMAND" not in command
    }
)


def links(text: str) -> list[str]:
    """Return the targets of the links in a page."""
    return re.findall(r"\]\(([^)]+)\)", text)


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_what_comes_from_the_code_is_what_the_code_says() -> None:
    if not shutil.which("terraform"):
        pytest.skip("terraform is not on PATH")
    cog = [sys.executable, "-m", "cogapp", "--check", "--diff", "-p", "from tests import docs_tables as docs"]
    done = subprocess.run([*cog, *GENERATED], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"run `make docs`:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("target", re.findall(r"^make (\w+)$", README.read_text(), re.MULTILINE))
def test_make_knows_the_commands(target: str) -> None:
    subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("page", [README, ROOT / "docs/upgrade.md"], ids=lambda page: page.stem)
def test_a_second_copy_of_the_module_replaces_the_first(page: Path, tmp_path: Path) -> None:
    (command,) = re.findall(r"^ *(.* cp -r terraform .*)$", page.read_text(), re.MULTILINE)
    shutil.copytree(MODULE / "startup", tmp_path / "terraform/startup")
    for _ in range(2):
        subprocess.run(["sh", "-ec", command], cwd=tmp_path, check=True)
        copied = tmp_path / "my-template/aibridge-proxy"
        assert not list(filecmp.dircmp(MODULE / "startup", copied / "startup").right_only)
        assert [path.name for path in copied.iterdir()] == ["startup"]
        (copied / "startup/90-of-an-older-version.sh").touch()


@pytest.mark.parametrize(("command", "expected"), TRANSCRIPTS)
def test_the_transcripts_are_what_the_program_says(command: str, expected: str) -> None:
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", command], env={"PATH": path}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout + done.stderr == expected


@pytest.mark.parametrize("command", EXEC_COMMANDS)
def test_the_commands_that_start_a_tool_work_as_printed(command: str, tmp_path: Path) -> None:
    claude = tmp_path / "claude"
    claude.write_text('#!/bin/sh\necho "$HTTPS_PROXY"')
    claude.chmod(0o755)
    environment = {
        "PATH": f"{PROGRAM.parent}{os.pathsep}{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "CODER_SESSION_TOKEN": "t",
    }
    done = subprocess.check_output(["sh", "-c", command], env=environment, text=True, timeout=60)
    assert done == "http://coder:t@aiproxy.example.com:8888\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for link in links(page.read_text()):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", GENERATED, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_is_short_without_what_is_generated(page: Path) -> None:
    written = re.sub(r"(?<=\]\]\] -->\n).*?(?=<!-- \[\[\[end)", "", page.read_text(), flags=re.DOTALL)
    assert len(written.splitlines()) <= (220 if page == README else 150)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_files_that_a_page_names_exist(page: Path) -> None:
    named = re.findall(r"`((?:tf_helper|terraform|tests|docs)/[\w./-]*)`", page.read_text())
    assert [name for name in named if not ((ROOT / name).exists() or (page.parent / name).exists())] == []


def test_the_links_on_pypi_lead_to_the_repository_that_the_project_names() -> None:
    project = ProjectMetadata(str(ROOT), PluginManager()).core
    assert f"git clone {project.urls['Source']} " in README.read_text()
    absolute = [link for link in links(README.read_text()) if "://" in link]
    shown = links(project.readme)
    assert len(shown) > len(absolute)
    assert [link for link in shown if link not in absolute and not link.startswith(project.urls["Source"] + "/")] == []
