"""What is published: the sdist and the wheel."""

from __future__ import annotations

import email
import shutil
import subprocess
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from tests import ROOT
from tests.package.conftest import Dist, build
from tf_helper import __version__

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path


@pytest.fixture(scope="module")
def tracked() -> set[str]:
    """Files of the repository, those that are about to be committed included."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("this is not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).exists()}


@pytest.fixture(scope="module")
def metadata(dist: Dist) -> Message:
    with zipfile.ZipFile(dist.wheel) as wheel:
        return email.message_from_bytes(wheel.read(f"tf_helper-{__version__}.dist-info/METADATA"))


def test_the_wheel_holds_the_program_its_licence_and_nothing_else(dist: Dist, tracked: set[str]) -> None:
    info = f"tf_helper-{__version__}.dist-info"
    about = {f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")}
    program = {name for name in tracked if name.startswith("tf_helper/")}
    assert "tf_helper/py.typed" in program
    with zipfile.ZipFile(dist.wheel) as wheel:
        assert set(wheel.namelist()) == program | about
        assert wheel.read(f"{info}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_is_for_every_platform(dist: Dist) -> None:
    assert dist.wheel.name == f"tf_helper-{__version__}-py3-none-any.whl"


def test_the_sdist_is_the_repository(dist: Dist, tracked: set[str]) -> None:
    with tarfile.open(dist.sdist) as sdist:
        names = {member.name.partition("/")[2] for member in sdist.getmembers() if member.isfile()}
    assert names == tracked | {"PKG-INFO"}


def test_the_program_depends_on_these_libraries_alone(metadata: Message) -> None:
    required = {Requirement(text).name for text in metadata.get_all("Requires-Dist", [])}
    assert required == {"httpcore", "httpx", "idna", "pydantic"}


def test_the_metadata_says_what_the_program_is(metadata: Message) -> None:
    assert (metadata["Name"], metadata["Version"]) == ("tf-helper", __version__)
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Description-Content-Type"] == "text/markdown"


def test_twine_has_nothing_to_complain_of(dist: Dist) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *dist], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_sources_make_the_same_bytes_wherever_and_whenever_they_are_built(dist: Dist, tmp_path: Path) -> None:
    unpack = ["tar", "--extract", "--touch", f"--file={dist.sdist}", f"--directory={tmp_path}"]
    subprocess.run(unpack, check=True, umask=0o077)
    source = tmp_path / f"tf_helper-{__version__}"
    (source / "PKG-INFO").unlink()  # the sdist's own, not a source
    again = build(source, tmp_path / "dist", umask=0o077)
    assert again.wheel.read_bytes() == dist.wheel.read_bytes()
    assert again.sdist.read_bytes() == dist.sdist.read_bytes()
