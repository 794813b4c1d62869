"""The SDKs and HTTP clients for JavaScript, on each runtime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tests.ai_tools.catalog.tool import (
    ANTHROPIC,
    ANTHROPIC_KEY,
    GOOGLE,
    GOOGLE_KEY,
    OPENAI,
    OPENAI_KEY,
    Tool,
    connecting_to,
)
from tests.ai_tools.packages import JAVASCRIPT, NpmPackage, node
from tests.harness.cells import CELLS, Cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.ai_tools.packages import Package

BIN = JAVASCRIPT / "node_modules" / ".bin"


@dataclass(frozen=True, eq=False)
class Runtime:
    """Something that runs JavaScript."""

    name: str
    package: Package
    command: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Library:
    """Something that sends a prompt, in a script, and the API of the runtime that it uses."""

    name: str
    script: str
    by: Literal["fetch", "https", "WebSocket"]
    host: str
    key: Mapping[str, str]
    package: str = ""


def node_runtime(major: int) -> Runtime:
    package = node(major)
    return Runtime(f"Node.js {major}", package, (str(package.folder / "node_modules/.bin/node"),), {})


NODE_22, NODE_24 = node_runtime(22), node_runtime(24)
BUN = Runtime("Bun", NpmPackage("bun"), (str(BIN / "bun"),), {})
DENO = Runtime("Deno", NpmPackage("deno"), (str(BIN / "deno"), "run", "--allow-all"), {"DENO_NO_UPDATE_CHECK": "1"})

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
WS_WITH_AGENT = Library("ws, `agent`", "ws.mjs agent", "https", OPENAI, OPENAI_KEY, "ws")

ON_NODE = (FETCH, HTTPS, AXIOS, ANTHROPIC_SDK, OPENAI_SDK, AI_SDK, GOOGLE_SDK, WEBSOCKET)


def javascript_tool(runtime: Runtime, library: Library, connects_directly: str = "") -> Tool:
    """Return a tool that consists of a runtime and a library, and the reason if it goes past the proxy."""
    program, *arguments = library.script.split()
    own = (NpmPackage(library.package),) if library.package else ()
    past: frozenset[str] = frozenset()
    leaks = {Cell("tunnelled", "HTTP"): DENO_LEAKS} if runtime is DENO and library.by == "fetch" else {}
    if connects_directly:
        past = connecting_to(library.host)
    elif runtime is DENO and library.by != "https":
        # It works without an answer.
        past = frozenset({f"dns {library.host}"})
    return Tool(
        "JavaScript",
        library.name,
        (*own, runtime.package),
        library.host,
        (*runtime.command, str(JAVASCRIPT / program), *arguments),
        {**library.key, **runtime.environment},
        fails=dict.fromkeys(CELLS, connects_directly) if connects_directly else {},
        past=past,
        leaks=frozenset(leaks),
        notes=leaks,
        runtime=runtime.name,
    )


JAVASCRIPT_TOOLS = (
    *(javascript_tool(NODE_22, library) for library in ON_NODE),
    *(javascript_tool(NODE_24, library) for library in ON_NODE),
    javascript_tool(NODE_24, WS, "`ws` connects by itself. Pass it `agent: https.globalAgent`"),
    javascript_tool(NODE_24, WS_WITH_AGENT),
    *(javascript_tool(BUN, library) for library in (FETCH, HTTPS, ANTHROPIC_SDK, OPENAI_SDK)),
    javascript_tool(
        BUN, WEBSOCKET, "Bun's `WebSocket` ignores the environment. Pass it `proxy: process.env.HTTPS_PROXY`"
    ),
    javascript_tool(BUN, WEBSOCKET_WITH_PROXY),
    *(javascript_tool(DENO, library) for library in (FETCH, HTTPS, ANTHROPIC_SDK, OPENAI_SDK, WEBSOCKET)),
)
