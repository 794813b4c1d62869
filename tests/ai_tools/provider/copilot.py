"""What Copilot CLI asks before it sends a prompt: who the user is, which API to use, and which models there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.ai_tools.provider.answers import JsonObject

API = "api.individual.githubcopilot.com"

# Copilot CLI selects one only if it finds some names that it knows.
MODELS = ("claude-sonnet-4.5", "claude-sonnet-4", "claude-haiku-4.5", "gpt-5", "gpt-5-mini", "gpt-4.1")


def user() -> JsonObject:
    """Return the account with its plan."""
    return {
        "login": "alice",
        "access_type_sku": "copilot_individual",
        "copilot_plan": "individual",
        "chat_enabled": True,
        "cli_enabled": True,
        "endpoints": {"api": f"https://{API}", "telemetry": "https://telemetry.individual.githubcopilot.com"},
        "organization_list": [],
        "organization_login_list": [],
        "quota_snapshots": {},
    }


def models() -> JsonObject:
    """Return the models that the account may use."""
    return {"object": "list", "data": [_model(name) for name in MODELS]}


def _model(name: str) -> JsonObject:
    by_anthropic = name.startswith("claude")
    return {
        "id": name,
        "name": name,
        "object": "model",
        "vendor": "Anthropic" if by_anthropic else "OpenAI",
        "version": name,
        "preview": False,
        "model_picker_enabled": True,
        "is_chat_default": True,
        "is_chat_fallback": True,
        "policy": {"state": "enabled", "terms": ""},
        "supported_endpoints": ["/chat/completions", "/v1/messages" if by_anthropic else "/responses"],
        "capabilities": {
            "type": "chat",
            "family": name,
            "object": "model_capabilities",
            "tokenizer": "o200k_base",
            "limits": {"max_context_window_tokens": 200_000, "max_output_tokens": 16_000, "max_prompt_tokens": 128_000},
            "supports": {"streaming": True, "tool_calls": True, "parallel_tool_calls": True, "vision": True},
        },
        "billing": {"is_premium": False, "multiplier": 1},
    }
