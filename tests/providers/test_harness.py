"""How the harness runs Terraform: what goes in, and what comes out when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.terraform import TerraformError

if TYPE_CHECKING:
    from tests.providers.conftest import Project

CONFIGURATION = 'variable "this" {}\noutput "this" { value = var.this }'


def test_an_error_names_the_command_and_what_terraform_said(project: Project) -> None:
    terraform = project(CONFIGURATION)
    with pytest.raises(TerraformError) as raised:
        terraform.plan("-target=nowhere")
    assert "`terraform plan -no-color -json -input=false -target=nowhere` ended with status 1" in str(raised.value)
    assert 'Invalid target "nowhere"' in str(raised.value)


def test_a_test_that_fails_is_an_error(project: Project) -> None:
    terraform = project(CONFIGURATION)
    (terraform.directory / "main.tftest.hcl").write_text("""
        variables { this = "odd" }
        run "even" {
          assert {
            condition     = output.this == "even"
            error_message = "It is odd."
          }
        }
    """)
    with pytest.raises(TerraformError, match="It is odd"):
        terraform.test()


def test_variables_of_any_type_and_with_any_characters_arrive_as_they_are(project: Project) -> None:
    terraform = project(CONFIGURATION)
    value = {"text": "'\"\\ ${a} %{b}\n\u2028é", "list": [1, True, None]}
    terraform.apply(variables={"this": value})
    assert terraform.outputs() == {"this": value}
