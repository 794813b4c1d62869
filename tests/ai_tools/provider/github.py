"""What an editor's Copilot asks GitHub for: to sign a user in, a token for Copilot, and inline completions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.ai_tools.provider.answers import TEXT
from tests.ai_tools.provider.copilot import API, user

if TYPE_CHECKING:
    from tests.ai_tools.provider.answers import JsonObject

# Copilot takes an answer without it for a firewall's.
HEADERS = {"X-GitHub-Request-Id": "1"}

COMPLETIONS = "proxy.individual.githubcopilot.com"


def device_code() -> JsonObject:
    """Return the code that a user types into GitHub's page."""
    return {
        "device_code": "device",
        "user_code": "ABCD-EFGH",
        "verification_uri": "https://github.com/login/device",
        "expires_in": 900,
        "interval": 1,
    }


def access_token() -> JsonObject:
    """Return what an editor gets once the user has done so."""
    return {"access_token": "gho_alice", "token_type": "bearer", "scope": "repo,workflow"}


def copilot_token() -> JsonObject:
    """Return the token for Copilot's API, with its hosts."""
    return {
        "token": "tid=alice;exp=4102444800;sku=copilot_individual;chat=1",
        "expires_at": int(time.time()) + 3600,
        "refresh_in": 1800,
        "sku": "copilot_individual",
        "individual": True,
        "chat_enabled": True,
        "code_quote_enabled": False,
        "public_suggestions": "enabled",
        "telemetry": "enabled",
        "endpoints": {**user()["endpoints"], "api": f"https://{API}", "proxy": f"https://{COMPLETIONS}"},
    }


def inline_completion() -> JsonObject:
    """Return the only event of a streamed completion."""
    return {"id": "cmpl-1", "created": 1, "choices": [{"index": 0, "text": TEXT, "finish_reason": "stop"}]}
