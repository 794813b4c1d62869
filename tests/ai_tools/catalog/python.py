"""The SDKs and HTTP clients for Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.ai_tools.catalog.tool import (
    AMAZON,
    AMAZON_KEY,
    ANTHROPIC,
    ANTHROPIC_KEY,
    COHERE,
    GOOGLE,
    GOOGLE_KEY,
    GROQ,
    MCP,
    MISTRAL,
    OPENAI,
    OPENAI_KEY,
    PYPI,
    TELEMETRY,
    TELEMETRY_GRPC,
    XAI,
    XAI_GRPC,
    Tool,
)
from tests.ai_tools.packages import PYTHON, PyPiPackage
from tests.ai_tools.provider.answers import TEXT
from tests.harness.cells import CELLS, OVER_TLS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.harness.cells import Cell

UV = PyPiPackage("uv")

AIOHTTP = "aiohttp ignores the environment. Pass it `trust_env=True`, or `proxy=os.environ['HTTPS_PROXY']`"
AIOHTTP_OVER_TLS = "aiohttp ignores an `https` URL in the environment. Pass it `proxy=os.environ['HTTPS_PROXY']`"
GOOGLE_OVER_TLS = (
    "google-genai's async client uses aiohttp if that is installed, which ignores an `https` URL in the environment. "
    "Pass it `http_options={'async_client_args': {'proxy': os.environ['HTTPS_PROXY']}}`"
)
HTTPLIB2 = (
    "httplib2 ignores the environment without PySocks. Install that, and pass `ca_certs=os.environ['SSL_CERT_FILE']`"
)
HTTPLIB2_OVER_TLS = "PySocks speaks plain HTTP to every proxy. Use requests or httpx"
WEBSOCKETS_OVER_TLS = "Python's `ssl` cannot speak TLS inside TLS on a blocking socket. Use `websockets.asyncio`"
WEBSOCKETS_14 = "websockets ignores the environment before version 15. Use version 16 or newer"
WEBSOCKETS_15 = "websockets 15 rejects the proxy's answer, `HTTP/1.0 200`. Use version 16 or newer"

GRPC_INTERCEPTED = "gRPC needs HTTP/2, which the proxy does not speak on intercepted hosts"
XAI_BY_REST = "Use OpenAI's SDK with `base_url='https://api.x.ai/v1'`"
GRPC_OVER_TLS = "gRPC ignores an `https` URL in the environment"

INTERCEPTED_HTTP = CELLS[0]


def python_tool(
    name: str,
    script: str,
    host: str,
    key: Mapping[str, str],
    *,
    package: str | PyPiPackage = "",
    fails: Mapping[Cell, str] | None = None,
    bypasses: Mapping[Cell, str] | None = None,
    shows: str = TEXT,
    by_websocket: bool = False,
) -> Tool:
    """Return a tool that consists of a package, named like the tool unless given, and a script."""
    found = package if isinstance(package, PyPiPackage) else PyPiPackage(package or name.partition(",")[0])
    program, *arguments = script.split()
    command = (found.program("python"), str(PYTHON / program), *arguments)
    return Tool(
        "Python", name, (found,), host, command, key, shows, fails or {}, bypasses or {}, by_websocket=by_websocket
    )


def by_grpc(
    name: str,
    script: str,
    host: str,
    key: Mapping[str, str],
    instead: str,
    *,
    package: str | PyPiPackage = "",
    shows: str = TEXT,
) -> Tool:
    """Return a tool that uses gRPC, and what to use instead."""
    return python_tool(
        name,
        script,
        host,
        key,
        fails={INTERCEPTED_HTTP: f"{GRPC_INTERCEPTED}. {instead}"},
        bypasses=dict.fromkeys(OVER_TLS, f"{GRPC_OVER_TLS}. {instead}"),
        package=package,
        shows=shows,
    )


ANTHROPIC_SDK = python_tool("anthropic", "ask_anthropic.py sync", ANTHROPIC, ANTHROPIC_KEY)
OPENAI_SDK = python_tool("openai", "ask_openai.py sync", OPENAI, OPENAI_KEY)
OPENAI_AGENTS = python_tool("openai-agents", "ask_by_agents.py openai", OPENAI, OPENAI_KEY)
XAI_SDK, XAI_SDK_ASYNC = (
    by_grpc(f"xai-sdk{suffix}", f"ask_xai.py {sends}", XAI_GRPC, {"XAI_API_KEY": "{key}"}, XAI_BY_REST)
    for sends, suffix in {"sync": "", "async": ", async"}.items()
)
BOTO3 = python_tool("boto3", "ask_amazon.py", AMAZON, AMAZON_KEY)

PYTHON_TOOLS = (
    ANTHROPIC_SDK,
    python_tool("anthropic, async", "ask_anthropic.py async", ANTHROPIC, ANTHROPIC_KEY),
    OPENAI_SDK,
    python_tool("openai, async", "ask_openai.py async", OPENAI, OPENAI_KEY),
    OPENAI_AGENTS,
    python_tool("google-genai", "ask_google.py sync", GOOGLE, GOOGLE_KEY),
    python_tool(
        "google-genai, async",
        "ask_google.py async",
        GOOGLE,
        GOOGLE_KEY,
        bypasses=dict.fromkeys(OVER_TLS, GOOGLE_OVER_TLS),
    ),
    python_tool("google-genai, async, `proxy`", "ask_google.py async-proxy", GOOGLE, GOOGLE_KEY),
    BOTO3,
    *(
        python_tool(f"{name}{suffix}", f"ask_by_chat_sdk.py {name.removesuffix('ai')} {sends}", host, {}, package=name)
        for name, host in {"mistralai": MISTRAL, "cohere": COHERE, "groq": GROQ}.items()
        for sends, suffix in {"sync": "", "async": ", async"}.items()
    ),
    python_tool("pydantic-ai", "ask_by_agents.py pydantic", ANTHROPIC, ANTHROPIC_KEY, package="pydantic-ai-slim"),
    python_tool("mcp", "ask_by_mcp.py", MCP, {}),
    XAI_SDK,
    XAI_SDK_ASYNC,
    python_tool("openai, xAI's `base_url`", "ask_openai.py xai", XAI, {"XAI_API_KEY": "{key}"}),
    python_tool(
        "OpenTelemetry, OTLP over HTTP",
        "send_telemetry.py http",
        TELEMETRY,
        {"OTEL_EXPORTER_OTLP_ENDPOINT": f"https://{TELEMETRY}"},
        package="opentelemetry-exporter-otlp-proto-http",
        shows="SUCCESS",
    ),
    by_grpc(
        "OpenTelemetry, OTLP over gRPC",
        "send_telemetry.py grpc",
        TELEMETRY_GRPC,
        {"OTEL_EXPORTER_OTLP_ENDPOINT": f"https://{TELEMETRY_GRPC}"},
        "Use OTLP over HTTP",
        package="opentelemetry-exporter-otlp-proto-grpc",
        shows="SUCCESS",
    ),
    python_tool(
        "aiohttp",
        "ask_by_aiohttp.py plain",
        ANTHROPIC,
        ANTHROPIC_KEY,
        bypasses=dict.fromkeys(CELLS, AIOHTTP),
    ),
    python_tool(
        "aiohttp, `trust_env`",
        "ask_by_aiohttp.py trust-env",
        ANTHROPIC,
        ANTHROPIC_KEY,
        bypasses=dict.fromkeys(OVER_TLS, AIOHTTP_OVER_TLS),
    ),
    python_tool("aiohttp, `proxy`", "ask_by_aiohttp.py proxy", ANTHROPIC, ANTHROPIC_KEY),
    python_tool(
        "urllib3",
        "ask_by_urllib3.py",
        ANTHROPIC,
        ANTHROPIC_KEY,
        bypasses=dict.fromkeys(CELLS, "urllib3 ignores the environment. Use requests or httpx"),
    ),
    python_tool("httplib2", "ask_by_httplib2.py", ANTHROPIC, ANTHROPIC_KEY, bypasses=dict.fromkeys(CELLS, HTTPLIB2)),
    python_tool(
        "httplib2, PySocks, `ca_certs`",
        "ask_by_httplib2.py ca-certs",
        ANTHROPIC,
        ANTHROPIC_KEY,
        package=PyPiPackage("httplib2", PYTHON / "httplib2.txt"),
        fails=dict.fromkeys(OVER_TLS, HTTPLIB2_OVER_TLS),
    ),
    *(
        python_tool(
            f"websockets, {kind}",
            f"ask_by_websockets.py {sends}",
            OPENAI,
            OPENAI_KEY,
            package=PyPiPackage("websockets", PYTHON / f"websockets-{major}.txt"),
            fails=fails,
            bypasses=bypasses,
            by_websocket=True,
        )
        for major, sends, kind, fails, bypasses in (
            (14, "async", "asyncio", {}, dict.fromkeys(CELLS, WEBSOCKETS_14)),
            (15, "async", "asyncio", dict.fromkeys(CELLS, WEBSOCKETS_15), {}),
            (16, "async", "asyncio", {}, {}),
            (16, "sync", "threads", dict.fromkeys(OVER_TLS, WEBSOCKETS_OVER_TLS), {}),
        )
    ),
    Tool(
        "Python",
        "uv",
        (UV,),
        PYPI,
        (UV.program("uv"), "pip", "install", "--no-cache", "--target", "{home}", "example"),
        {},
        shows="example==1.2.3",
    ),
)
