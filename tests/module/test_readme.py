"""The module's own README, for those who copy the folder, and the HCL of all pages."""

from __future__ import annotations

import re
import shutil
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
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

data "coder_workspace" "me" {}

resource "coder_agent" "main" {
  arch = "amd64"
  os   = "linux"
}
"""

# What a block needs that another one on its page shows.
MODULE_BLOCK = """
module "aibridge_proxy" {
  source       = "./aibridge-proxy"
  agent_id     = coder_agent.main.id
  proxy_url    = "https://aiproxy.example.com"
  wrapper_path = "/tmp/aibridge-proxy/ai-proxy"
}
"""

# Each once, under the first page that shows it.
BLOCKS = {
    textwrap.dedent(block): f"{page.relative_to(ROOT)}: {block.split('{')[0].strip()}"
    for page in (*sorted((ROOT / "docs").glob("*.md")), MODULE / "README.md", ROOT / "README.md")
    for block in re.findall(r"^ *```(?:hcl|tf)\n(.*?)^ *```$", page.read_text(), re.DOTALL | re.MULTILINE)
}


def test_its_links_stay_in_the_folder() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if ".." in link or not (MODULE / link).exists()] == []


@pytest.mark.parametrize("block", BLOCKS, ids=BLOCKS.values())
def test_what_a_page_shows_is_valid(block: str, make_terraform: MakeTerraform, module_copy: Path) -> None:
    template = module_copy / "examples" / "readme"
    template.mkdir()
    shown = block if 'module "aibridge_proxy"' in block else MODULE_BLOCK + block
    shown = (
        with_stand_in_modules(shown).replace("./aibridge-proxy", "../..").replace('"./tool"', '"../tool-module/tool"')
    )
    (template / "main.tf").write_text(TEMPLATE + shown)
    # What a block of docs/certificates.md reads.
    (template / "company-root.pem").touch()
    terraform = make_terraform(template)
    terraform.init()
    terraform.validate()


def test_a_template_passes_the_tests_that_it_shows_without_tf_helper(
    make_terraform: MakeTerraform, module_copy: Path, tmp_path: Path
) -> None:
    template = module_copy / "examples" / "template-tests"
    (tests,) = re.findall(r"^```terraform\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    (template / "template.tftest.hcl").write_text(tests)
    (tmp_path / "bin").mkdir()
    for program in ("sh", "terraform"):
        (tmp_path / "bin" / program).symlink_to(shutil.which(program) or program)
    terraform = make_terraform(template, {"PATH": str(tmp_path / "bin")})
    terraform.init()
    assert "Success! 2 passed, 0 failed." in terraform.test()


def test_all_hcl_is_formatted(make_terraform: MakeTerraform, module_copy: Path) -> None:
    for number, block in enumerate(BLOCKS):
        (module_copy / f"block{number}.tf").write_text(block)
    done = make_terraform(module_copy).run("fmt", "-check", "-recursive", "-diff", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
