"""The workspace and its agent: the same with the stand-in and, under --real-providers, with coder/coder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.terraform_json import NO_CHANGES, Changes

if TYPE_CHECKING:
    from tests.providers.conftest import Project

WORKSPACE = """
data "coder_workspace" "me" {}
data "coder_workspace_owner" "me" {}
output "found" {
  value = [
    data.coder_workspace.me.access_url,
    data.coder_workspace.me.transition,
    data.coder_workspace.me.start_count,
    nonsensitive(data.coder_workspace_owner.me.session_token),
  ]
}
"""

AGENT = """
variable "script" { default = "true" }
resource "coder_agent" "main" {
  arch = "amd64"
  os   = "linux"
}
resource "coder_script" "setup" {
  agent_id     = coder_agent.main.id
  display_name = "Setup"
  script       = var.script
  run_on_start = true
}
data "external" "agent" {
  program = ["sh", "-c", "tee -a read"]
  query   = { agent_id = coder_agent.main.id }
}
output "ids" { value = [coder_agent.main.id, coder_script.setup.agent_id, data.external.agent.result.agent_id] }
"""


def test_without_coder_variables_a_made_up_workspace_starts(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODER_WORKSPACE_OWNER_SESSION_TOKEN", "the caller's own, which must stay out")
    terraform = project(WORKSPACE)
    terraform.apply()
    assert terraform.outputs()["found"] == ["https://mydeployment.coder.com", "start", 1, ""]


@pytest.mark.parametrize("transition", ["stop", "delete"])
def test_the_values_are_those_of_the_environment(project: Project, transition: str) -> None:
    terraform = project(
        WORKSPACE,
        {
            "CODER_AGENT_URL": "http://coder.example.com:3000/path/",
            "CODER_WORKSPACE_TRANSITION": transition,
            "CODER_WORKSPACE_OWNER_SESSION_TOKEN": "token",
        },
    )
    terraform.apply()
    assert terraform.outputs()["found"] == ["http://coder.example.com:3000/path/", transition, 0, "token"]


def test_the_session_token_is_sensitive(project: Project) -> None:
    terraform = project(WORKSPACE + 'output "bare" { value = data.coder_workspace_owner.me.session_token }')
    (error,) = terraform.plan(check=False).errors
    assert "Output refers to sensitive values" in error


def test_an_agent_has_no_id_before_it_exists(project: Project) -> None:
    terraform = project(AGENT)
    terraform.plan(out="saved")
    changes = {change["address"]: change["change"] for change in terraform.show("saved")["resource_changes"]}
    assert changes["coder_agent.main"]["after_unknown"]["id"] is True
    assert not (terraform.directory / "read").exists()
    terraform.apply(plan="saved")
    assert len(set(terraform.outputs()["ids"])) == 1


def test_only_a_changed_script_is_replaced(project: Project) -> None:
    terraform = project(AGENT)
    terraform.apply()
    assert terraform.apply().changes == NO_CHANGES
    assert terraform.apply(variables={"script": "false"}).changes == Changes(1, 0, 1)


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
    assert 'at least one of "run_on_start", "run_on_stop", or "cron" must be set' in error


@pytest.mark.parametrize("setting", ['requires = "luck"', 'phase = "middle"'])
def test_an_order_of_scripts_of_an_unknown_kind_is_refused(setting: str, project: Project) -> None:
    terraform = project(f"""
        data "coder_script_order" "setup" {{
          rule {{
            run   = ["module.tool"]
            after = ["module.proxy"]
            {setting}
          }}
        }}
    """)
    (error,) = terraform.plan(check=False).errors
    assert setting.partition(" ")[0] in error
