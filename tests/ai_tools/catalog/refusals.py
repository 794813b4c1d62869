"""What a tool prints when the gateway, the proxy or the tool itself refuses a connection or a request."""

from __future__ import annotations

from typing import NamedTuple

from tests.ai_tools.catalog.programs import CLAUDE_CODE, CODEX, COPILOT_CLI
from tests.ai_tools.catalog.python import ANTHROPIC_SDK, OPENAI_SDK


class Refusal(NamedTuple):
    """What the tool says, by reason."""

    old_token: str
    """The token is one of an earlier start: the gateway answers 403."""
    no_token: str
    """The token is empty: the proxy answers 407."""
    untrusted: str
    """The proxy's CA is not in the bundle."""


REFUSALS = {
    CLAUDE_CODE: Refusal(
        "Failed to authenticate. API Error: 403 unauthorized",
        "the proxy refused the tunnel",
        "SELF_SIGNED_CERT_IN_CHAIN",
    ),
    CODEX: Refusal(
        "unexpected status 403 Forbidden: unauthorized",
        "HTTP CONNECT failed with status 407",
        "invalid peer certificate: UnknownIssuer",
    ),
    COPILOT_CLI: Refusal(
        "Error: Access denied by policy settings",
        "tunnel error: proxy authorization required",
        "error sending request",
    ),
    ANTHROPIC_SDK: Refusal(
        "anthropic.PermissionDeniedError: unauthorized",
        "anthropic.APIConnectionError: Connection error.",
        "anthropic.APIConnectionError: Connection error.",
    ),
    OPENAI_SDK: Refusal(
        "openai.PermissionDeniedError: Error code: 403",
        "openai.APIConnectionError: Connection error.",
        "openai.APIConnectionError: Connection error.",
    ),
}
