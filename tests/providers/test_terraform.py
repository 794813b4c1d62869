"""What Terraform itself makes of the providers: its test command, mocks and checks, and how the harness tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.terraform import TerraformError

if TYPE_CHECKING:
    from tests.harness.terraform import Terraform
    from tests.harness.terraform_json import RunBlock
    from tests.providers.conftest import Project

CONFIGURATION = """
variable "text" { default = "fine" }
data "coder_workspace" "me" {}
resource "coder_agent" "main" {
  arch = "amd64"
  os   = "linux"
}
data "external" "this" {
  program = data.coder_workspace.me.start_count == 1 ? ["cat"] : ["sh", "-c", "echo {}"]
  query   = { text = var.text }
}
check "text" {
  assert {
    condition     = lookup(data.external.this.result, "text", "") != "odd"
    error_message = "The text is odd."
  }
}
output "result" { value = data.external.this.result }
output "start_count" { value = data.coder_workspace.me.start_count }
"""


def run_tests(terraform: Terraform, text: str, file: str = "promises.tftest.hcl") -> list[RunBlock]:
    path = terraform.directory / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return terraform.test(file)


def test_every_run_block_is_reported_with_its_status_and_what_it_said(project: Project) -> None:
    holds, broken, impossible = run_tests(
        project(CONFIGURATION),
        """
        run "holds" {
          assert {
            condition     = output.result == tomap({ text = "fine" })
            error_message = "never seen"
          }
        }
        run "broken" {
          assert {
            condition     = output.start_count == 2
            error_message = "It started once."
          }
        }
        run "impossible" {
          variables { text = file("no-such-file") }
        }
        """,
    )
    assert (holds.name, holds.status, holds.diagnostics) == ("holds", "pass", ())
    assert (broken.name, broken.status) == ("broken", "fail")
    assert "It started once." in "".join(broken.diagnostics)
    assert (impossible.name, impossible.status) == ("impossible", "error")


def test_a_mocked_coder_provider_starts_nothing(project: Project) -> None:
    (run,) = run_tests(
        project(CONFIGURATION),
        """
        mock_provider "coder" {}
        run "mocked" {
          assert {
            condition     = output.start_count == 0 && length(output.result) == 0
            error_message = "It started."
          }
        }
        """,
        "tests/mocked.tftest.hcl",
    )
    assert run.status == "pass", run.diagnostics


def test_a_data_source_can_be_overridden(project: Project) -> None:
    (run,) = run_tests(
        project(CONFIGURATION),
        """
        run "overridden" {
          override_data {
            target = data.coder_workspace.me
            values = { start_count = 7 }
          }
          assert {
            condition     = output.start_count == 7
            error_message = "It is not overridden."
          }
        }
        """,
    )
    assert run.status == "pass", run.diagnostics


def test_a_failed_check_is_a_warning_in_plan_and_apply(project: Project) -> None:
    terraform = project(CONFIGURATION)
    for outcome in (terraform.plan(variables={"text": "odd"}), terraform.apply(variables={"text": "odd"})):
        assert not outcome.errors
        (warning,) = outcome.warnings
        assert "The text is odd." in warning


def test_a_failed_check_is_an_error_in_a_run_block_that_does_not_expect_it(project: Project) -> None:
    expected, unexpected, after = run_tests(
        project(CONFIGURATION),
        """
        variables { text = "odd" }
        run "expected" {
          expect_failures = [check.text]
        }
        run "unexpected" {}
        run "after" {}
        """,
    )
    assert expected.status == "pass", expected.diagnostics
    assert unexpected.status == "error"
    assert "The text is odd." in "".join(unexpected.diagnostics)
    assert after.status == "skip"


def test_a_test_file_that_cannot_be_loaded_is_an_error(project: Project) -> None:
    with pytest.raises(TerraformError, match="Unsupported block type"):
        run_tests(project(CONFIGURATION), "walk {}")


def test_an_error_tells_the_command_and_what_terraform_said(project: Project) -> None:
    terraform = project(CONFIGURATION)
    with pytest.raises(TerraformError) as raised:
        terraform.plan("-target=nowhere")
    assert "`terraform plan -no-color -json -input=false -target=nowhere` ended with status 1" in str(raised.value)
    assert 'Invalid target "nowhere"' in str(raised.value)


def test_variables_of_any_type_and_with_any_characters_arrive_as_they_are(project: Project) -> None:
    terraform = project('variable "this" {}\noutput "this" { value = var.this }')
    value = {"text": "'\"\\ ${a} %{b}\n\u2028é", "list": [1, True, None]}
    terraform.apply(variables={"this": value})
    assert terraform.outputs() == {"this": value}
