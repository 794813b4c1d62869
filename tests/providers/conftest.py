from __future__ import annotations

import json
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


def data(kind: str, **arguments: object) -> str:
    """Return the HCL of a data source `this` of that kind, with an output of the same name."""
    # JSON strings and lists are HCL too, where they hold no template.
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in arguments.items())
    return f'\ndata "{kind}" "this" {{\n{lines}\n}}\noutput "this" {{ value = data.{kind}.this }}\n'


def error_of_plan(terraform: Terraform) -> str:
    """Return the one error that a plan ends with."""
    (error,) = terraform.plan(check=False).errors
    return error


class Project(Protocol):
    def __call__(self, configuration: str, environment: Mapping[str, str] | None = None) -> Terraform:
        """Write a configuration into a directory of its own and initialize it."""


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
