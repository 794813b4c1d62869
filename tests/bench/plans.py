"""`terraform plan` with tf-helper, and with a program that answers the same and does nothing else."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.bench.case import Case, Command, have
from tests.harness.terraform import Terraform, copy_module

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.terraform import Providers

REFERENCE = "with a program that prints the same answer"
NAMES = (REFERENCE, "with `tf-helper`")


@contextmanager
def plans(program: Path, scratch: Path, providers: Providers) -> Iterator[list[Case]]:
    """Make the cases; the first is the one that the other is compared with."""
    if not have("terraform"):
        yield []
        return
    directory = copy_module(scratch / "module") / "examples/basic"
    answer = scratch / "answer.json"
    recording, canned, real = (scratch / name for name in ("recording", "canned", "real"))
    _write_program(recording, f"'{program}' | tee '{answer}'")
    _write_program(canned, f"cat '{answer}'")
    real.mkdir()
    (real / "tf-helper").symlink_to(program)
    with (
        Terraform(directory, {"PATH": _first(canned)}, providers=providers) as without,
        Terraform(directory, {"PATH": _first(real)}, providers=providers) as with_helper,
        Terraform(directory, {"PATH": _first(recording)}, providers=providers) as first,
    ):
        first.init()
        first.plan()
        yield [Case(name, _plan(terraform)) for name, terraform in zip(NAMES, (without, with_helper), strict=True)]


def _plan(terraform: Terraform) -> Command:
    argv = ("terraform", f"-chdir={terraform.directory}", "plan", "-input=false", "-no-color")
    return Command(argv, environment=terraform.environment, says="Plan: 2 to add")


def _write_program(directory: Path, body: str) -> None:
    directory.mkdir()
    program = directory / "tf-helper"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)


def _first(directory: Path) -> str:
    return f"{directory}{os.pathsep}{os.environ['PATH']}"
