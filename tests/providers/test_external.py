"""`data "external"`: the same with the stand-in and, under --real-providers, with hashicorp/external."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.providers.conftest import data, error_of_plan

if TYPE_CHECKING:
    from tests.providers.conftest import Project

# Prints its standard input, each byte in octal.
OCTAL = """printf '{"octal":"%s"}' "$(od -A n -v -t o1 | tr -d '\\n')" """
QUERIES: list[tuple[dict[str, object], str]] = [
    ({"b": 'é "\\/\t', "a": "<&>\u2028", "A": "x"}, r'{"A":"x","a":"\u003c\u0026\u003e\u2028","b":"é \"\\/\t"}'),
    ({"number": 1.5, "boolean": True, "null": None}, '{"boolean":"true","number":"1.5"}'),
    ({}, "{}"),
]
WHERE = """printf '{"pwd":"%s","given":"%s","leaked":"%s"}' "$(pwd -P)" "$GIVEN" "$CODER_SESSION_TOKEN" """


@pytest.mark.parametrize(
    ("program", "query", "result"),
    [
        *(([OCTAL], query, {"octal": "".join(f" {byte:03o}" for byte in sent.encode())}) for query, sent in QUERIES),
        (["", """printf '{"count":"%s"}' $#""", None, "sh", "a", "", "b"], {}, {"count": "2"}),
        (["echo hidden >&2; echo {}"], {}, {}),
        ([WHERE], {}, {"pwd": "DIRECTORY", "given": "value", "leaked": ""}),
        # What Go reads leniently goes unnoticed.
        (["""echo '{"a":null}'"""], {}, {"a": ""}),
        (["""echo '{"a":"first","a":"last"}'"""], {}, {"a": "last"}),
        (["""printf '{"a":"\\377"}'"""], {}, {"a": "\ufffd"}),
    ],
)
def test_what_a_program_gets_and_may_print(
    program: list[str | None],
    query: dict[str, object],
    result: dict[str, str],
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CODER_SESSION_TOKEN", "the caller's")
    terraform = project(data("external", program=["sh", "-c", *program], query=query), {"GIVEN": "value"})
    assert not terraform.apply().diagnostics
    directory = str(terraform.directory.resolve())
    assert terraform.outputs()["this"]["result"] == {
        name: value.replace("DIRECTORY", directory) for name, value in result.items()
    }


ODD_OUTPUTS = ("", "text", "[]", '{"a":1}', '{"a":true}', '{"a":["b"]}', "{} {}", "note {}", "\\357\\273\\277{}")


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (["no-such-program"], ("External Program Lookup Failed", 'Program: "no-such-program"')),
        (
            ["sh", "-c", "echo one >&2; echo '  two' >&2; exit 3"],
            ("External Program Execution Failed", "/sh\n", "one\n  two\n", "State: exit status 3"),
        ),
        *((["sh", "-c", f"printf '{odd}'"], ("Unexpected External Program Results",)) for odd in ODD_OUTPUTS),
    ],
)
def test_what_is_an_error_and_what_it_says(program: list[str], said: tuple[str, ...], project: Project) -> None:
    error = error_of_plan(project(data("external", program=program)))
    assert [words for words in said if words not in error] == []
