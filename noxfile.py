"""Tests the wheel away from the checkout: `make build`, then `nox`.

On every Python that pyproject.toml names and this machine has, with the oldest and the newest libraries that it allows.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import nox

DIST = Path(__file__).parent / "dist"
PROJECT = nox.project.load_toml("pyproject.toml")

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False

if shutil.which("pyenv"):
    # Its shims then answer for every installed version, not only for the selected one.
    versions = subprocess.check_output(["pyenv", "versions", "--bare"], text=True)  # noqa: S607 - found on PATH
    os.environ["PYENV_VERSION"] = ":".join(versions.split())


@nox.session(python=nox.project.python_versions(PROJECT))
@nox.parametrize("libraries", ["lowest-direct", "highest"], ids=["oldest", "newest"])
def package(session: nox.Session, libraries: str) -> None:
    """Install the wheel into an empty environment and run the tests that need no Terraform."""
    (wheel,), (sdist,) = DIST.glob("*.whl"), DIST.glob("*.tar.gz")
    scratch = Path(session.create_tmp()).resolve()
    constraints = scratch / "constraints.txt"
    # Wheels only, as on a provisioner, which has no compiler.
    options = ("--quiet", "--no-build", f"--resolution={libraries}", f"--output-file={constraints}")
    session.run("uv", "pip", "compile", *options, "pyproject.toml", external=True)
    session.install("--no-build", f"--constraints={constraints}", str(wheel))

    # The tests come out of the sdist, and the package only out of the wheel.
    with tarfile.open(sdist) as archive:
        archive.extractall(scratch, filter="data")
    source = scratch / sdist.name.removesuffix(".tar.gz")
    shutil.rmtree(source / "tf_helper")
    session.chdir(source)

    # Nothing but the wheel and what it depends on is in the environment yet: pytest runs in ours.
    process = ("tests/protocol/test_program.py", f"--tf-helper={session.bin}/tf-helper")
    session.run(sys.executable, "-m", "pytest", "-q", *process, external=True)
    session.install(f"--constraints={constraints}", *nox.project.dependency_groups(PROJECT, "test"))
    tests = ["tests/fetch", "tests/protocol", "tests/values"]
    if libraries == "lowest-direct":
        # These take longest; with the newest libraries `make test` runs them.
        tests += ["tests/commands", "tests/doctor"]
    session.run("pytest", "-q", "--numprocesses=2", *tests)
