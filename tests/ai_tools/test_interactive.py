"""What a person sees who starts a tool on a terminal, as a coder_app does: with a key, no page to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.ai_tools.catalog.programs import CLAUDE_CODE, CODEX, CODEX_PROVIDER, COPILOT_CLI, GEMINI_CLI
from tests.ai_tools.conftest import installed
from tests.ai_tools.provider.answers import TEXT
from tests.harness.cells import INTERCEPTED, TUNNELLED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.ai_tools.catalog.tool import Tool
    from tests.ai_tools.stage import Stage
    from tests.ai_tools.terminal import Steps
    from tests.harness.cells import Cell

pytestmark = pytest.mark.tools

ENTER, DOWN = "\r", "\x1b[B"
ASK = (("Say hello.", ENTER), (TEXT, ""))


# Without it, Gemini CLI asks. Braces are doubled, as {key} is replaced.
GEMINI_SETTINGS = (
    'mkdir -p ~/.gemini && echo \'{{"security": {{"auth": {{"selectedType": "gemini-api-key"}}}}}}\' '
    "> ~/.gemini/settings.json && "
)


class Start(NamedTuple):
    """How a person starts a tool, and what comes before the prompt."""

    tool: Tool
    command: tuple[str, ...]
    environment: Mapping[str, str]
    steps: Steps
    cell: Cell = INTERCEPTED[0]
    token_as_key: bool = False


STARTS = {
    "Claude Code": Start(
        CLAUDE_CODE,
        ("claude",),
        {},
        (
            ("Choose the text style", ENTER),
            ("Press Enter to continue", ENTER),
            ("Yes, I trust this folder", DOWN),
            ("Yes, I trust this folder", ENTER),
            ("for agents", "Say hello."),
            *ASK,
        ),
        token_as_key=True,
    ),
    "Codex, with a provider": Start(
        CODEX, ("codex", *CODEX_PROVIDER), {}, (("Ask Codex to do anything", "Say hello."), *ASK), token_as_key=True
    ),
    "Copilot CLI": Start(
        COPILOT_CLI,
        ("copilot",),
        COPILOT_CLI.environment,
        (("Confirm folder trust", ENTER), ("/ commands", "Say hello."), *ASK),
    ),
    "Gemini CLI": Start(
        GEMINI_CLI,
        ("sh", "-c", GEMINI_SETTINGS + "exec gemini --skip-trust --model gemini-2.5-flash"),
        GEMINI_CLI.environment,
        (("Type your message", "Say hello."), *ASK),
        cell=TUNNELLED[0],
    ),
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_a_tool_with_a_key_answers_on_a_terminal_without_a_page_to_sign_in(start: Start, stage: Stage) -> None:
    left, shown = converse(start, stage)
    assert not left, shown


def test_codex_without_a_provider_shows_its_page_to_sign_in_whatever_key_is_set(stage: Stage) -> None:
    keys = {"OPENAI_API_KEY": "{key}", "CODEX_API_KEY": "{key}"}
    left, shown = converse(Start(CODEX, ("codex",), keys, (("Sign in with ChatGPT", ""),)), stage)
    assert not left, shown


def test_gemini_asks_how_to_sign_in_unless_it_is_told(stage: Stage) -> None:
    steps = (("How would you like to authenticate", ""), ("Existing API key detected", ""))
    start = Start(GEMINI_CLI, ("gemini", "--skip-trust"), GEMINI_CLI.environment, steps, cell=TUNNELLED[0])
    left, shown = converse(start, stage)
    assert not left, shown


def converse(start: Start, stage: Stage) -> tuple[list[str], str]:
    installed(start.tool)
    wrapper = stage.wrapper_with_token_as_key if start.token_as_key else None
    return stage.converse(start.command, start.environment, start.steps, start.cell, wrapper)
