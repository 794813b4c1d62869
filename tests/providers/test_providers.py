"""What the module relies on in its providers: the same with the stand-ins and with --real-providers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pytest

from tests.harness.terraform import Terraform
from tests.harness.terraform_json import NO_CHANGES, Changes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.harness.terraform import MakeTerraform, Providers
    from tests.harness.terraform_json import Diagnostic

REQUIRED = """
terraform {
  required_providers {
    coder    = { source = "coder/coder" }
    external = { source = "hashicorp/external" }
    local    = { source = "hashicorp/local" }
  }
}
"""


class Asked(NamedTuple):
    """A data source that runs a program: its arguments, and what has to be in its values, or in its error."""

    arguments: dict[str, object]
    values: dict[str, object] = {}  # noqa: RUF012 - not changed
    said: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return "external" if "program" in self.arguments else "local_command"


def external(script: str, **others: object) -> dict[str, object]:
    return {"program": ["sh", "-c", script], **others}


def local(script: str, **others: object) -> dict[str, object]:
    return {"command": "sh", "arguments": ["-c", script], **others}


def sent(query: dict[str, object], text: str) -> Asked:
    """Expect this text on the standard input of a program with that query."""
    return Asked(
        external("printf '{\"sent\":\"%s\"}' $(od -An -v -tx1 | tr -d ' \\n')", query=query),
        {"sent": text.encode().hex()},
    )


def prints(output: str) -> dict[str, object]:
    escaped = "".join(f"\\{byte:03o}" for byte in output.encode("latin-1"))
    return external(f"printf '{escaped}'")


UNEXPECTED = "Unexpected External Program Results"
JSON_TEXT = '{"\u00e9": [1.5, true, null, "<&>"]}\n'

ANSWERED = {
    "a query is compact, sorted and escaped as by Go": sent(
        {"b": '\u00e9 "\\/\t', "a": "<&>\u2028", "A": "x"},
        r'{"A":"x","a":"\u003c\u0026\u003e\u2028","b":"' + "\u00e9" + r' \"\\/\t"}',
    ),
    "numbers and booleans are strings, nulls left out": sent(
        {"number": 1.5, "boolean": True, "null": None}, '{"boolean":"true","number":"1.5"}'
    ),
    "an empty query": sent({}, "{}"),
    "empty and null parts of a program are dropped": Asked(
        {"program": ["", "sh", None, "-c", """printf '{"count":"%s"}' $#""", "", "sh", "a", "", "b"]}, {"count": "2"}
    ),
    "null is an empty string": Asked(prints('{"a":null}'), {"a": ""}),
    "the last of two equal keys": Asked(prints('{"a":"first","a":"last"}'), {"a": "last"}),
    "bytes that are not UTF-8": Asked(prints('{"a":"\xff"}'), {"a": "\ufffd"}),
    "stderr of a success is not shown": Asked(external("echo hidden >&2; echo {}"), {}),
    "the environment is Terraform's": Asked(
        external("""printf '{"given":"%s","leaked":"%s"}' "$GIVEN" "$CODER_SESSION_TOKEN" """),
        {"given": "value", "leaked": ""},
    ),
    "local: standard input as it is": Asked(
        local("cat", stdin=JSON_TEXT), {"stdout": JSON_TEXT, "stderr": None, "exit_code": 0}
    ),
    "local: an exit code that is allowed": Asked(
        local("printf out; printf err >&2; exit 3", allow_non_zero_exit_code=True),
        {"stdout": "out", "stderr": "err", "exit_code": 3},
    ),
}

REFUSED = {
    "a missing program": Asked(
        {"program": ["no-such-program"]}, said=("External Program Lookup Failed", 'Program: "no-such-program"')
    ),
    "a failure": Asked(
        external("echo one >&2; echo '  two' >&2; exit 3"),
        said=("External Program Execution Failed", "/sh\n", "one\n  two\n", "State: exit status 3"),
    ),
    "no output": Asked(external("true"), said=(UNEXPECTED,)),
    "a list": Asked(external("echo []"), said=(UNEXPECTED,)),
    "a number": Asked(external("""echo '{"a":1}'"""), said=(UNEXPECTED,)),
    "text before the object": Asked(external("echo note {}"), said=(UNEXPECTED,)),
    "local: a missing program": Asked(
        {"command": "no-such-program", "allow_non_zero_exit_code": True},
        said=("Command Lookup Failed", "Command: no-such-program\n"),
    ),
    "local: a failure": Asked(
        local("echo one >&2; echo '  two' >&2; exit 3"),
        said=("Command Execution Failed", "Command Error: one\n  two\n", "State: exit status 3"),
    ),
}


def configuration(table: Mapping[str, Asked]) -> str:
    """Return a data source and an output for each row. JSON strings and lists are HCL, too."""
    blocks = []
    for number, asked in enumerate(table.values()):
        lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in asked.arguments.items())
        blocks.append(f'data "{asked.kind}" "n{number}" {{\n{lines}\n}}\n')
        blocks.append(f'output "n{number}" {{\n  value = data.{asked.kind}.n{number}\n}}\n')
    return REQUIRED + "\n".join(blocks)


@pytest.fixture(scope="module")
def answers(providers: Providers, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    directory = tmp_path_factory.mktemp("answered")
    (directory / "main.tf").write_text(configuration(ANSWERED))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("CODER_SESSION_TOKEN", "the caller's")
        with Terraform(directory, {"GIVEN": "value"}, providers=providers) as terraform:
            terraform.init()
            assert terraform.apply().diagnostics == ()
            return terraform.outputs()


@pytest.fixture(scope="module")
def errors(providers: Providers, tmp_path_factory: pytest.TempPathFactory) -> tuple[Diagnostic, ...]:
    directory = tmp_path_factory.mktemp("refused")
    (directory / "main.tf").write_text(configuration(REFUSED))
    with Terraform(directory, providers=providers) as terraform:
        terraform.init()
        return terraform.plan(check=False).diagnostics


@pytest.mark.parametrize("row", ANSWERED)
def test_a_program_gets_and_gives(row: str, answers: dict[str, Any]) -> None:
    found = answers[f"n{list(ANSWERED).index(row)}"]
    values = found["result"] if ANSWERED[row].kind == "external" else found
    assert {name: values[name] for name in ANSWERED[row].values} == ANSWERED[row].values


@pytest.mark.parametrize("row", REFUSED)
def test_a_program_is_refused(row: str, errors: tuple[Diagnostic, ...]) -> None:
    address = f"data.{REFUSED[row].kind}.n{list(REFUSED).index(row)}"
    (text,) = (str(error) for error in errors if error.address == address)
    assert [said for said in REFUSED[row].said if said not in text] == []


class Project(Protocol):
    def __call__(self, configuration: str, environment: Mapping[str, str] | None = None) -> Terraform:
        """Write a configuration into a directory of its own and initialize it."""


@pytest.fixture
def project(make_terraform: MakeTerraform, tmp_path: Path) -> Project:
    directory = tmp_path / "project"

    def make(configuration: str, environment: Mapping[str, str] | None = None) -> Terraform:
        directory.mkdir()
        (directory / "main.tf").write_text(REQUIRED + configuration)
        terraform = make_terraform(directory, environment)
        terraform.init()
        return terraform

    return make


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


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, ["https://mydeployment.coder.com", "start", 1, ""]),
        (
            {
                "CODER_AGENT_URL": "https://coder.example.com/",
                "CODER_WORKSPACE_TRANSITION": "stop",
                "CODER_WORKSPACE_OWNER_SESSION_TOKEN": "token",
            },
            ["https://coder.example.com/", "stop", 0, "token"],
        ),
    ],
)
def test_a_workspace_is_what_the_environment_says(
    environment: dict[str, str], found: list[object], project: Project
) -> None:
    terraform = project(WORKSPACE, environment)
    terraform.apply()
    assert terraform.outputs()["found"] == found


def test_the_session_token_is_sensitive(project: Project) -> None:
    terraform = project(WORKSPACE + 'output "bare" { value = data.coder_workspace_owner.me.session_token }')
    assert "Output refers to sensitive values" in "\n".join(terraform.plan(check=False).errors)


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


def test_a_script_that_never_runs_is_refused_at_apply(project: Project) -> None:
    terraform = project(
        'resource "coder_script" "never" {\n  agent_id     = ""\n  display_name = "Never"\n  script       = "true"\n}\n'
    )
    terraform.plan()
    said = "\n".join(terraform.apply(check=False).errors)
    assert 'at least one of "run_on_start", "run_on_stop", or "cron" must be set' in said


@pytest.mark.parametrize("setting", ['requires = "luck"', 'phase = "middle"'])
@pytest.mark.usefixtures("script_order")
def test_an_order_of_scripts_of_an_unknown_kind_is_refused(setting: str, project: Project) -> None:
    rule = f'rule {{\n    run   = ["module.tool"]\n    after = ["module.proxy"]\n    {setting}\n  }}'
    terraform = project(f'data "coder_script_order" "setup" {{\n  {rule}\n}}\n')
    assert setting.partition(" ")[0] in "\n".join(terraform.plan(check=False).errors)
