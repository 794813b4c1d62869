"""`install.sh` of the provisioner's example, run without a network."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.package.conftest import PROVISIONER
from tf_helper import __version__

pytestmark = pytest.mark.package


class Installed(NamedTuple):
    home: Path
    program: Path
    """The link on PATH."""
    wheels: Path

    def install(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        places = {"TF_HELPER_HOME": str(self.home), "TF_HELPER_BIN": str(self.program.parent)}
        path = f"{sys.base_prefix}/bin{os.pathsep}{os.environ['PATH']}"
        shell = ["busybox", "sh"] if shutil.which("busybox") else ["sh"]  # as on Alpine, if that can be had
        offline = ("--no-index", f"--find-links={self.wheels}")
        return subprocess.run(
            [*shell, PROVISIONER / "install.sh", *offline, *arguments],
            env=os.environ | {"PATH": path} | places | environment,
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
    done = installed.install("tf-helper", PIP_NO_COMPILE="1", PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f"\ntf-helper {__version__}\n")
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
        [python, "-v", "-B", "-c", "import tf_helper.result, httpx; from pydantic import BaseModel"],
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
    assert installed.install("tf-helper").returncode == 0
    assert installed.answers()


def test_a_failing_update_leaves_the_program_as_it_was(installed: Installed) -> None:
    done = installed.install("tf-helper==99")
    assert done.returncode != 0
    assert "No matching distribution found for tf-helper==99" in done.stderr
    assert installed.answers()
