"""`data "external"`: the same with the stand-in and, under --real-providers, with hashicorp/external."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.providers.conftest import data, error_of_plan

if TYPE_CHECKING:
    from tests.harness.terraform import Terraform
    from tests.providers.conftest import Project

UNEXPECTED = "Unexpected External Program Results"


def external(program: list[str | None], **arguments: object) -> str:
    return data("external", program=program, **arguments)


def shell(script: str, **arguments: object) -> str:
    return external(["sh", "-c", script], **arguments)


def result(terraform: Terraform) -> dict[str, str]:
    terraform.apply()
    found: dict[str, str] = terraform.outputs()["this"]["result"]
    return found


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ({"b": 'é "\\/\t', "a": "<&>\u2028", "A": "x"}, r'{"A":"x","a":"\u003c\u0026\u003e\u2028","b":"é \"\\/\t"}'),
        ({"number": 1.5, "boolean": True, "null": None}, '{"boolean":"true","number":"1.5"}'),
        ({}, "{}"),
    ],
)
def test_a_query_arrives_compact_sorted_escaped_as_by_go_and_without_nulls(
    query: dict[str, object], sent: str, project: Project
) -> None:
    terraform = project(shell("cat >stdin; echo {}", query=query))
    terraform.plan()
    assert (terraform.directory / "stdin").read_text() == sent


def test_empty_and_null_parts_of_a_program_are_dropped(project: Project) -> None:
    terraform = project(external(["", "sh", None, "-c", """printf '{"count":"%s"}' $#""", "", "sh", "a", "", "b"]))
    assert result(terraform) == {"count": "2"}


def test_a_program_that_does_not_exist_is_named(project: Project) -> None:
    error = error_of_plan(project(external(["no-such-program"])))
    assert "External Program Lookup Failed" in error
    assert 'Program: "no-such-program"' in error


def test_a_failure_shows_path_exit_status_and_stderr_as_they_are(project: Project) -> None:
    error = error_of_plan(project(shell("echo one >&2; echo '  two' >&2; exit 3")))
    assert "External Program Execution Failed" in error
    assert "/sh\n" in error
    assert "one\n  two\n" in error
    assert "State: exit status 3" in error


def test_stderr_of_a_success_is_not_shown(project: Project) -> None:
    assert not project(shell("echo hidden >&2; echo {}")).plan().diagnostics


@pytest.mark.parametrize(
    "output", ["", "text", "[]", '{"a":1}', '{"a":true}', '{"a":["b"]}', "{} {}", "note {}", "\ufeff{}"]
)
def test_anything_but_one_object_of_strings_is_refused(project: Project, output: str) -> None:
    terraform = project(shell("cat output"))
    (terraform.directory / "output").write_text(output)
    assert UNEXPECTED in error_of_plan(terraform)


@pytest.mark.parametrize(
    ("output", "read"),
    [(b'{"a":null}', ""), (b'{"a":"first","a":"last"}', "last"), (b'{"a":"\xff"}', "\ufffd")],
)
def test_what_go_reads_leniently_goes_unnoticed(output: bytes, read: str, project: Project) -> None:
    terraform = project(shell("cat output"))
    (terraform.directory / "output").write_bytes(output)
    assert result(terraform) == {"a": read}


def test_a_program_runs_where_terraform_runs_and_inherits_its_environment(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_SESSION_TOKEN", "the caller's")
    script = """printf '{"pwd":"%s","given":"%s","leaked":"%s"}' "$(pwd -P)" "$GIVEN" "$CODER_SESSION_TOKEN" """
    terraform = project(shell(script), {"GIVEN": "value"})
    assert result(terraform) == {"pwd": str(terraform.directory.resolve()), "given": "value", "leaked": ""}
