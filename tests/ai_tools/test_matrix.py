"""Real tools finish a prompt with the environment of the wrapper, a key and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ai_tools.catalog import ALL_TOOLS
from tests.ai_tools.catalog.more import MORE_TOOLS
from tests.ai_tools.catalog.python import BOTO3
from tests.ai_tools.conftest import installed
from tests.harness.cells import TUNNELLED, Cell

if TYPE_CHECKING:
    from tests.ai_tools.catalog.tool import Tool
    from tests.ai_tools.conftest import RunTool
    from tests.ai_tools.stage import Stage

pytestmark = pytest.mark.tools


def marks(tool: Tool, cell: Cell | None = None) -> list[pytest.MarkDecorator]:
    on_demand = [pytest.mark.more_tools] if tool in MORE_TOOLS else []
    if cell is None or tool.verdict(cell).word == "yes":
        return on_demand
    # A tool that works by now fails here, and its reason has to go.
    return [*on_demand, pytest.mark.xfail(reason=tool.verdict(cell).reason, raises=AssertionError)]


MATRIX = [
    pytest.param(tool, cell, id=f"{tool.label}-{cell.host}-{cell.listener}", marks=marks(tool, cell))
    for tool in ALL_TOOLS
    for cell in tool.cells
]

every_tool = pytest.mark.parametrize(
    "tool", [pytest.param(tool, id=tool.label, marks=marks(tool)) for tool in ALL_TOOLS]
)


@pytest.mark.parametrize(("tool", "cell"), MATRIX)
def test_a_tool_gets_an_answer_to_its_prompt(tool: Tool, cell: Cell, run_tool: RunTool) -> None:
    run = run_tool(installed(tool), cell)
    assert (run.status, tool.shows in run.output) == (0, True), run.output
    visits = [visit for visit in run.visits if visit.host == tool.host]
    assert {visit.intercepted for visit in visits} == {cell.host == "intercepted"}
    assert not tool.path or tool.path in {visit.path for visit in visits}, visits


def test_no_tool_gets_a_certificate_in_a_variable_that_is_not_in_env() -> None:
    values = {tool.label: " ".join(tool.environment.values()) for tool in ALL_TOOLS}
    assert [label for label, text in values.items() if "{bundle}" in text or "{ca}" in text] == []


@every_tool
def test_only_known_tools_go_past_the_proxy(tool: Tool, run_tool: RunTool) -> None:
    runs = {cell: run_tool(installed(tool), cell) for cell in tool.cells}
    assert {cell: run.past for cell, run in runs.items()} == {cell: tool.past_in(cell) for cell in runs}


@every_tool
def test_only_known_tools_send_the_token_to_a_host(tool: Tool, run_tool: RunTool) -> None:
    runs = {cell: run_tool(installed(tool), cell) for cell in tool.cells}
    leaks = {cell for cell, run in runs.items() if any(visit.proxy_authorization for visit in run.visits)}
    assert leaks == tool.leaks


@every_tool
def test_no_tool_writes_the_token_to_its_home(tool: Tool, run_tool: RunTool) -> None:
    tunnelled = [run_tool(installed(tool), cell) for cell in TUNNELLED]
    assert [run.files_with_token for run in tunnelled] == [[], []]


@every_tool
def test_only_known_tools_write_their_key_to_their_home(tool: Tool, run_tool: RunTool) -> None:
    runs = [run_tool(installed(tool), cell) for cell in tool.cells if cell.host == "intercepted"]
    assert any(run.files_with_token for run in runs) == tool.keeps_key


def test_without_credentials_amazons_sdk_asks_the_metadata_service_directly(stage: Stage) -> None:
    run = stage.run(installed(BOTO3), Cell("tunnelled", "HTTP"), {"AWS_DEFAULT_REGION": "us-east-1"})
    assert "Unable to locate credentials" in run.output
    assert run.past == {"tcp 169.254.169.254:80"}
