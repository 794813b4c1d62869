"""What only a package registry can answer: that everything is there as a wheel, and what a bare machine makes of it."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import nox
import pytest

from tests import ROOT
from tests.package.conftest import PROVISIONER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.package.conftest import Dist

pytestmark = pytest.mark.package

PYTHONS = nox.project.python_versions(nox.project.load_toml(ROOT / "pyproject.toml"))


def download(wheel: Path, folder: Path, python: str, *platforms: str) -> set[str]:
    """Download a wheel's dependencies, as wheels, for another Python on another platform, and return their names."""
    options = ["--only-binary=:all:", f"--python-version={python}", *(f"--platform={name}" for name in platforms)]
    command = [sys.executable, "-m", "pip", "download", "--quiet", f"--dest={folder}", *options, str(wheel)]
    subprocess.run(command, check=True)
    return {file.name for file in folder.iterdir()}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("python", PYTHONS)
def test_alpine_finds_a_wheel_for_everything(python: str, machine: str, dist: Dist, tmp_path: Path) -> None:
    names = download(dist.wheel, tmp_path, python, f"musllinux_1_2_{machine}", f"musllinux_1_1_{machine}")
    compiled = {name for name in names if not name.endswith("-none-any.whl")}
    assert {name.partition("-")[0] for name in compiled} == {"pydantic_core"}
    assert all(f"-cp{python.replace('.', '')}-musllinux_" in name for name in compiled)


@pytest.fixture(scope="module")
def debian() -> Iterator[Path]:
    """Make a Debian, or whatever relative of it this is, that has Python and nothing else that the tests brought."""
    if not shutil.which("mmdebstrap") or os.getuid() != 0:
        pytest.skip("mmdebstrap is not on PATH, or this is not root")
    suite = platform.freedesktop_os_release()["VERSION_CODENAME"]
    with tempfile.TemporaryDirectory(prefix="tf-helper-debian-") as folder:
        root = Path(folder, "root")
        command = ["mmdebstrap", "--quiet", "--variant=essential", "--include=python3-venv", suite, str(root)]
        subprocess.run(command, check=True)
        yield root


def in_root(root: Path, *command: str, user: str = "0:0", data: str = "") -> subprocess.CompletedProcess[str]:
    # Nothing of this machine's environment, its settings of pip above all.
    clean = ["env", "-i", "PATH=/usr/local/bin:/usr/bin:/bin"]
    inside = ["chroot", f"--userspec={user}", str(root), *clean, *command]
    return subprocess.run(inside, input=data, capture_output=True, text=True, check=False)


def files(root: Path) -> set[tuple[Path, int]]:
    return {(path, path.lstat().st_mtime_ns) for path in root.rglob("*")}


def test_a_bare_machine_installs_it_from_a_folder_and_another_user_runs_it(debian: Path, dist: Dist) -> None:
    asked = in_root(debian, "python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    wheels = debian / "wheels"
    machine = platform.machine()
    download(dist.wheel, wheels, asked.stdout.strip(), f"manylinux_2_17_{machine}", f"manylinux2014_{machine}")
    shutil.copy(PROVISIONER / "install.sh", debian)

    installed = in_root(debian, "sh", "/install.sh", "--no-index", "--find-links=/wheels", "tf-helper")
    assert installed.returncode == 0, installed.stderr
    before = files(debian / "opt")
    query = {
        "proxy_url": "https://aiproxy.example.com",
        "access_url": "https://coder.example.com",
        "fetch_ca_cert": "true",
    }
    done = in_root(debian, "tf-helper", user="1000:1000", data=json.dumps(query))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["proxy_url"] == "https://aiproxy.example.com"
    refused = in_root(debian, "tf-helper", user="1000:1000", data="{}")
    assert refused.stderr.startswith("tf-helper: error: 1 problem in the query\n  proxy_url: ")
    assert files(debian / "opt") == before


def test_the_command_that_collects_wheels_for_another_machine_works_as_printed(dist: Dist, tmp_path: Path) -> None:
    readme = (PROVISIONER / "README.md").read_text()
    (command,) = re.findall(r"^pip download (?:.*\\\n)*.* tf-helper$", readme, re.MULTILINE)
    (tmp_path / "pip").write_text(f'#!/bin/sh\nexec {sys.executable} -m pip "$@"\n')
    (tmp_path / "pip").chmod(0o755)
    # No release needs to be there for this.
    command = command.removesuffix("tf-helper") + str(dist.wheel)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, check=True)
    assert dist.wheel.name in {file.name for file in (tmp_path / "wheels").iterdir()}
