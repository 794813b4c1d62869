"""What is published: the sdist and the wheel."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.package.conftest import Dist, build
from tf_helper import __version__

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.package


@pytest.fixture(scope="module")
def tracked() -> set[str]:
    """Return the files of the repository, including those that are about to be committed."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).exists()}


def test_the_wheel_contains_the_program_its_license_and_nothing_else(dist: Dist, tracked: set[str]) -> None:
    info = f"tf_helper-{__version__}.dist-info"
    about = {f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")}
    program = {name for name in tracked if name.startswith("tf_helper/")}
    with zipfile.ZipFile(dist.wheel) as wheel:
        assert set(wheel.namelist()) == program | about


def test_the_sdist_is_the_repository(dist: Dist, tracked: set[str]) -> None:
    with tarfile.open(dist.sdist) as sdist:
        names = {member.name.partition("/")[2] for member in sdist.getmembers() if member.isfile() or member.issym()}
    assert names == tracked | {"PKG-INFO"}


def test_the_same_sources_make_the_same_bytes_wherever_and_whenever_they_are_built(dist: Dist, tmp_path: Path) -> None:
    unpack = ["tar", "--extract", "--touch", f"--file={dist.sdist}", f"--directory={tmp_path}"]
    subprocess.run(unpack, check=True, umask=0o077)
    source = tmp_path / f"tf_helper-{__version__}"
    (source / "PKG-INFO").unlink()  # the sdist's own, not a source
    again = build(source, tmp_path / "dist", umask=0o077)
    assert again.wheel.read_bytes() == dist.wheel.read_bytes()
    assert again.sdist.read_bytes() == dist.sdist.read_bytes()
