"""The README's tables and commands are the ones that the code has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.matrix import matrix
from tf_helper.answer import RESULT_KEYS
from tf_helper.client_env import CLIENT_VARIABLES
from tf_helper.query import QUERY_KEYS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def table(heading: str) -> list[str]:
    """Return the names in the first column of the table under a heading."""
    section = README.partition(f"# {heading}\n")[2].partition("\n#")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


def blocks(kind: str, file: str) -> list[str]:
    return re.findall(rf'^{kind} "(\w+)"', (ROOT / "terraform" / file).read_text(), re.MULTILINE)


def test_the_query_table_is_the_model() -> None:
    assert table("Query keys of the program") == list(QUERY_KEYS)


def test_the_result_table_is_the_model() -> None:
    assert table("Result keys of the program") == list(RESULT_KEYS)


def test_the_variables_table_is_the_module() -> None:
    assert sorted(table("Variables of the module")) == sorted(blocks("variable", "variables.tf"))


def test_the_outputs_table_is_the_module() -> None:
    assert sorted(table("Outputs of the module")) == sorted(blocks("output", "outputs.tf"))


def test_the_table_of_client_variables_is_the_programs() -> None:
    values = {
        "bypasses the proxy": "see `no_proxy`",
        "turns on": "`1`",
        "adds": "`cert_path`",
        "replaces": "`ca_bundle_path`",
    }
    expected = [
        f"| `{variable.name}` | {values[variable.effect]} | {variable.effect} | {variable.read_by} "
        f"| [docs]({variable.documented_at}) |"
        for variable in CLIENT_VARIABLES
    ]
    assert [line for line in README.splitlines() if line.endswith(") |") and "| [docs](" in line] == expected


def test_the_matrix_of_clients_is_the_one_that_the_tests_run() -> None:
    assert f"\n{matrix()}\n" in README


@pytest.mark.parametrize("target", re.findall(r"^(?:make) (\w+)$", README, re.MULTILINE))
def test_make_knows_the_commands(target: str) -> None:
    subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        transcript
        for transcript in re.findall(r"^\$ (.*)\n((?:.*\n)*?)```", README, re.MULTILINE)
        if "doctor" not in transcript[0]  # which needs a proxy: tests/doctor
    ],
)
def test_the_transcripts_are_what_the_program_says(command: str, expected: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", command], env={"PATH": path}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout + done.stderr == expected


def test_links_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_messages_to_look_up_are_the_ones_that_are_shown() -> None:
    sources = [*(ROOT / "tf_helper").rglob("*.py"), *(ROOT / "terraform").glob("*.*")]
    shown = "\n".join(source.read_text() for source in sources if source.is_file())
    section = README.partition("## When it does not work\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)
    assert len(rows) > 20
    fields = "|".join(QUERY_KEYS)
    for message in (message for row in rows for message in re.findall(r"`(.*?)`", row)):
        if message.startswith("External Program"):
            continue  # the external provider's words
        for piece in re.sub(rf"^({fields}): ", "", message).split("..."):
            assert piece.strip() in shown, message
