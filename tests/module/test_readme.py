"""The module's own README, for those who copy the folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from tests.harness.terraform import MODULE, with_stand_in_modules

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.terraform import MakeTerraform

README = (MODULE / "README.md").read_text()

TEMPLATE = """
terraform {
  required_providers {
    coder = { source = "coder/coder" }
  }
}

resource "coder_agent" "main" {
  arch = "amd64"
  os   = "linux"
}
"""

PROXY, *TOOLS = re.findall(r"^```tf\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def test_it_has_the_front_matter_of_a_module_in_coders_registry() -> None:
    front_matter = YAML(typ="safe").load(README.split("---\n")[1])
    assert front_matter.keys() == {"display_name", "description", "icon", "tags"}
    assert all(front_matter.values())


def test_its_links_stay_in_the_folder() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if ".." in link or not (MODULE / link).exists()] == []


@pytest.mark.parametrize("tool", TOOLS)
def test_what_it_shows_is_valid(tool: str, make_terraform: MakeTerraform, module_copy: Path) -> None:
    template = module_copy / "examples" / "readme"
    template.mkdir()
    shown = with_stand_in_modules(PROXY + tool)
    shown = shown.replace('"./aibridge-proxy"', '"../.."').replace('"./tool"', '"../tool-module/tool"')
    (template / "main.tf").write_text(TEMPLATE + shown)
    terraform = make_terraform(template)
    terraform.init()
    terraform.validate()
