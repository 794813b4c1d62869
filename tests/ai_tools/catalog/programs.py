"""The AI tools that people start by name."""

from __future__ import annotations

from tests.ai_tools.catalog.tool import ANTHROPIC, ANTHROPIC_KEY, COPILOT, GOOGLE, GOOGLE_KEY, OPENAI, Tool
from tests.ai_tools.packages import NpmPackage, node
from tests.harness.cells import INTERCEPTED, OVER_TLS

NODE = node(24)

# By this Codex uses a key from the environment also on a terminal. Braces are doubled, as {key} is replaced.
CODEX_PROVIDER = (
    *("--config", "model_provider=gateway"),
    "--config",
    (
        'model_providers.gateway={{name="gateway", base_url="https://api.openai.com/v1", env_key="OPENAI_API_KEY", '
        'wire_api="responses"}}'
    ),
)

CLAUDE_CODE = Tool(
    "Tools",
    "Claude Code",
    (NpmPackage("@anthropic-ai/claude-code"),),
    ANTHROPIC,
    ("claude", "-p", "Say hello."),
    ANTHROPIC_KEY,
)
CODEX = Tool(
    "Tools",
    "Codex",
    (NpmPackage("@openai/codex"), NODE),
    OPENAI,
    ("codex", "exec", "--skip-git-repo-check", "Say hello."),
    {"CODEX_API_KEY": "{key}"},
    notes={
        INTERCEPTED[0]: "AI Gateway does not serve WebSockets. Codex tries one for a few seconds, and then uses HTTPS",
        **dict.fromkeys(
            OVER_TLS,
            "Codex's WebSocket client does not support an `https` proxy URL. It tries six times, which takes about six "
            "seconds, and then uses HTTPS",
        ),
    },
)
CODEX_WITH_PROVIDER = Tool(
    "Tools",
    "Codex, with a provider",
    CODEX.packages,
    OPENAI,
    ("codex", "exec", *CODEX_PROVIDER, "--skip-git-repo-check", "Say hello."),
    {"OPENAI_API_KEY": "{key}"},
)
COPILOT_CLI = Tool(
    "Tools",
    "Copilot CLI",
    (NpmPackage("@github/copilot"), NODE),
    COPILOT,
    ("copilot", "-p", "Say hello."),
    {"GH_TOKEN": "github_pat_{key}"},
)
GEMINI_CLI = Tool(
    "Tools",
    "Gemini CLI",
    (NpmPackage("@google/gemini-cli"), NODE),
    GOOGLE,
    # A model, because it would have another one choose: in JSON, which the provider does not speak.
    ("gemini", "--skip-trust", "--model", "gemini-2.5-flash", "--prompt", "Say hello."),
    GOOGLE_KEY,
)

PROGRAMS = (CLAUDE_CODE, CODEX, CODEX_WITH_PROVIDER, COPILOT_CLI, GEMINI_CLI)
