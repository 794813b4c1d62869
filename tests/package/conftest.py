from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests import ROOT
from tests.harness.terraform import LEFT_BEHIND

if TYPE_CHECKING:
    from pathlib import Path

PROVISIONER = ROOT / "terraform" / "examples" / "provisioner"


class Dist(NamedTuple):
    """What is published."""

    sdist: Path
    wheel: Path


def build(source: Path, destination: Path, *, umask: int = -1) -> Dist:
    """Build the sdist from a directory and the wheel from the sdist, as for a release."""
    command = [sys.executable, "-m", "build", "--no-isolation", f"--outdir={destination}", str(source)]
    subprocess.run(command, check=True, capture_output=True, umask=umask)
    (sdist,), (wheel,) = destination.glob("*.tar.gz"), destination.glob("*.whl")
    return Dist(sdist, wheel)


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Dist:
    return build(ROOT, tmp_path_factory.mktemp("dist"))


def collect(folder: Path, *options: str, checkout: Path = ROOT) -> Path:
    """Fill a folder by the provisioner's wheels.sh, with the Python that runs the tests."""
    tools = folder.parent / "bin"
    tools.mkdir(exist_ok=True)
    (tools / "python3").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (tools / "python3").chmod(0o755)
    script = checkout / PROVISIONER.relative_to(ROOT) / "wheels.sh"
    environment = os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(["sh", script, folder, *options], env=environment, check=True, capture_output=True)
    return folder


def released_as(version: str, checkout: Path) -> Path:
    """Copy what wheels.sh and install.sh need of the checkout, with another version."""
    for name in ("tf_helper", "terraform"):
        shutil.copytree(ROOT / name, checkout / name, ignore=LEFT_BEHIND, symlinks=True)
    for name in ("LICENSE", "README.md", "hatch_build.py", "pyproject.toml"):
        shutil.copy(ROOT / name, checkout)
    (checkout / "tf_helper" / "__init__.py").write_text(f'__version__ = "{version}"\n')
    return checkout


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with everything that a machine with this Python needs."""
    return collect(tmp_path_factory.mktemp("collected") / "wheels")
