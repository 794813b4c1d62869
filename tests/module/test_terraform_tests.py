"""The module's own `terraform test` files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.terraform import MODULE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.terraform import MakeTerraform

FILES = sorted(file.name for file in (MODULE / "tests").glob("*.tftest.hcl"))


@pytest.mark.parametrize("file", FILES)
def test_every_run_of_the_file_passes(file: str, make_terraform: MakeTerraform, module_copy: Path) -> None:
    terraform = make_terraform(module_copy)
    terraform.init()
    runs = terraform.test(f"tests/{file}")
    failed = [f"{run.name}: {run.status}\n" + "\n".join(run.diagnostics) for run in runs if run.status != "pass"]
    assert runs
    assert not failed, "\n\n".join(failed)


@pytest.mark.parametrize(
    "directory", [".", *sorted(f"examples/{found.parent.name}" for found in (MODULE / "examples").glob("*/main.tf"))]
)
def test_the_configuration_is_valid(directory: str, make_terraform: MakeTerraform, module_copy: Path) -> None:
    terraform = make_terraform(module_copy / directory)
    terraform.init()
    terraform.validate()


def test_the_hcl_is_formatted(make_terraform: MakeTerraform) -> None:
    done = make_terraform(MODULE).run("fmt", "-check", "-recursive", "-diff", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
