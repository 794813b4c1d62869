"""The telemetry of the tools that people start by name, by OTLP to a collector of the company's.

Whether spans and logs reach the collector is looked at, not the prompt: `host` is the collector's. OpenAI's agents send
theirs to OpenAI.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.ai_tools.catalog.javascript import AGENTS, NODE_24, javascript_tool
from tests.ai_tools.catalog.programs import CLAUDE_CODE, CODEX, GEMINI_CLI
from tests.ai_tools.catalog.python import OPENAI_AGENTS
from tests.ai_tools.catalog.tool import TELEMETRY, TELEMETRY_GRPC
from tests.harness.cells import OVER_TLS, TUNNELLED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.ai_tools.catalog.tool import Tool
    from tests.harness.cells import Cell

CLAUDE_CODE_TELEMETRY = {
    "CLAUDE_CODE_ENABLE_TELEMETRY": "1",
    "OTEL_METRICS_EXPORTER": "otlp",
    "OTEL_LOGS_EXPORTER": "otlp",
}
OWN_AGENT = "Its exporter has an agent of its own. Use gRPC, through a proxy with an `http` URL"
GRPC_IGNORES_TLS = "gRPC ignores an `https` URL in the environment. Use a proxy with an `http` URL"
OWN_CLIENT = "Its exporter ignores the environment. Use HTTP"


def sending(
    tool: Tool,
    by: str,
    environment: Mapping[str, str],
    *arguments: str,
    bypasses: Mapping[Cell, str] | None = None,
) -> Tool:
    """Return a tool that sends its telemetry by HTTP or gRPC."""
    return replace(
        tool,
        family="Telemetry",
        name=f"{tool.name}, {by}",
        host=TELEMETRY_GRPC if by == "gRPC" else TELEMETRY,
        command=(*tool.command[:1], *arguments, *tool.command[1:]),
        environment={**tool.environment, **environment},
        bypasses=bypasses or {},
        notes={},
    )


def codex(exporter: str) -> Iterable[str]:
    """Return Codex's options. Braces are doubled, as {key} is replaced."""
    return "--config", f"otel.exporter={{{{{exporter}}}}}"


HTTPS, HTTPS_GRPC = f"https://{TELEMETRY}", f"https://{TELEMETRY_GRPC}"

TELEMETRY_TOOLS = (
    sending(
        CLAUDE_CODE,
        "HTTP",
        {
            **CLAUDE_CODE_TELEMETRY,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_EXPORTER_OTLP_ENDPOINT": HTTPS,
        },
    ),
    sending(
        CLAUDE_CODE,
        "gRPC",
        {
            **CLAUDE_CODE_TELEMETRY,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
            "OTEL_EXPORTER_OTLP_ENDPOINT": HTTPS_GRPC,
        },
        bypasses=dict.fromkeys(OVER_TLS, "gRPC ignores an `https` URL in the environment. Use HTTP"),
    ),
    sending(CODEX, "HTTP", {}, *codex(f'otlp-http={{{{endpoint="{HTTPS}/v1/logs", protocol="binary"}}}}')),
    sending(
        CODEX,
        "gRPC",
        {},
        *codex(f'otlp-grpc={{{{endpoint="{HTTPS_GRPC}"}}}}'),
        bypasses=dict.fromkeys(TUNNELLED, OWN_CLIENT),
    ),
    *(
        sending(
            GEMINI_CLI,
            {"http": "HTTP", "grpc": "gRPC"}[protocol],
            {
                "GEMINI_TELEMETRY_ENABLED": "true",
                "GEMINI_TELEMETRY_TARGET": "local",
                "GEMINI_TELEMETRY_OTLP_PROTOCOL": protocol,
                "GEMINI_TELEMETRY_OTLP_ENDPOINT": endpoint,
            },
            bypasses=bypasses,
        )
        for protocol, endpoint, bypasses in (
            ("http", HTTPS, dict.fromkeys(TUNNELLED, OWN_AGENT)),
            ("grpc", HTTPS_GRPC, dict.fromkeys(OVER_TLS, GRPC_IGNORES_TLS)),
        )
    ),
    *(
        replace(tool, family="Telemetry", name=f"{tool.name}, traces", path="/v1/traces/ingest")
        for tool in (OPENAI_AGENTS, javascript_tool(NODE_24, AGENTS))
    ),
)
