"""The workflows and the hooks: versions are the ones that the project names elsewhere, actions are pinned."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import nox
import pytest
from packaging.specifiers import SpecifierSet
from ruamel.yaml import YAML

from tests import PROGRAM, ROOT

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = {file.stem: file for file in (ROOT / ".github" / "workflows").glob("*.yml")}
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)

PINNED = re.compile(r"uses: (?P<action>[\w./-]+)@(?P<commit>[0-9a-f]{40}) # v(?P<version>\d+\.\d+\.\d+)")


def load(file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(file)
    return loaded


def jobs(workflow: str) -> dict[str, Any]:
    found: dict[str, Any] = load(WORKFLOWS[workflow])["jobs"]
    return found


def steps(workflow: str) -> list[dict[str, Any]]:
    return [step for job in jobs(workflow).values() for step in job.get("steps", [])]


def with_action(workflow: str, action: str) -> list[dict[str, Any]]:
    return [step["with"] for step in steps(workflow) if step.get("uses", "").startswith(f"{action}@")]


def commands() -> list[str]:
    hooks = [hook for repo in load(ROOT / ".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    run = [step["run"] for workflow in WORKFLOWS for step in steps(workflow) if "run" in step]
    return [*run, *(hook["entry"] for hook in hooks)]


def test_every_action_is_pinned_to_one_commit_that_a_comment_names() -> None:
    lines = [line.strip(" -") for file in WORKFLOWS.values() for line in file.read_text().splitlines()]
    uses = [line for line in lines if line.startswith("uses: ") and not line.startswith("uses: ./")]
    pinned = [PINNED.fullmatch(line) for line in uses]
    assert len(uses) > 10
    assert [use for use, match in zip(uses, pinned, strict=True) if not match] == []
    actions = {match["action"] for match in pinned if match}
    assert len({match[0] for match in pinned if match}) == len(actions)


def test_the_pythons_are_those_of_the_classifiers_and_of_requires_python() -> None:
    allowed = SpecifierSet(PROJECT["project"]["requires-python"])
    first, *_ = PYTHONS
    minor = int(first.partition(".")[2])
    assert [f"3.{minor + i}" for i in range(len(PYTHONS))] == PYTHONS
    assert all(python in allowed for python in PYTHONS)
    assert f"3.{minor - 1}" not in allowed
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py3{minor}"


@pytest.mark.parametrize("job", ["test", "package"])
def test_the_workflow_tests_on_all_of_them(job: str) -> None:
    assert jobs("ci")[job]["strategy"]["matrix"]["python"] == PYTHONS


def test_everything_else_in_the_workflow_runs_on_the_newest() -> None:
    named = {step["python-version"] for step in with_action("ci", "actions/setup-python")}
    assert named == {PYTHONS[-1], "${{ matrix.python }}"}


def test_the_workflow_tests_with_the_lowest_terraform_that_the_module_allows_and_the_newest() -> None:
    (lowest,) = re.findall(r'required_version = ">= (.*)"', (ROOT / "terraform" / "versions.tf").read_text())
    assert jobs("ci")["terraform"]["strategy"]["matrix"]["terraform"] == [f"{lowest}.0", "latest"]


def test_nothing_is_permitted_but_reading_the_sources_and_in_one_job_naming_oneself_to_pypi() -> None:
    assert [load(file)["permissions"] for file in WORKFLOWS.values()] == [{}] * len(WORKFLOWS)
    others = [job["permissions"] for workflow in WORKFLOWS for job in jobs(workflow).values()]
    others.remove({"id-token": "write"})
    assert others == [{"contents": "read"}] * len(others)
    assert jobs("release")["publish"]["permissions"] == {"id-token": "write"}


def test_a_release_publishes_what_ci_has_built_and_tested() -> None:
    assert jobs("release")["ci"]["uses"] == "./.github/workflows/ci.yml"
    assert "ci" in jobs("release")["publish"]["needs"]
    (built,) = with_action("ci", "actions/upload-artifact")
    (published,) = with_action("release", "actions/download-artifact")
    assert built["name"] == published["name"]


def test_make_knows_every_target_that_workflows_and_hooks_name() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = [word for command in commands() for word in re.findall(r"^make ([a-z-]+)", command, re.MULTILINE)]
    assert len(named) > 5
    assert set(named) <= set(targets)


def test_the_bug_report_asks_for_no_secrets_before_anything_else() -> None:
    form = load(ROOT / ".github" / "ISSUE_TEMPLATE" / "bug_report.yml")
    first, *_, last = form["body"]
    assert "Never paste a session token" in first["attributes"]["value"]
    assert last["attributes"]["options"][0]["required"] is True


def test_the_bug_report_asks_for_what_the_program_can_give() -> None:
    form = (ROOT / ".github" / "ISSUE_TEMPLATE" / "bug_report.yml").read_text()
    (asked,) = set(re.findall(r"`tf-helper (\w+ --\w+)`", form))
    command, option = asked.split()
    done = subprocess.run([PROGRAM, command, "--help"], capture_output=True, text=True, check=True)
    assert option in done.stdout
