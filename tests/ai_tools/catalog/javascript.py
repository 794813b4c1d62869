"""The SDKs and HTTP clients for JavaScript, on each runtime."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

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
    TELEMETRY,
    TELEMETRY_GRPC,
    YARN,
    Tool,
)
from tests.ai_tools.packages import JAVASCRIPT, NpmPackage, node
from tests.ai_tools.provider.answers import TEXT
from tests.harness.cells import CELLS, OVER_TLS, TUNNELLED, Cell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.ai_tools.packages import Package

BIN = JAVASCRIPT / "node_modules" / ".bin"


@dataclass(frozen=True, eq=False)
class Runtime:
    """Something that runs JavaScript."""

    name: str
    package: Package
    command: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Library:
    """Something that sends a prompt, in a script, and the API of the runtime that it uses."""

    name: str
    script: str
    by: Literal["fetch", "https", "WebSocket"]
    host: str
    key: Mapping[str, str]
    package: str = ""
    shows: str = TEXT
    folder: Path = JAVASCRIPT

    @property
    def by_websocket(self) -> bool:
        """Whether it sends the prompt over a WebSocket."""
        return self.script.startswith("w")


def node_runtime(major: int) -> Runtime:
    package = node(major)
    return Runtime(f"Node.js {major}", package, (str(package.folder / "node_modules/.bin/node"),))


NODE_22, NODE_24 = node_runtime(22), node_runtime(24)
BUN = Runtime("Bun", NpmPackage("bun"), (str(BIN / "bun"),))
DENO = Runtime("Deno", NpmPackage("deno"), (str(BIN / "deno"), "run", "--allow-all"))

DENO_LEAKS = "Deno sends the Coder token to the host, too. Use a TLS listener, or another runtime"

FETCH = Library("fetch", "fetch.mjs", "fetch", ANTHROPIC, ANTHROPIC_KEY)
HTTPS = Library("node:https", "https.mjs", "https", ANTHROPIC, ANTHROPIC_KEY)
AXIOS = Library("axios", "axios.mjs", "https", ANTHROPIC, ANTHROPIC_KEY, "axios")
ANTHROPIC_SDK = Library("@anthropic-ai/sdk", "anthropic.mjs", "fetch", ANTHROPIC, ANTHROPIC_KEY, "@anthropic-ai/sdk")
OPENAI_SDK = Library("openai", "openai.mjs", "fetch", OPENAI, OPENAI_KEY, "openai")
AI_SDK = Library("ai", "ai.mjs", "fetch", ANTHROPIC, ANTHROPIC_KEY, "ai")
GOOGLE_SDK = Library("@google/genai", "genai.mjs", "fetch", GOOGLE, GOOGLE_KEY, "@google/genai")
WEBSOCKET = Library("WebSocket", "websocket.mjs", "WebSocket", OPENAI, OPENAI_KEY)
WEBSOCKET_WITH_PROXY = Library("WebSocket, `proxy`", "websocket.mjs proxy", "WebSocket", OPENAI, OPENAI_KEY)
WS = Library("ws", "ws.mjs", "WebSocket", OPENAI, OPENAI_KEY, "ws")
WS_WITH_PROXY = Library("ws, `proxy`", "ws.mjs proxy", "WebSocket", OPENAI, OPENAI_KEY, "ws")
WS_WITH_AGENT = Library("ws, `agent`", "ws.mjs agent", "https", OPENAI, OPENAI_KEY, "ws")

MCP_SDK = Library("@modelcontextprotocol/sdk", "mcp.mjs", "fetch", MCP, {}, "@modelcontextprotocol/sdk")
MISTRAL_SDK = Library("@mistralai/mistralai", "mistral.mjs", "fetch", MISTRAL, {}, "@mistralai/mistralai")
COHERE_SDK = Library("cohere-ai", "cohere.mjs", "fetch", COHERE, {}, "cohere-ai")
GROQ_SDK = Library("groq-sdk", "groq.mjs", "fetch", GROQ, {"GROQ_API_KEY": "{key}"}, "groq-sdk")
AGENTS = Library("@openai/agents", "agents.mjs", "fetch", OPENAI, OPENAI_KEY, "@openai/agents")

BEDROCK = "@aws-sdk/client-bedrock-runtime"
BEDROCK_SDK, BEDROCK_SDK_HTTP_1, BEDROCK_SDK_WITH_AGENT = (
    Library(f"{BEDROCK}{suffix}", f"bedrock.mjs {uses}", "https", AMAZON, AMAZON_KEY, BEDROCK)
    for uses, suffix in {"": "", "http/1.1": ", HTTP/1.1", "agent": ", `httpsAgent`"}.items()
)
OTLP = "@opentelemetry/exporter-trace-otlp-http"
AWS_IGNORES = (
    "Amazon's SDK for JavaScript has an agent of its own, or uses HTTP/2. Pass it "
    "`requestHandler: new NodeHttpHandler({ httpsAgent: https.globalAgent })`"
)
WS_ON_BUN = "Bun's `ws` ignores the environment, and an agent. Pass it `proxy: process.env.HTTPS_PROXY`"
YARN_IGNORES = 'Yarn 2 and newer ignore the environment. Write `httpsProxy: "${HTTPS_PROXY}"` into `.yarnrc.yml`'
HTTP2_IGNORES = "`node:http2` knows no proxies. Use `fetch` or `node:https`"
GRPC_IGNORES_TLS = "gRPC ignores an `https` URL in the environment. Use OTLP over HTTP, with `httpAgentOptions`"
OTLP_BY_GRPC = Library(
    "OpenTelemetry, OTLP over gRPC",
    "telemetry.mjs grpc",
    "https",
    TELEMETRY_GRPC,
    {"OTEL_EXPORTER_OTLP_ENDPOINT": f"https://{TELEMETRY_GRPC}"},
    "@opentelemetry/exporter-trace-otlp-grpc",
    "SUCCESS",
)
TELEMETRY_KEY = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"https://{TELEMETRY}"}

# What goes past the proxy on Node.js, and why; below it, the same with the way out.
PAST_ON_NODE = {
    Library("node:https, an `Agent`", "agent.mjs", "https", ANTHROPIC, ANTHROPIC_KEY): (
        "Only `https.globalAgent` uses the environment. Pass an agent of your own `proxyEnv: process.env`"
    ),
    Library("node:http2", "http2.mjs", "https", ANTHROPIC, ANTHROPIC_KEY): HTTP2_IGNORES,
    BEDROCK_SDK: AWS_IGNORES,
    BEDROCK_SDK_HTTP_1: AWS_IGNORES,
    Library("superagent", "superagent.mjs", "https", ANTHROPIC, ANTHROPIC_KEY, "superagent"): (
        "superagent has an agent of its own. Pass it `.agent(https.globalAgent)`"
    ),
    Library("got, `http2`", "got.mjs http2", "https", ANTHROPIC, ANTHROPIC_KEY, "got"): HTTP2_IGNORES,
    Library("undici, an `Agent`", "undici.mjs agent", "fetch", ANTHROPIC, ANTHROPIC_KEY, "undici"): (
        "An undici `Agent` ignores the environment. Use `EnvHttpProxyAgent`"
    ),
    Library(
        "OpenTelemetry, OTLP over HTTP", "telemetry.mjs http", "https", TELEMETRY, TELEMETRY_KEY, OTLP, "SUCCESS"
    ): ("The exporter has an agent of its own. Pass it `httpAgentOptions: () => https.globalAgent`"),
    WS: "`ws` connects by itself. Pass it `agent: https.globalAgent`",
    Library("openai, Realtime", "ws_realtime.mjs", "WebSocket", OPENAI, OPENAI_KEY, "openai"): (
        "It uses `ws`. Pass it `options: { agent: https.globalAgent }`"
    ),
    Library("@openai/agents, Realtime", "ws_agents.mjs", "WebSocket", OPENAI, OPENAI_KEY, "@openai/agents"): (
        "It uses `ws`. Pass its transport `createWebSocket`, which returns a `ws` with `agent: https.globalAgent`"
    ),
    Library("@google/genai, Live", "ws_live.mjs", "WebSocket", GOOGLE, GOOGLE_KEY, "@google/genai"): (
        "It uses `ws`, without a way to pass it an agent. Import `@google/genai/web`, which uses Node.js's `WebSocket`"
    ),
}
MENDED_ON_NODE = (
    Library("node:https, an `Agent` with `proxyEnv`", "agent.mjs proxyEnv", "https", ANTHROPIC, ANTHROPIC_KEY),
    BEDROCK_SDK_WITH_AGENT,
    Library("superagent, `agent`", "superagent.mjs agent", "https", ANTHROPIC, ANTHROPIC_KEY, "superagent"),
    Library("got", "got.mjs", "https", ANTHROPIC, ANTHROPIC_KEY, "got"),
    Library("undici, `EnvHttpProxyAgent`", "undici.mjs env", "fetch", ANTHROPIC, ANTHROPIC_KEY, "undici"),
    Library(
        "OpenTelemetry, OTLP over HTTP, `httpAgentOptions`",
        "telemetry.mjs agent",
        "https",
        TELEMETRY,
        TELEMETRY_KEY,
        OTLP,
        "SUCCESS",
    ),
    WS_WITH_AGENT,
    Library("openai, Realtime, `agent`", "ws_realtime.mjs agent", "https", OPENAI, OPENAI_KEY, "openai"),
    Library(
        "@openai/agents, Realtime, `createWebSocket`",
        "ws_agents.mjs createWebSocket",
        "https",
        OPENAI,
        OPENAI_KEY,
        "@openai/agents",
    ),
    Library("@google/genai/web, Live", "ws_live.mjs web", "WebSocket", GOOGLE, GOOGLE_KEY, "@google/genai"),
)

ON_NODE = (FETCH, HTTPS, AXIOS, ANTHROPIC_SDK, OPENAI_SDK, AI_SDK, GOOGLE_SDK, WEBSOCKET)


def yarn(name: str, settings: str, bypasses: Mapping[Cell, str] | None = None) -> Tool:
    """Return Yarn with lines of a .yarnrc.yml."""
    in_project = f"echo {{{{}}}} > package.json && echo '{settings}' > .yarnrc.yml && exec yarn npm info example"
    return Tool(
        "JavaScript",
        name,
        (NpmPackage("@yarnpkg/cli-dist"), NODE_24.package),
        YARN,
        ("sh", "-c", in_project),
        {},
        "1.2.3",
        bypasses=bypasses or {},
        runtime=NODE_24.name,
    )


def javascript_tool(runtime: Runtime, library: Library, connects_directly: str = "", fails: str = "") -> Tool:
    """Return a tool that consists of a runtime and a library, and why it goes past the proxy, or fails."""
    program, *arguments = library.script.split()
    own = (NpmPackage(library.package, library.folder),) if library.package else ()
    leaks = {Cell("tunnelled", "HTTP"): DENO_LEAKS} if runtime is DENO and library.by == "fetch" else {}
    # Deno works without an answer.
    looks_up = runtime is DENO and library.by != "https"
    return Tool(
        "JavaScript",
        library.name,
        (*own, runtime.package),
        library.host,
        (*runtime.command, str(library.folder / program), *arguments),
        library.key,
        library.shows,
        fails=dict.fromkeys(CELLS, fails) if fails else {},
        bypasses=dict.fromkeys(CELLS, connects_directly) if connects_directly else {},
        past=frozenset({f"dns {library.host}"} if looks_up else ()),
        leaks=frozenset(leaks),
        notes=leaks,
        by_websocket=library.by_websocket,
        runtime=runtime.name,
    )


JAVASCRIPT_TOOLS = (
    *(javascript_tool(NODE_22, library) for library in ON_NODE),
    *(javascript_tool(NODE_24, library) for library in ON_NODE),
    *(javascript_tool(NODE_24, library) for library in (GROQ_SDK, MISTRAL_SDK, COHERE_SDK, AGENTS, MCP_SDK)),
    *(javascript_tool(NODE_24, library, reason) for library, reason in PAST_ON_NODE.items()),
    *(javascript_tool(NODE_24, library) for library in MENDED_ON_NODE),
    replace(javascript_tool(NODE_24, OTLP_BY_GRPC), bypasses=dict.fromkeys(OVER_TLS, GRPC_IGNORES_TLS)),
    yarn("Yarn", "", dict.fromkeys(TUNNELLED, YARN_IGNORES)),
    yarn("Yarn, `httpsProxy`", 'httpsProxy: "${{HTTPS_PROXY}}"'),
    *(javascript_tool(BUN, library) for library in (FETCH, HTTPS, ANTHROPIC_SDK, OPENAI_SDK)),
    javascript_tool(
        BUN, WEBSOCKET, "Bun's `WebSocket` ignores the environment. Pass it `proxy: process.env.HTTPS_PROXY`"
    ),
    javascript_tool(BUN, WEBSOCKET_WITH_PROXY),
    *(javascript_tool(BUN, library, AWS_IGNORES) for library in (BEDROCK_SDK, BEDROCK_SDK_HTTP_1)),
    javascript_tool(BUN, BEDROCK_SDK_WITH_AGENT),
    javascript_tool(BUN, WS, WS_ON_BUN),
    javascript_tool(BUN, WS_WITH_AGENT, WS_ON_BUN),
    javascript_tool(BUN, WS_WITH_PROXY),
    *(javascript_tool(DENO, library) for library in (FETCH, HTTPS, ANTHROPIC_SDK, OPENAI_SDK, WEBSOCKET)),
)
