"""`data "local_command"`: the same with the stand-in and, under --real-providers, with hashicorp/local."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.providers.conftest import data, error_of_plan

if TYPE_CHECKING:
    from tests.harness.terraform import Terraform
    from tests.providers.conftest import Project


def local_command(command: str, **arguments: object) -> str:
    return data("local_command", command=command, **arguments)


def shell(script: str, **others: object) -> str:
    return local_command("sh", arguments=["-c", script], **others)


def read(terraform: Terraform) -> dict[str, Any]:
    terraform.apply()
    found: dict[str, Any] = terraform.outputs()["this"]
    return found


def test_standard_input_arrives_as_it_is(project: Project) -> None:
    text = '{"é": [1.5, true, null, "<&>"]}\n'
    found = read(project(shell("cat", stdin=text)))
    assert (found["stdout"], found["stderr"], found["exit_code"]) == (text, None, 0)


def test_a_failure_shows_exit_status_and_stderr_as_they_are(project: Project) -> None:
    error = error_of_plan(project(shell("echo one >&2; echo '  two' >&2; exit 3")))
    assert "Command Execution Failed" in error
    assert "Command Error: one\n  two\n" in error
    assert "State: exit status 3" in error


def test_an_exit_code_that_is_allowed_is_data(project: Project) -> None:
    found = read(project(shell("printf out; printf err >&2; exit 3", allow_non_zero_exit_code=True)))
    assert (found["stdout"], found["stderr"], found["exit_code"]) == ("out", "err", 3)


def test_a_command_that_does_not_exist_is_named_even_where_exit_codes_are_allowed(project: Project) -> None:
    error = error_of_plan(project(local_command("no-such-program", allow_non_zero_exit_code=True)))
    assert "Command Lookup Failed" in error
    assert "Command: no-such-program\n" in error
