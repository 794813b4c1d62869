"""`data "local_command"`: the same with the stand-in and, under --real-providers, with hashicorp/local."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.providers.conftest import data, error_of_plan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.terraform import Terraform
    from tests.providers.conftest import Project

FAILED = "Command Execution Failed"
NOT_FOUND = "Command Lookup Failed"


def local_command(command: str, **arguments: object) -> str:
    return data("local_command", command=command, **arguments)


def shell(script: str, *arguments: str | None, **others: object) -> str:
    return local_command("sh", arguments=["-c", script, "sh", *arguments], **others)


def read(terraform: Terraform) -> dict[str, Any]:
    terraform.apply()
    found: dict[str, Any] = terraform.outputs()["this"]
    return found


def test_standard_input_arrives_as_it_is(project: Project) -> None:
    text = '{"é": [1.5, true, null, "<&>"]}\n'
    assert read(project(shell("cat", stdin=text)))["stdout"] == text


@pytest.mark.parametrize("given", [{}, {"stdin": ""}])
def test_without_standard_input_a_command_reads_nothing(project: Project, given: dict[str, str]) -> None:
    assert read(project(shell("wc -c", **given)))["stdout"].strip() == "0"


def test_null_arguments_are_dropped_and_empty_ones_stay(project: Project) -> None:
    assert read(project(shell("""printf '%s.' "$@" """, "a", None, "", "b")))["stdout"] == "a..b."


def test_standard_output_standard_error_and_the_exit_code_are_told_apart(project: Project) -> None:
    found = read(project(shell("printf out; printf err >&2")))
    assert (found["stdout"], found["stderr"], found["exit_code"]) == ("out", "err", 0)


def test_streams_without_output_are_null(project: Project) -> None:
    found = read(project(shell("true")))
    assert (found["stdout"], found["stderr"]) == (None, None)


def test_broken_unicode_is_replaced(project: Project) -> None:
    assert read(project(shell(r"printf '\342'")))["stdout"] == "\ufffd"


def test_a_failure_shows_command_exit_status_and_stderr_as_they_are(project: Project) -> None:
    error = error_of_plan(project(shell("echo one >&2; echo '  two' >&2; exit 3", "argument")))
    assert FAILED in error
    assert "/sh -c " in error
    assert "exit 3 sh argument\n" in error
    assert "Command Error: one\n  two\n" in error
    assert "State: exit status 3" in error


def test_a_killed_command_shows_the_signal(project: Project) -> None:
    assert "State: signal: killed" in error_of_plan(project(shell("kill -KILL $$")))


def test_an_exit_code_that_is_allowed_is_data(project: Project) -> None:
    found = read(project(shell("printf out; printf err >&2; exit 3", allow_non_zero_exit_code=True)))
    assert (found["stdout"], found["stderr"], found["exit_code"]) == ("out", "err", 3)


def test_a_killed_command_has_the_exit_code_minus_one(project: Project) -> None:
    assert read(project(shell("kill -KILL $$", allow_non_zero_exit_code=True)))["exit_code"] == -1


@pytest.mark.parametrize(("name", "allowed"), [("no-such-program", False), ("./no-such-program", True)])
def test_a_command_that_is_not_there_is_named_even_where_exit_codes_are_allowed(
    project: Project, name: str, *, allowed: bool
) -> None:
    error = error_of_plan(project(local_command(name, allow_non_zero_exit_code=allowed)))
    assert NOT_FOUND in error
    assert f"Command: {name}\n" in error


def test_a_command_that_is_not_executable_is_refused_as_such(project: Project) -> None:
    terraform = project(local_command("./program"))
    (terraform.directory / "program").touch(mode=0o644)
    error = error_of_plan(terraform)
    assert NOT_FOUND in error
    assert 'Error: exec: "./program": permission denied' in error


def test_a_command_that_the_system_cannot_run_has_failed_even_where_exit_codes_are_allowed(project: Project) -> None:
    terraform = project(local_command("./program", allow_non_zero_exit_code=True))
    (terraform.directory / "program").touch(mode=0o755)
    error = error_of_plan(terraform)
    assert FAILED in error
    assert "State: fork/exec ./program: exec format error" in error


def test_a_command_runs_where_terraform_runs(project: Project) -> None:
    terraform = project(shell("pwd -P"))
    assert read(terraform)["stdout"] == f"{terraform.directory.resolve()}\n"


def test_a_working_directory_is_relative_to_where_terraform_runs(project: Project) -> None:
    terraform = project(shell("pwd -P", working_directory="elsewhere"))
    (terraform.directory / "elsewhere").mkdir()
    assert read(terraform)["stdout"] == f"{terraform.directory.resolve()}/elsewhere\n"


def test_a_working_directory_that_is_not_there_is_named(project: Project) -> None:
    error = error_of_plan(project(shell("true", working_directory="elsewhere")))
    assert FAILED in error
    assert "State: chdir elsewhere: no such file or directory" in error


def test_the_path_of_the_instance_decides_which_command_runs(project: Project, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "program"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nprintf 'this one'\n")
    program.chmod(0o755)
    terraform = project(local_command("program"))
    terraform.environment["PATH"] = f"{program.parent}:{terraform.environment['PATH']}"
    assert read(terraform)["stdout"] == "this one"


def test_a_command_inherits_the_environment_of_its_instance(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODER_SESSION_TOKEN", "the caller's")
    script = 'printf "$GIVEN,$CODER_SESSION_TOKEN"'
    assert read(project(shell(script), {"GIVEN": "value"}))["stdout"] == "value,"
