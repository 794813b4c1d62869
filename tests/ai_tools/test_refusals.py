"""Tools report a refusal as docs/tools.md says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ai_tools.catalog.refusals import REFUSALS
from tests.ai_tools.conftest import installed
from tests.harness.cells import Cell
from tests.harness.deployment import TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ai_tools.catalog.tool import Tool
    from tests.ai_tools.stage import Stage

pytestmark = pytest.mark.tools

INTERCEPTED = Cell("intercepted", "HTTP")
AN_OLD_TOKEN = "9999999999-ofthestartbeforethisone"

# With coder_token_as_api_key, these are the token.
TOKEN_AS_KEY = {"ANTHROPIC_API_KEY", "OPENAI_API_KEY"}

every_tool = pytest.mark.parametrize("tool", REFUSALS, ids=lambda tool: tool.label)
# Some take half a minute to give up.
on_demand = pytest.mark.more_tools


@every_tool
def test_an_old_token_is_reported_as_documented(tool: Tool, stage: Stage, tmp_path: Path) -> None:
    says = REFUSALS[tool].old_token
    wrapper = changed(stage.wrapper_with_token_as_key, TOKEN, AN_OLD_TOKEN, tmp_path)
    environment = {name: value for name, value in tool.environment.items() if name not in TOKEN_AS_KEY}
    assert says in stage.run(installed(tool), INTERCEPTED, environment, wrapper=wrapper, until=says).output


@on_demand
@every_tool
def test_an_empty_token_is_reported_as_documented(tool: Tool, stage: Stage, tmp_path: Path) -> None:
    says = REFUSALS[tool].no_token
    wrapper = changed(stage.wrappers["HTTP"], TOKEN, "", tmp_path)
    assert says in stage.run(installed(tool), INTERCEPTED, wrapper=wrapper, until=says).output


@on_demand
@every_tool
def test_an_untrusted_ca_is_reported_as_documented(
    tool: Tool, stage: Stage, tmp_path: Path, system_roots: Path
) -> None:
    says = REFUSALS[tool].untrusted
    bundle = stage.wrappers["HTTP"].parent.parent / "certs" / "ca.bundle.pem"
    wrapper = changed(stage.wrappers["HTTP"], str(bundle), str(system_roots), tmp_path)
    assert says in stage.run(installed(tool), INTERCEPTED, wrapper=wrapper, until=says).output


def changed(wrapper: Path, old: str, new: str, directory: Path) -> Path:
    text = wrapper.read_text()
    assert old in text
    copy = directory / "ai-proxy"
    copy.touch(mode=0o700)
    copy.write_text(text.replace(old, new))
    return copy
