"""The module's own `terraform test` files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN
from tests.harness.terraform import MODULE, TerraformError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.terraform import MakeTerraform

STOPPING_WORKSPACE = {
    "CODER_AGENT_URL": "https://dev.coder.com/",
    "CODER_WORKSPACE_TRANSITION": "stop",
    "CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN,
}


@pytest.mark.parametrize("environment", [{}, STOPPING_WORKSPACE], ids=["plain", "in a stopping workspace"])
@pytest.mark.parametrize("directory", [".", "examples/template-tests"])
def test_the_modules_own_tests_and_those_of_a_template_pass_anywhere_and_print_no_token(
    directory: str, environment: dict[str, str], make_terraform: MakeTerraform, module_copy: Path
) -> None:
    terraform = make_terraform(module_copy / directory, environment)
    terraform.init()
    printed = terraform.test("-verbose")
    assert "Success! 0 passed" not in printed
    assert TOKEN not in printed


@pytest.mark.parametrize(
    "directory", [".", *sorted(f"examples/{found.parent.name}" for found in (MODULE / "examples").glob("*/main.tf"))]
)
def test_the_configuration_is_valid(directory: str, make_terraform: MakeTerraform, module_copy: Path) -> None:
    terraform = make_terraform(module_copy / directory)
    terraform.init()
    terraform.validate()


@pytest.mark.parametrize(("example", "other"), [("copilot", "1.0"), ("copilot-1.0", "0.4")])
def test_the_inputs_of_one_version_of_the_copilot_module_are_not_those_of_the_other(
    example: str, other: str, make_terraform: MakeTerraform, module_copy: Path
) -> None:
    main = module_copy / "examples" / example / "main.tf"
    main.write_text(re.sub(r"fixtures/copilot-[\d.]+", f"fixtures/copilot-{other}", main.read_text()))
    terraform = make_terraform(main.parent)
    terraform.init()
    with pytest.raises(TerraformError, match="Unsupported argument"):
        terraform.validate()


def test_the_hcl_is_formatted(make_terraform: MakeTerraform) -> None:
    done = make_terraform(MODULE).run("fmt", "-check", "-recursive", "-diff", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
