"""`install.sh` of the provisioner's example, run without a network."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager
from packaging.requirements import Requirement

from tests import ROOT
from tests.package.conftest import PROVISIONER, released_as
from tf_helper import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.package


class Installed(NamedTuple):
    home: Path
    program: Path
    """The link on PATH."""
    wheels: Path

    def install(self, folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run install.sh in a folder, by default that of the wheels."""
        places = {"TF_HELPER_HOME": str(self.home), "TF_HELPER_BIN": str(self.program.parent)}
        path = f"{sys.base_prefix}/bin{os.pathsep}{os.environ['PATH']}"
        shell = ["busybox", "sh"] if shutil.which("busybox") else ["sh"]  # as on Alpine, if that can be had
        return subprocess.run(
            [*shell, (folder or self.wheels) / "install.sh"],
            env=os.environ | {"PATH": path, "PIP_INDEX_URL": "http://127.0.0.1:9/"} | places | environment,
            capture_output=True,
            text=True,
            check=False,
            umask=0o077,
        )

    def answers(self) -> bool:
        query = '{"proxy_url": "https://h"}'
        done = subprocess.run([self.program], input=query, capture_output=True, text=True, check=True)
        return bool(json.loads(done.stdout)["proxy_url"] == "https://h")


@pytest.fixture(scope="module")
def installed(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install where nothing is yet, under settings of the kind that images have."""
    root = tmp_path_factory.mktemp("provisioner")
    installed = Installed(root / "opt", root / "bin" / "tf-helper", wheels)
    done = installed.install(PIP_NO_COMPILE="1", PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 0, done.stderr
    assert f"\ntf-helper {__version__}\n" in done.stdout
    return installed


def modules(installed: Installed) -> list[Path]:
    (packages,) = installed.home.glob("lib/python*/site-packages")
    return [module for module in packages.rglob("*.py") if "pip" not in module.relative_to(packages).parts[0]]


def test_every_module_is_compiled_for_good(installed: Installed) -> None:
    assert len(modules(installed)) > 100
    for module in modules(installed):
        compiled = Path(importlib.util.cache_from_source(str(module)))
        # https://peps.python.org/pep-0552/: found by hash and not compared with the source.
        assert compiled.read_bytes()[4:8] == b"\1\0\0\0", module


def test_sources_with_other_times_need_no_compiling(installed: Installed) -> None:
    for module in modules(installed):
        os.utime(module, (0, 0))
    python = installed.home / "bin" / "python"
    done = subprocess.run(
        [python, "-v", "-B", "-c", "import tf_helper.result, httpcore; from pydantic import BaseModel"],
        capture_output=True,
        check=True,
    )
    loaded = [line for line in done.stderr.decode().splitlines() if line.startswith("# code object from ")]
    ours = [line for line in loaded if "site-packages" in line]
    assert len(ours) > 50
    assert all(line.endswith(".pyc'") for line in ours)


def test_every_user_can_read_and_run_it_whatever_the_umask(installed: Installed) -> None:
    for path in installed.home.rglob("*"):
        mode = path.stat().st_mode
        assert mode & 0o004, path
        assert not mode & 0o022, path
        assert mode & 0o001 or not path.is_dir(), path
    assert installed.program.stat().st_mode & 0o001


def test_a_second_run_changes_nothing(installed: Installed) -> None:
    home = installed.home
    for spelling in (home, home.parent / ".." / home.parent.name / home.name):
        assert installed.install(TF_HELPER_HOME=f"/{spelling}").returncode == 0
        assert installed.answers()
    assert installed.program.readlink() == installed.home / "bin" / "tf-helper"


def test_a_wheel_with_another_hash_is_refused_and_the_program_stays_as_it_was(
    installed: Installed, tmp_path: Path
) -> None:
    changed = shutil.copytree(installed.wheels, tmp_path / "wheels")
    (httpcore,) = changed.glob("httpcore-*.whl")
    with zipfile.ZipFile(httpcore, "a") as archive:
        archive.writestr("httpcore/changed.py", "")
    before = list(installed.home.parent.iterdir())
    done = installed.install(changed)
    assert done.returncode != 0
    assert "do not match the hashes" in done.stderr.lower()
    assert installed.answers()
    assert list(installed.home.parent.iterdir()) == before


def virtual_environment(home: Path) -> None:
    home.mkdir()
    (home / "pyvenv.cfg").touch()
    (home / "bin").mkdir()
    (home / "bin/tf-helper").touch()


def with_a_file(home: Path) -> None:
    home.mkdir()
    (home / "precious").touch()


def link(home: Path) -> None:
    home.symlink_to("elsewhere")


@pytest.mark.parametrize("make", [virtual_environment, with_a_file, link, Path.touch], ids=lambda make: make.__name__)
def test_what_it_did_not_make_is_left_alone(make: Callable[[Path], None], installed: Installed, tmp_path: Path) -> None:
    make(tmp_path / "home")
    before = list(tmp_path.rglob("*"))
    done = installed.install(TF_HELPER_HOME=f"{tmp_path}/home/")
    assert done.returncode == 1
    assert f"{tmp_path}/home is not a directory that this script has made" in done.stderr
    assert list(tmp_path.rglob("*")) == before
    assert installed.answers()


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ({"TF_HELPER_HOME": "opt"}, 'TF_HELPER_HOME is "opt", it must be an absolute path'),
        ({"TF_HELPER_HOME": "/"}, 'TF_HELPER_HOME is "", it must be an absolute path'),
        ({"TF_HELPER_BIN": "./bin"}, 'TF_HELPER_BIN is "./bin", it must be an absolute path'),
        (
            {"TF_HELPER_HOME": "/missing/opt", "TF_HELPER_BIN": "/missing/opt/bin/"},
            'TF_HELPER_BIN is "/missing/opt/bin", where the program itself is',
        ),
    ],
)
def test_places_that_would_give_a_dangling_link_are_refused(
    places: dict[str, str], message: str, installed: Installed
) -> None:
    done = installed.install(None, **places)
    assert done.returncode == 1
    assert message in done.stderr
    assert installed.answers()


@pytest.mark.parametrize(
    ("script", "argument", "status", "message"),
    [
        ("install.sh", "--help", 0, "usage: sh install.sh; it takes no arguments, "),
        ("install.sh", "next", 1, 'install.sh: unexpected argument "next"; usage: '),
        ("wheels.sh", "--help", 0, "usage: sh wheels.sh FOLDER "),
        ("wheels.sh", "", 2, "wheels.sh: the first argument must be the folder to fill; usage: "),
        ("wheels.sh", "--quiet", 2, "wheels.sh: the first argument must be the folder to fill; usage: "),
    ],
)
def test_arguments_that_they_do_not_know_do_nothing(
    script: str, argument: str, status: int, message: str, tmp_path: Path
) -> None:
    command = ["sh", str(PROVISIONER / script), *argument.split()]
    environment = os.environ | {"TF_HELPER_HOME": f"{tmp_path}/opt", "TF_HELPER_BIN": f"{tmp_path}/bin"}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, (done.stdout + done.stderr).startswith(message)) == (status, True), done
    assert list(tmp_path.iterdir()) == []


def test_wheels_of_something_else_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "other-1.0-py3-none-any.whl").touch()
    done = subprocess.run(["sh", PROVISIONER / "wheels.sh", tmp_path], capture_output=True, text=True, check=False)
    assert (done.returncode, "name another folder" in done.stderr) == (1, True), done
    assert [file.name for file in tmp_path.iterdir()] == ["other-1.0-py3-none-any.whl"]


def test_it_works_again_after_the_systems_python_has_changed(installed: Installed) -> None:
    python = installed.home / "bin" / "python3"
    python.unlink()
    python.symlink_to("/missing/python3")
    home = installed.home
    for spelling in (home, home.parent / ".." / home.parent.name / home.name):
        assert installed.install(TF_HELPER_HOME=f"/{spelling}").returncode == 0
        assert installed.answers()


def test_a_checkout_is_installed_and_no_package_index_is_asked_for_its_name(
    installed: Installed, tmp_path: Path
) -> None:
    # What pip would find under the name, if it looked.
    index = shutil.copytree(installed.wheels, tmp_path / "index")
    (ours,) = index.glob("tf_helper-*.whl")
    ours.rename(index / "tf_helper-99.0.0-py3-none-any.whl")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", f"--dest={index}"),
            *("--requirement", PROVISIONER / "build-requirements.txt"),
        ],
        check=True,
    )
    checkout = released_as("1.0.1", tmp_path)
    settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)}
    done = installed.install(checkout / PROVISIONER.relative_to(ROOT), **settings)
    assert done.returncode == 0, done.stderr
    assert "\ntf-helper 1.0.1\n" in done.stdout
    assert installed.answers()


def test_anywhere_else_it_says_what_it_needs(installed: Installed, tmp_path: Path) -> None:
    shutil.copy(PROVISIONER / "install.sh", tmp_path)
    done = installed.install(tmp_path)
    assert done.returncode == 1
    assert done.stderr.endswith("is neither in a checkout of tf-helper nor a folder that wheels.sh has filled\n")


@pytest.mark.parametrize("name", ["requirements.txt", "build-requirements.txt"])
def test_the_requirements_are_those_of_the_package(name: str) -> None:
    listed = dict(re.findall(r"^([\w-]+)==(\S+)", (PROVISIONER / name).read_text(), re.MULTILINE))
    project = ProjectMetadata(str(ROOT), PluginManager())
    for text in project.build.requires if name.startswith("build-") else project.core.dependencies:
        requirement = Requirement(text)
        assert requirement.specifier.contains(listed[requirement.name]), text
