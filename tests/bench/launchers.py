"""`tf-helper` started in other ways than by the path of the installed script."""

from __future__ import annotations

import shutil
import subprocess
import zipapp
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import tf_helper
from tests.bench.case import ENVIRONMENT, Case, have
from tests.bench.programs import good_query

if TYPE_CHECKING:
    from tests.bench.case import Command


def launchers(program: Path, scratch: Path) -> list[Case]:
    """Make the cases, with what they need in a directory of their own. Each answers the good query."""
    command = good_query(program)
    python, installation = program.with_name("python"), program.parents[1]
    return [
        _without_pyc(command, python, scratch / "pyc"),
        *([_pyenv(command, installation, scratch / "pyenv")] if have("pyenv") else []),
        *([_uv(command, installation, scratch / "uv")] if have("uv") else []),
        _zip(command, python, scratch / "zip"),
    ]


def _without_pyc(command: Command, python: Path, cache: Path) -> Case:
    # Everything is compiled into a cache of its own, and all but the standard library removed again.
    replace(command, environment={"PYTHONPYCACHEPREFIX": str(cache)}).run()
    script = "import sysconfig; print(sysconfig.get_path('stdlib'))"
    library = Path(subprocess.check_output([python, "-I", "-c", script], text=True).strip()).relative_to("/")
    for pyc in cache.rglob("*.pyc"):
        if not pyc.is_relative_to(cache / library) or "site-packages" in pyc.parts:
            pyc.unlink()
    environment = {"PYTHONPYCACHEPREFIX": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    return Case("without `.pyc` files", replace(command, environment=environment))


def _pyenv(command: Command, installation: Path, root: Path) -> Case:
    versions = root / "versions"
    versions.mkdir(parents=True)
    (versions / "bench").symlink_to(installation)
    environment = {"PYENV_ROOT": str(root), "PYENV_VERSION": "bench"}
    subprocess.run(["pyenv", "rehash"], env=ENVIRONMENT | environment, check=True)
    return Case(
        "through a pyenv shim", replace(command, argv=(str(root / "shims/tf-helper"),), environment=environment)
    )


def _uv(command: Command, installation: Path, cache: Path) -> Case:
    environment = {"VIRTUAL_ENV": str(installation), "UV_CACHE_DIR": str(cache)}
    argv = ("uv", "run", "--offline", "--no-project", "tf-helper")
    return Case("through `uv run`", replace(command, argv=argv, environment=environment))


def _zip(command: Command, python: Path, scratch: Path) -> Case:
    # What tf-helper depends on stays where it is installed: compiled modules cannot be imported from a zip file.
    shutil.copytree(
        Path(tf_helper.__file__).parent, scratch / "source/tf_helper", ignore=shutil.ignore_patterns("__pycache__")
    )
    archive = scratch / "tf-helper.pyz"
    zipapp.create_archive(scratch / "source", archive, interpreter=str(python), main="tf_helper.__main__:run")
    return Case("from a zip file", replace(command, argv=(str(archive),)))
