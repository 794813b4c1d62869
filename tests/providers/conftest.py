from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.harness.terraform import MakeTerraform, Terraform

PROVIDERS = """
terraform {
  required_providers {
    coder    = { source = "coder/coder" }
    external = { source = "hashicorp/external" }
    local    = { source = "hashicorp/local" }
  }
}
"""


class Project(Protocol):
    def __call__(self, configuration: str, environment: Mapping[str, str] | None = None) -> Terraform:
        """Write a configuration into a directory of its own and initialise it."""


@pytest.fixture
def project(make_terraform: MakeTerraform, tmp_path: Path) -> Project:
    directory = tmp_path / "project"

    def make(configuration: str, environment: Mapping[str, str] | None = None) -> Terraform:
        directory.mkdir()
        (directory / "main.tf").write_text(PROVIDERS + configuration)
        terraform = make_terraform(directory, environment)
        terraform.init()
        return terraform

    return make
