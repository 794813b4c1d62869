"""A provisioner without a way to the registries, as its example describes it."""

from __future__ import annotations

import platform
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.package.conftest import PROVISIONER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.terraform import MakeTerraform, Terraform

VERSIONS = {"coder/coder": "2.15.0", "hashicorp/external": "2.3.5"}


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """Make the folder that `terraform providers mirror` makes; `terraform init` does not start what is in it."""
    folder = tmp_path / "providers"
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    for source, version in VERSIONS.items():
        name = f"terraform-provider-{source.partition('/')[2]}"
        package = folder / "registry.terraform.io" / source / f"{name}_{version}_linux_{machine}.zip"
        package.parent.mkdir(parents=True)
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr(zipfile.ZipInfo(f"{name}_v{version}"), "#!/bin/sh\n")
    return folder


@pytest.fixture
def air_gapped(mirror: Path, make_terraform: MakeTerraform, module_copy: Path, tmp_path: Path) -> Terraform:
    """Terraform with the example's CLI configuration."""
    configuration = (PROVISIONER / "terraform.tfrc").read_text()
    assert configuration.count("/opt/terraform/providers") == 1
    file = tmp_path / "terraform.tfrc"
    file.write_text(configuration.replace("/opt/terraform/providers", str(mirror)))
    return make_terraform(module_copy, {"TF_CLI_CONFIG_FILE": str(file), "TF_REATTACH_PROVIDERS": ""})


def test_terraform_takes_all_providers_of_the_module_from_the_mirror(air_gapped: Terraform) -> None:
    done = air_gapped.run("init", "-input=false")
    assert dict(re.findall(r"Installed (\S+) v(\S+) \(", done.stdout)) == VERSIONS


def test_terraform_looks_nowhere_else(air_gapped: Terraform, mirror: Path) -> None:
    for package in mirror.rglob("*external*.zip"):
        package.unlink()
    done = air_gapped.run("init", "-input=false", check=False)
    assert done.returncode != 0
    assert "was not found in any of the search locations" in " ".join(done.stderr.split())
    assert f"- {mirror}" in done.stderr
    assert "could not connect to" not in done.stderr
