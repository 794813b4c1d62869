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
from tests.package.conftest import PROVISIONER, collect, released_as
from tf_helper import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.package

PYTHONS = nox.project.python_versions(nox.project.load_toml(ROOT / "pyproject.toml"))


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("python", PYTHONS)
def test_alpine_finds_a_wheel_for_everything(python: str, machine: str, tmp_path: Path) -> None:
    options = ["--only-binary=:all:", f"--python-version={python}", f"--dest={tmp_path}"]
    platforms = [f"--platform=musllinux_1_{minor}_{machine}" for minor in (1, 2)]
    requirements = ["--require-hashes", f"--requirement={PROVISIONER / 'requirements.txt'}"]
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", *options, *platforms, *requirements], check=True
    )
    compiled = {file.name for file in tmp_path.iterdir() if not file.name.endswith("-none-any.whl")}
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


def commands(page: Path) -> list[str]:
    """Return the commands of a page, each with the lines that continue it."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    return [command for block in blocks for command in re.findall(r"(?:.*\\\n)*.+\n", block)]


def test_a_bare_machine_installs_upgrades_and_goes_back_as_the_pages_say(debian: Path, tmp_path: Path) -> None:
    asked = in_root(debian, "python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    machine = platform.machine()
    target = ["--python-version", asked.stdout.strip()]
    target += [f"--platform={name}_{machine}" for name in ("manylinux_2_17", "manylinux2014")]
    (debian / "usr/local/bin/sudo").write_text('#!/bin/sh\nexec env "$@"\n')
    (debian / "usr/local/bin/sudo").chmod(0o755)

    def install(folder: Path, command: str) -> None:
        # What the page installs from a checkout comes from wheels here, because this machine has no network.
        shutil.rmtree(debian / "build", ignore_errors=True)
        shutil.copytree(folder, debian / "build/wheels")
        shell(command.replace("terraform/examples/provisioner/", "build/wheels/"))

    def shell(command: str) -> str:
        done = in_root(debian, "sh", "-ec", f"cd /; {command}")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    verify, first = [command for command in commands(PROVISIONER / "README.md") if "build/wheels/" in command][-2:]
    this = collect(tmp_path / "wheels", *target)
    install(this, verify + first)
    before = files(debian / "opt")
    query = {
        "proxy_url": "https://aiproxy.example.com",
        "access_url": "https://coder.example.com",
        "fetch_ca_cert": "true",
    }
    done = in_root(debian, "tf-helper", user="1000:1000", data=json.dumps(query))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["proxy_url"] == "https://aiproxy.example.com"
    assert files(debian / "opt") == before

    upgrade, version, link, _, back, delete, beside, again = commands(ROOT / "docs" / "upgrade.md")
    install(collect(tmp_path / "newer", *target, checkout=released_as("1.1.0", tmp_path)), upgrade)
    assert shell(version + link) == "tf-helper 1.1.0\n/opt/tf-helper-1.1.0/bin/tf-helper\n"
    shell(back)
    assert shell(version) == f"tf-helper {__version__}\n"
    install(tmp_path / "newer", beside)
    assert (
        shell(version + "/opt/tf-helper-next/bin/tf-helper --version") == f"tf-helper {__version__}\ntf-helper 1.1.0\n"
    )
    (debian / "opt/tf-helper-1.1.0/bin/python3").unlink()
    install(tmp_path / "newer", again)
    shell(delete)
    assert shell(version) == "tf-helper 1.1.0\n"
