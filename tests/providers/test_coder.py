"""The workspace and its agent: the same with the stand-in and, under --real-providers, with coder/coder."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from tests.harness.terraform_json import NO_CHANGES, Changes

if TYPE_CHECKING:
    from tests.harness.terraform import MakeTerraform
    from tests.providers.conftest import Project

WORKSPACE = """
data "coder_workspace" "me" {}
data "coder_workspace_owner" "me" {}
output "workspace" { value = data.coder_workspace.me }
output "owner" {
  value     = data.coder_workspace_owner.me
  sensitive = true
}
"""

AGENT = """
variable "os" { default = "linux" }
variable "script" { default = "true" }
resource "coder_agent" "main" {
  arch = "amd64"
  os   = var.os
  env  = { GREETING = "hello" }
  metadata {
    key      = "load"
    script   = "uptime"
    interval = 10
  }
}
resource "coder_script" "setup" {
  agent_id     = coder_agent.main.id
  display_name = "Setup"
  script       = var.script
  run_on_start = true
}
resource "coder_env" "greeting" {
  agent_id = coder_agent.main.id
  name     = "GREETING"
  value    = "hello"
}
output "agent_id" { value = coder_agent.main.id }
output "script" { value = coder_script.setup }
output "env" { value = coder_env.greeting }
"""


def test_without_coder_variables_a_made_up_workspace_starts(project: Project) -> None:
    terraform = project(WORKSPACE)
    terraform.apply()
    outputs = terraform.outputs()
    assert (
        outputs["workspace"].items()
        >= {
            "access_port": 443,
            "access_url": "https://mydeployment.coder.com",
            "is_prebuild": False,
            "name": "default",
            "prebuild_count": 0,
            "start_count": 1,
            "template_name": "",
            "transition": "start",
        }.items()
    )
    assert (
        outputs["owner"].items()
        >= {
            "email": "default@example.com",
            "full_name": "default",
            "name": "default",
            "session_token": "",
        }.items()
    )
    assert not outputs["owner"]["groups"]


def test_the_values_are_those_of_the_environment(project: Project) -> None:
    terraform = project(
        WORKSPACE,
        {
            "CODER_AGENT_URL": "http://coder.example.com:3000/path/",
            "CODER_WORKSPACE_ID": "8a1ebfb2-1d0a-4a55-a3d4-4a0e2a1d8b1f",
            "CODER_WORKSPACE_NAME": "dev",
            "CODER_WORKSPACE_OWNER": "ada",
            "CODER_WORKSPACE_OWNER_GROUPS": '["admins"]',
            "CODER_WORKSPACE_OWNER_SESSION_TOKEN": "token",
        },
    )
    terraform.apply()
    outputs = terraform.outputs()
    assert (
        outputs["workspace"].items()
        >= {
            "access_port": 3000,
            "access_url": "http://coder.example.com:3000/path/",
            "id": "8a1ebfb2-1d0a-4a55-a3d4-4a0e2a1d8b1f",
            "name": "dev",
        }.items()
    )
    assert outputs["owner"].items() >= {"name": "ada", "session_token": "token"}.items()
    assert outputs["owner"]["groups"] == ["admins"]


def test_the_callers_own_coder_variables_stay_out(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODER_WORKSPACE_OWNER_SESSION_TOKEN", "the caller's")
    terraform = project(WORKSPACE)
    terraform.apply()
    assert terraform.outputs()["owner"]["session_token"] == ""


def test_instances_side_by_side_have_a_workspace_each(project: Project, make_terraform: MakeTerraform) -> None:
    one = project(WORKSPACE, {"CODER_WORKSPACE_NAME": "one"})
    two = make_terraform(one.directory, {"CODER_WORKSPACE_NAME": "two"})
    for terraform, name in ((one, "one"), (two, "two"), (one, "one")):
        terraform.apply()
        assert terraform.outputs()["workspace"]["name"] == name


def test_a_url_in_the_configuration_goes_before_the_environment(project: Project) -> None:
    configuration = WORKSPACE + 'provider "coder" { url = "https://configured.example.com" }'
    terraform = project(configuration, {"CODER_AGENT_URL": "https://environment.example.com"})
    terraform.apply()
    assert terraform.outputs()["workspace"]["access_url"] == "https://configured.example.com"


def test_an_empty_url_is_refused(project: Project) -> None:
    (error,) = project(WORKSPACE + 'provider "coder" { url = "" }').plan(check=False).errors
    assert "CODER_AGENT_URL must not be empty" in error


def test_the_session_token_is_sensitive(project: Project) -> None:
    terraform = project(WORKSPACE + 'output "bare" { value = data.coder_workspace_owner.me.session_token }')
    (error,) = terraform.plan(check=False).errors
    assert "Output refers to sensitive values" in error


@pytest.mark.parametrize("transition", ["stop", "delete"])
def test_a_workspace_that_does_not_start_has_a_start_count_of_0(project: Project, transition: str) -> None:
    terraform = project(WORKSPACE, {"CODER_WORKSPACE_TRANSITION": transition})
    terraform.apply()
    assert terraform.outputs()["workspace"]["start_count"] == 0
    assert terraform.outputs()["workspace"]["transition"] == transition


def test_a_started_workspace_can_be_stopped(project: Project) -> None:
    terraform = project("""
        data "coder_workspace" "me" {}
        resource "coder_agent" "main" {
          count = data.coder_workspace.me.start_count
          arch  = "amd64"
          os    = "linux"
        }
    """)
    assert terraform.apply().changes == Changes(1, 0, 0)
    terraform.environment["CODER_WORKSPACE_TRANSITION"] = "stop"
    assert terraform.apply().changes == Changes(0, 0, 1)


def test_an_agent_has_no_id_before_it_exists(project: Project) -> None:
    terraform = project(AGENT)
    terraform.plan(out="saved")
    changes = {change["address"]: change["change"] for change in terraform.show("saved")["resource_changes"]}
    assert changes["coder_agent.main"]["after_unknown"]["id"] is True
    assert changes["coder_script.setup"]["after_unknown"]["agent_id"] is True


def test_a_data_source_that_needs_the_agent_is_read_when_the_agent_exists(project: Project) -> None:
    terraform = project(
        AGENT
        + """
        data "external" "agent" {
          program = ["sh", "-c", "tee -a read"]
          query   = { agent_id = coder_agent.main.id }
        }
        output "read" { value = data.external.agent.result.agent_id }
        """
    )
    terraform.plan(out="saved")
    assert not (terraform.directory / "read").exists()
    terraform.apply(plan="saved")
    outputs = terraform.outputs()
    assert outputs["read"] == outputs["agent_id"]


def test_an_agent_gets_a_uuid_that_its_script_and_variable_carry(project: Project) -> None:
    terraform = project(AGENT)
    assert terraform.apply().changes == Changes(3, 0, 0)
    outputs = terraform.outputs()
    assert str(UUID(outputs["agent_id"])) == outputs["agent_id"]
    assert outputs["script"]["agent_id"] == outputs["env"]["agent_id"] == outputs["agent_id"]


def test_a_second_apply_changes_nothing(project: Project) -> None:
    terraform = project(AGENT)
    terraform.apply()
    agent_id = terraform.outputs()["agent_id"]
    assert terraform.apply().changes == NO_CHANGES
    assert terraform.outputs()["agent_id"] == agent_id


def test_what_is_not_set_has_the_defaults_of_the_provider(project: Project) -> None:
    terraform = project(AGENT)
    terraform.apply()
    outputs = terraform.outputs()
    assert (
        outputs["script"].items()
        >= {
            "cron": None,
            "icon": None,
            "log_path": None,
            "run_on_stop": False,
            "start_blocks_login": False,
            "timeout": 0,
        }.items()
    )
    assert outputs["env"]["merge_strategy"] == "replace"


def test_a_changed_script_is_replaced(project: Project) -> None:
    terraform = project(AGENT)
    terraform.apply()
    assert terraform.apply(variables={"script": "false"}).changes == Changes(1, 0, 1)
    assert terraform.outputs()["script"]["script"] == "false"


def test_a_replaced_agent_replaces_what_hangs_on_it(project: Project) -> None:
    terraform = project(AGENT)
    terraform.apply()
    assert terraform.apply(variables={"os": "darwin"}).changes == Changes(3, 0, 3)


def test_a_script_that_never_runs_is_refused_at_apply(project: Project) -> None:
    terraform = project("""
        resource "coder_script" "never" {
          agent_id     = ""
          display_name = "Never"
          script       = "true"
        }
    """)
    terraform.plan()
    (error,) = terraform.apply(check=False).errors
    assert "at least one of `run_on_start`, `run_on_stop`, or `cron` must be set" in error


def test_destroy_leaves_nothing(project: Project) -> None:
    terraform = project(AGENT)
    terraform.apply()
    assert terraform.destroy().changes == Changes(0, 0, 3)
    assert "values" not in terraform.show()


ORDER = """
data "coder_script_order" "setup" {
  rule {
    run   = ["module.tool"]
    after = ["coder_script.setup", "module.proxy"]
    %s
  }
}
output "rule" { value = one(data.coder_script_order.setup.rule) }
"""


def test_an_order_of_scripts_is_known_at_plan(project: Project) -> None:
    terraform = project(ORDER % "")
    terraform.plan(out="saved")
    rule = terraform.show("saved")["planned_values"]["outputs"]["rule"]["value"]
    assert (rule["run"], rule["after"]) == (["module.tool"], ["coder_script.setup", "module.proxy"])
    assert (rule["requires"], rule["phase"] or "") == ("success", "")


@pytest.mark.parametrize("setting", ['requires = "luck"', 'phase = "middle"'])
def test_an_order_of_scripts_of_another_kind_is_refused(setting: str, project: Project) -> None:
    (error,) = project(ORDER % setting).plan(check=False).errors
    assert setting.partition(" ")[0] in error
