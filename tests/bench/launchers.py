"""`tf-helper` started in other ways than by the path of the installed script."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipapp
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import tf_helper
from tests.bench.case import ENVIRONMENT, Case, LeftOut, missing
from tests.bench.programs import good_query

if TYPE_CHECKING:
    from tests.bench.case import Command


def launchers(program: Path, scratch: Path) -> list[Case | LeftOut]:
    """Make the cases, with what they need in a directory of their own. Each answers the good query."""
    command = good_query(program)
    return [
        _without_pyc(command, program.with_name("python"), scratch / "pyc"),
        _pyenv(command, program.parents[1], scratch / "pyenv"),
        _uv(command, program.parents[1], scratch / "uv"),
        _zip(command, program.with_name("python"), scratch / "zip"),
    ]


def _without_pyc(command: Command, python: Path, cache: Path) -> Case | LeftOut:
    # Everything is compiled into a cache of its own, and all but the standard library removed again.
    replace(command, environment={"PYTHONPYCACHEPREFIX": str(cache)}).run()
    script = "import sysconfig; print(sysconfig.get_path('stdlib'))"
    library = Path(subprocess.check_output([python, "-I", "-c", script], text=True).strip()).relative_to("/")
    for pyc in cache.rglob("*.pyc"):
        if not pyc.is_relative_to(cache / library) or "site-packages" in pyc.parts:
            pyc.unlink()
    environment = {"PYTHONPYCACHEPREFIX": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    return Case("without `.pyc` files", replace(command, environment=environment))


def _pyenv(command: Command, installation: Path, root: Path) -> Case | LeftOut:
    name = "through a pyenv shim"
    if because := missing("pyenv"):
        return LeftOut(name, because)
    versions = root / "versions"
    versions.mkdir(parents=True)
    (versions / "bench").symlink_to(installation)
    environment = {"PYENV_ROOT": str(root), "PYENV_VERSION": "bench"}
    subprocess.run(["pyenv", "rehash"], env=ENVIRONMENT | environment, check=True)
    return Case(name, replace(command, argv=(str(root / "shims/tf-helper"),), environment=environment))


def _uv(command: Command, installation: Path, cache: Path) -> Case | LeftOut:
    name = "through `uv run`"
    uv = shutil.which("uv", path=f"{installation}/bin{os.pathsep}{ENVIRONMENT['PATH']}")
    if not uv:
        return LeftOut(name, "no uv")
    environment = {"VIRTUAL_ENV": str(installation), "UV_CACHE_DIR": str(cache)}
    argv = (uv, "run", "--offline", "--no-project", "tf-helper")
    return Case(name, replace(command, argv=argv, environment=environment))


def _zip(command: Command, python: Path, scratch: Path) -> Case | LeftOut:
    # What tf-helper depends on stays where it is installed: compiled modules cannot be imported from a zip file.
    shutil.copytree(
        Path(tf_helper.__file__).parent, scratch / "source/tf_helper", ignore=shutil.ignore_patterns("__pycache__")
    )
    archive = scratch / "tf-helper.pyz"
    zipapp.create_archive(scratch / "source", archive, interpreter=str(python), main="tf_helper.__main__:run")
    return Case("from a zip file", replace(command, argv=(str(archive),)))
