from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests import ROOT

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


@pytest.fixture(scope="session")
def wheels(dist: Dist, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel and everything that it depends on, for this Python."""
    folder = tmp_path_factory.mktemp("wheels")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", f"--wheel-dir={folder}", dist.wheel], check=True)
    return folder
