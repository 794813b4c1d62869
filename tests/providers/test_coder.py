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
locals { me = data.coder_workspace.me }
output "found" {
  value = [local.me.access_url, local.me.transition, local.me.start_count,
    nonsensitive(data.coder_workspace_owner.me.session_token)]
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
BARE = 'output "bare" { value = data.coder_workspace_owner.me.session_token }'
NEVER = 'resource "coder_script" "never" {\n agent_id = ""\n display_name = "Never"\n script = "true"\n}'
ORDER = 'data "coder_script_order" "setup" {\n rule {\n run = ["module.a"]\n after = ["module.b"]\n %s\n }\n}'


@pytest.mark.parametrize(
    ("values", "found"),
    [
        # Without Coder's variables, a made-up workspace starts.
        ((), ["https://mydeployment.coder.com", "start", 1, ""]),
        *(
            (("http://a:3000/b/", other, "token"), ["http://a:3000/b/", other, 0, "token"])
            for other in ("stop", "delete")
        ),
    ],
)
def test_the_values_are_those_of_the_environment(
    values: tuple[str, ...], found: list[object], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_WORKSPACE_OWNER_SESSION_TOKEN", "the caller's own, which must stay out")
    names = ("CODER_AGENT_URL", "CODER_WORKSPACE_TRANSITION", "CODER_WORKSPACE_OWNER_SESSION_TOKEN")
    terraform = project(WORKSPACE, dict(zip(names, values, strict=bool(values))))
    terraform.apply()
    assert terraform.outputs()["found"] == found


def test_an_agent_has_no_id_before_it_exists_and_only_a_changed_script_is_replaced(project: Project) -> None:
    terraform = project(AGENT)
    terraform.plan(out="saved")
    changes = {change["address"]: change["change"] for change in terraform.show("saved")["resource_changes"]}
    assert changes["coder_agent.main"]["after_unknown"]["id"] is True
    assert not (terraform.directory / "read").exists()
    terraform.apply(plan="saved")
    assert len(set(terraform.outputs()["ids"])) == 1
    assert terraform.apply().changes == NO_CHANGES
    assert terraform.apply(variables={"script": "false"}).changes == Changes(1, 0, 1)


@pytest.mark.parametrize(
    ("configuration", "at_plan", "said"),
    [
        (NEVER, False, 'at least one of "run_on_start", "run_on_stop", or "cron" must be set'),
        (ORDER % 'requires = "luck"', True, "requires"),
        (ORDER % 'phase = "middle"', True, "phase"),
        (WORKSPACE + BARE, True, "Output refers to sensitive values"),
    ],
)
def test_what_is_refused(configuration: str, at_plan: bool, said: str, project: Project) -> None:  # noqa: FBT001
    terraform = project(configuration)
    errors = terraform.plan(check=False).errors
    assert bool(errors) == at_plan
    (error,) = errors or terraform.apply(check=False).errors
    assert said in error
