"""`data "external"`: the same with the stand-in and, under --real-providers, with hashicorp/external."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.providers.conftest import data, error_of_plan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.terraform import Terraform
    from tests.providers.conftest import Project

FAILED = "External Program Execution Failed"
NOT_FOUND = "External Program Lookup Failed"
UNEXPECTED = "Unexpected External Program Results"


def external(program: list[str | None], **arguments: object) -> str:
    return data("external", program=program, **arguments)


def shell(script: str, **arguments: object) -> str:
    return external(["sh", "-c", script], **arguments)


def result(terraform: Terraform) -> dict[str, str]:
    terraform.apply()
    found: dict[str, str] = terraform.outputs()["this"]["result"]
    return found


def sent(terraform: Terraform) -> str:
    terraform.plan()
    return (terraform.directory / "stdin").read_text()


def test_a_query_arrives_compact_sorted_escaped_as_by_go_and_without_a_newline(project: Project) -> None:
    terraform = project(shell("cat >stdin; echo {}", query={"b": 'é "\\/\t', "a": "<&>\u2028", "A": ""}))
    assert sent(terraform) == r'{"A":"","a":"\u003c\u0026\u003e\u2028","b":"é \"\\/\t"}'


def test_numbers_and_booleans_arrive_as_strings(project: Project) -> None:
    assert sent(project(shell("cat >stdin; echo {}", query={"n": 1.5, "b": True}))) == '{"b":"true","n":"1.5"}'


def test_a_null_query_value_disappears_and_an_empty_one_stays(project: Project) -> None:
    assert sent(project(shell("cat >stdin; echo {}", query={"null": None, "empty": ""}))) == '{"empty":""}'


def test_no_query_is_an_empty_object(project: Project) -> None:
    assert sent(project(shell("cat >stdin; echo {}"))) == "{}"


def test_empty_and_null_parts_of_a_program_are_dropped(project: Project) -> None:
    terraform = project(external(["", "sh", None, "-c", """printf '{"count":"%s"}' $#""", "", "sh", "a", "", "b"]))
    assert result(terraform) == {"count": "2"}


def test_a_program_of_empty_and_null_parts_alone_is_refused(project: Project) -> None:
    assert "External Program Missing" in error_of_plan(project(external(["", None])))


@pytest.mark.parametrize("name", ["no-such-program", "./no-such-program"])
def test_a_program_that_is_not_there_is_named(project: Project, name: str) -> None:
    error = error_of_plan(project(external([name])))
    assert NOT_FOUND in error
    assert f'Program: "{name}"' in error


def test_a_program_that_is_not_executable_is_refused_as_such(project: Project) -> None:
    terraform = project(external(["./program"]))
    (terraform.directory / "program").touch(mode=0o644)
    error = error_of_plan(terraform)
    assert NOT_FOUND in error
    assert 'Error: exec: "./program": permission denied' in error


def test_a_program_that_the_system_cannot_run_has_failed(project: Project) -> None:
    terraform = project(external(["./program"]))
    (terraform.directory / "program").touch(mode=0o755)
    error = error_of_plan(terraform)
    assert FAILED in error
    assert "State: fork/exec ./program: exec format error" in error


def test_the_path_of_the_instance_decides_which_program_runs(project: Project, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "program"
    program.parent.mkdir()
    program.write_text("""#!/bin/sh\necho '{"ran":"this one"}'\n""")
    program.chmod(0o755)
    terraform = project(external(["program"]))
    terraform.environment["PATH"] = f"{program.parent}:{terraform.environment['PATH']}"
    assert result(terraform) == {"ran": "this one"}


def test_a_failure_shows_path_exit_status_and_stderr_as_they_are(project: Project) -> None:
    error = error_of_plan(project(shell("echo one >&2; echo '  two' >&2; exit 3")))
    assert FAILED in error
    assert "/sh\n" in error
    assert "one\n  two\n" in error
    assert "State: exit status 3" in error


def test_a_silent_failure_shows_the_exit_status(project: Project) -> None:
    error = error_of_plan(project(shell("exit 4")))
    assert FAILED in error
    assert "State: exit status 4" in error


def test_a_killed_program_shows_the_signal(project: Project) -> None:
    assert "State: signal: killed" in error_of_plan(project(shell("kill -KILL $$")))


def test_stderr_of_a_success_is_not_shown(project: Project) -> None:
    assert not project(shell("echo hidden >&2; echo {}")).plan().diagnostics


@pytest.mark.parametrize(
    "output",
    ["", "text", "[]", '"text"', '{"a":1}', '{"a":true}', '{"a":["b"]}', '{"a":{}}', "{} {}", "note {}", "\ufeff{}"],
)
def test_anything_but_one_object_of_strings_is_refused(project: Project, output: str) -> None:
    terraform = project(shell("cat output"))
    (terraform.directory / "output").write_text(output)
    assert UNEXPECTED in error_of_plan(terraform)


def test_a_null_in_the_result_becomes_an_empty_string(project: Project) -> None:
    assert result(project(shell("""echo '{"a":null,"b":""}'"""))) == {"a": "", "b": ""}


def test_of_two_equal_keys_the_last_one_wins(project: Project) -> None:
    assert result(project(shell("""echo '{"a":"first","a":"last"}'"""))) == {"a": "last"}


@pytest.mark.parametrize("broken", [b"\xff", rb"\ud800"])
def test_broken_unicode_in_the_result_is_replaced(project: Project, broken: bytes) -> None:
    terraform = project(shell("cat output"))
    (terraform.directory / "output").write_bytes(b'{"a":"' + broken + b'"}')
    assert result(terraform) == {"a": "\ufffd"}


def test_the_id_is_a_dash(project: Project) -> None:
    terraform = project(shell("echo {}"))
    terraform.apply()
    assert terraform.outputs()["this"]["id"] == "-"


def test_a_program_runs_where_terraform_runs(project: Project) -> None:
    terraform = project(shell("""printf '{"pwd":"%s"}' "$(pwd -P)" """))
    assert result(terraform) == {"pwd": str(terraform.directory.resolve())}


def test_a_working_dir_is_relative_to_where_terraform_runs(project: Project) -> None:
    terraform = project(shell("""printf '{"pwd":"%s"}' "$(pwd -P)" """, working_dir="elsewhere"))
    (terraform.directory / "elsewhere").mkdir()
    assert result(terraform) == {"pwd": str(terraform.directory.resolve() / "elsewhere")}


def test_a_program_inherits_the_environment_of_its_instance(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODER_SESSION_TOKEN", "the caller's")
    script = """printf '{"given":"%s","leaked":"%s"}' "$GIVEN" "$CODER_SESSION_TOKEN" """
    assert result(project(shell(script), {"GIVEN": "value"})) == {"given": "value", "leaked": ""}
