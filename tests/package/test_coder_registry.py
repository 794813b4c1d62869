"""The folder that `make registry` makes, against the checks and the scorecard of https://github.com/coder/registry."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from itertools import pairwise
from typing import TYPE_CHECKING

import hcl2
import pytest
from ruamel.yaml import YAML

from tests.registry import FORMATTER, NAME, NODE, PROJECT, make

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.terraform import MakeTerraform, Terraform

pytestmark = pytest.mark.package


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("coder", tmp_path_factory.mktemp("registry") / "registry")


@pytest.fixture(scope="module")
def readme(module: Path) -> str:
    return (module / "README.md").read_text()


@pytest.fixture(scope="module")
def examples(readme: str) -> list[str]:
    return re.findall(r"^```tf\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)


def test_the_readme_is_valid(readme: str, examples: list[str]) -> None:
    # cmd/readmevalidation
    _, front_matter, body = readme.split("---\n", 2)
    about = YAML(typ="safe").load(front_matter)
    assert {"display_name", "description", "icon", "tags"} == about.keys()
    assert about["icon"].startswith("../../../../.icons/")
    assert all(re.fullmatch(r"[\w-]+", tag) for tag in about["tags"])

    introduction = body.strip().partition("\n## ")[0]
    assert introduction.startswith("# ")
    assert introduction.count("```tf\n") == 1
    assert re.search(r"^\s*version\s+= ", examples[0], re.MULTILINE)
    assert f'"registry.coder.com/coder/{NAME}/coder"' in examples[0]
    assert "```hcl" not in body

    text = re.sub(r"^```.*?^```", "", body, flags=re.DOTALL | re.MULTILINE)
    levels = [len(found) for found in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert levels.count(1) == 1
    assert all(level <= before + 1 for before, level in pairwise(levels))


def test_what_the_readme_links_to_is_there(module: Path, readme: str) -> None:
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)#]+[^)]*)\)", readme) if "://" not in link]
    assert [link for link in links if not (module / link).exists()] == []
    assert sum(link.endswith(".svg") for link in links) == 2


def test_its_readers_find_tf_helper_and_how_to_install_it(module: Path, readme: str) -> None:
    requirements = readme.partition("\n## Requirements\n")[2].partition("\n## ")[0]
    assert f"]({PROJECT})" in requirements
    assert f"]({PROJECT}/blob/HEAD/terraform/examples/provisioner/README.md)" in requirements
    assert not (module / "examples/provisioner").exists()
    assert "[[[" not in readme


def test_a_missing_formatter_is_said_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tests.registry.FORMATTER", ("/missing/prettier",))
    with pytest.raises(SystemExit, match="/missing/prettier is missing: install npm"):
        make("coder", tmp_path / "registry")
    assert list(tmp_path.iterdir()) == []


def test_an_example_shows_every_setting_and_none_a_secret(module: Path, readme: str, examples: list[str]) -> None:
    settings = [json.loads(name) for block in _hcl(module / "variables.tf")["variable"] for name in block]
    shown = readme + (module / "examples/template-tests/main.tf").read_text()
    assert [name for name in settings if not re.search(rf"\b{name}\b[`\s]+=", shown)] == []
    secret = re.compile(r"(?:key|token|password|secret)\w*\s+= \"", re.IGNORECASE)
    assert [example for example in examples if secret.search(example)] == []
    assert not any("-" in name for name in settings)
    assert "\n## Egress\n" in readme


def test_everything_is_formatted_and_spelled_as_the_registry_wants_it(module: Path) -> None:
    _run(*FORMATTER, "--check", module, cwd=NODE)
    _run("terraform", "fmt", "-check", "-recursive", cwd=module)
    _run("shellcheck", "--severity=warning", *module.rglob("*.sh"), cwd=module)
    _run("typos", module, cwd=module)


def test_its_tests_pass_where_tf_helper_is_not_installed(module: Path, make_terraform: MakeTerraform) -> None:
    assert {file.parent for file in module.rglob("*.tftest.hcl")} == {module}
    terraform = make_terraform(module, {"PATH": _path()})
    terraform.init()
    assert " passed, 0 failed." in terraform.test()


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("saves the certificate", {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": "mock-session-token"}),
        ("stops a workspace", {"CODER_WORKSPACE_TRANSITION": "stop"}),
    ],
)
def test_its_end_to_end_tests_pass(
    name: str, environment: dict[str, str], module: Path, make_terraform: MakeTerraform
) -> None:
    # Stand-ins for the providers do not see the environment of the Terraform that the test runs.
    terraform = make_terraform(module, {"PATH": _path(), "CODER_AGENT_URL": "https://coder.example.com", **environment})
    _run(NODE / "node_modules/.bin/bun", "test", "--test-name-pattern", name, cwd=module, terraform=terraform)


def _hcl(file: Path) -> dict[str, list[dict[str, object]]]:
    with file.open() as source:
        return hcl2.load(source)


def _path() -> str:
    terraform = shutil.which("terraform")
    assert terraform
    return f"{terraform.rpartition('/')[0]}:/usr/bin:/bin"


def _run(*command: str | Path, cwd: Path, terraform: Terraform | None = None) -> None:
    environment = terraform.environment if terraform else None
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
