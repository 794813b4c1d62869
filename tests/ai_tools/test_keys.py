"""Which key reaches the provider: the company's, for the Coder token, or the user's own, if the gateway allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ai_tools.catalog.programs import CLAUDE_CODE, CODEX, CODEX_WITH_PROVIDER
from tests.ai_tools.catalog.python import ANTHROPIC_SDK, OPENAI_SDK
from tests.ai_tools.conftest import installed
from tests.ai_tools.stage import OWN_KEY
from tests.harness.cells import Cell
from tests.harness.deployment import TOKEN
from tests.harness.gateway import COMPANY_KEY, GOVERNANCE_HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ai_tools.catalog.tool import Tool
    from tests.ai_tools.stage import Run, Stage
    from tests.harness.gateway import Gateway

pytestmark = pytest.mark.tools

INTERCEPTED = Cell("intercepted", "HTTP")

OWN_API_KEY = {"ANTHROPIC_API_KEY": OWN_KEY}
# Since version 2 for Python and 1 for JavaScript, the SDK sends its API key as Bearer.
X_API_KEY = {
    CLAUDE_CODE: OWN_API_KEY,
    ANTHROPIC_SDK: {"ANTHROPIC_CUSTOM_HEADERS": f"X-Api-Key: {OWN_KEY}"},
}
BEARER = {
    CLAUDE_CODE: {"ANTHROPIC_AUTH_TOKEN": OWN_KEY},
    CODEX: {"CODEX_API_KEY": OWN_KEY},
    ANTHROPIC_SDK: OWN_API_KEY,
    OPENAI_SDK: {"OPENAI_API_KEY": OWN_KEY},
}


def each(*tools: Tool) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("tool", tools, ids=lambda tool: tool.label)


@pytest.fixture
def company_keys_only(provider_gateway: Gateway) -> Iterator[None]:
    """Turn bring-your-own-key off."""
    provider_gateway.faults.add("own keys")
    yield
    provider_gateway.faults.discard("own keys")


@each(CLAUDE_CODE, CODEX, CODEX_WITH_PROVIDER, ANTHROPIC_SDK, OPENAI_SDK)
def test_a_tool_with_the_coder_token_as_its_key_uses_the_companys_key(tool: Tool, stage: Stage) -> None:
    run = stage.run(installed(tool), INTERCEPTED, {}, wrapper=stage.wrapper_with_token_as_key)
    assert keys_of_answered_prompts(run) == {f"Bearer {COMPANY_KEY}"}


@pytest.mark.parametrize(
    ("tool", "key"), [(CLAUDE_CODE, COMPANY_KEY), (ANTHROPIC_SDK, OWN_KEY)], ids=["Claude Code", "anthropic"]
)
def test_claude_code_prefers_the_token_to_an_api_key_and_the_sdk_does_not(tool: Tool, key: str, stage: Stage) -> None:
    run = stage.run(installed(tool), INTERCEPTED, OWN_API_KEY, wrapper=stage.wrapper_with_token_as_key)
    assert keys_of_answered_prompts(run) == {f"Bearer {key}"}


@each(*BEARER)
def test_the_users_own_bearer_reaches_the_provider(tool: Tool, stage: Stage) -> None:
    run = stage.run(installed(tool), INTERCEPTED, BEARER[tool])
    assert keys_of_answered_prompts(run) == {f"Bearer {OWN_KEY}"}


@each(CLAUDE_CODE, ANTHROPIC_SDK, OPENAI_SDK)
def test_the_users_own_bearer_is_refused_if_own_keys_are_off(tool: Tool, stage: Stage, company_keys_only: None) -> None:
    refusal(stage.run(installed(tool), INTERCEPTED, BEARER[tool]))


@each(*X_API_KEY)
def test_the_users_own_x_api_key_is_refused(tool: Tool, stage: Stage) -> None:
    assert "unauthorized" in refusal(stage.run(installed(tool), INTERCEPTED, X_API_KEY[tool]))


@each(*X_API_KEY)
def test_the_users_own_x_api_key_reaches_the_provider_with_the_coder_token_in_a_header(
    tool: Tool, stage: Stage
) -> None:
    headers = X_API_KEY[tool].get("ANTHROPIC_CUSTOM_HEADERS", "")
    custom = {"ANTHROPIC_CUSTOM_HEADERS": f"{headers}\n{GOVERNANCE_HEADER}: {TOKEN}".strip()}
    run = stage.run(installed(tool), INTERCEPTED, {**X_API_KEY[tool], **custom})
    assert keys_of_answered_prompts(run) == {OWN_KEY}


def keys_of_answered_prompts(run: Run) -> set[str]:
    assert run.status == 0, run.output
    return _keys(run)


def refusal(run: Run) -> str:
    assert (run.status, _keys(run)) == (1, set()), run.output
    return run.output


def _keys(run: Run) -> set[str]:
    return {key for visit in run.visits if visit.path.endswith(("/messages", "/responses")) for key in visit.keys}
