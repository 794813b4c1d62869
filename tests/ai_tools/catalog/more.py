"""Tools that are heavy, rarely used or no longer supported: `make tools-all` runs these too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.ai_tools.catalog.clients import LANGUAGE_CLIENTS
from tests.ai_tools.catalog.javascript import (
    AXIOS,
    FETCH,
    HTTPS,
    Library,
    Runtime,
    javascript_tool,
    node_runtime,
)
from tests.ai_tools.catalog.javascript import (
    NODE_24 as ON_NODE_24,
)
from tests.ai_tools.catalog.python import by_grpc, python_tool
from tests.ai_tools.catalog.tool import (
    AMAZON,
    AMAZON_KEY,
    ANTHROPIC,
    ANTHROPIC_KEY,
    AZURE,
    GITHUB,
    GOOGLE,
    GOOGLE_KEY,
    GROQ,
    OPENAI,
    OPENAI_KEY,
    VERTEX,
    VERTEX_GRPC,
    Tool,
)
from tests.ai_tools.packages import MORE, OLDER, PYTHON, GoProgram, NpmPackage, PyPiPackage, SystemProgram, node
from tests.harness.cells import OVER_TLS

if TYPE_CHECKING:
    from collections.abc import Mapping

NODE_24 = node(24)
NODE_20 = node_runtime(20)
NODE_IGNORES = "Node.js ignores the environment before 22.21 and 24.5 (`fetch`: 24.4). Use a newer one"


def of_more(name: str) -> PyPiPackage:
    """Return a package of the environment that has most of these tools."""
    return PyPiPackage(name, PYTHON / "ai-tools-more.txt")


def in_its_own(name: str) -> PyPiPackage:
    """Return a package with an environment of its own."""
    return PyPiPackage(name, PYTHON / f"{name}.txt")


def older_node(version: str) -> Runtime:
    """Return a Node.js around the version that began to use the environment."""
    package = NpmPackage(f"node-{version}", OLDER)
    return Runtime(f"Node.js {version}", package, (f"{OLDER}/node_modules/{package.name}/bin/node",))


def older(name: str, version: str, host: str, key: Mapping[str, str], agent: str = "") -> Library:
    """Return a library around the version that began to use the proxy."""
    short = name.strip("@").partition("-")[0]
    script = f"{short}.mjs {version} {agent}"
    options = "`proxy`, `httpsAgent`" if name == "axios" else "`httpAgent`"
    label = f"{name}, {options}" if agent else name
    return Library(label, script, "https", host, key, f"{short}-{version}", folder=OLDER)


LITELLM, LANGCHAIN, LLM = (of_more(name) for name in ("litellm", "langchain-anthropic", "llm"))
AZURE_SDK = of_more("azure-ai-inference")
AZURE_OVER_TLS = (
    "azure-ai-inference's async client uses aiohttp, which ignores an `https` URL in the environment. Pass it "
    "`proxies={'https': os.environ['HTTPS_PROXY']}`"
)
AXIOS_IN_CLEAR = (
    "axios up to 1.16.0 asks the proxy to fetch `https` URLs, in clear, which the proxy refuses. Use a newer version, "
    "or pass it `proxy: false` and `httpsAgent: https.globalAgent`"
)
SDK_IGNORES = "It has an agent of its own. Use a newer version, or pass it `httpAgent: https.globalAgent`"
GO = GoProgram("ask")
AIDER = PyPiPackage("aider-chat", PYTHON / "aider.txt")

MORE_TOOLS = (
    *LANGUAGE_CLIENTS,
    Tool(
        "Tools",
        "opencode",
        (NpmPackage("opencode-ai", MORE),),
        ANTHROPIC,
        (f"{MORE}/node_modules/.bin/opencode", "run", "--model", "anthropic/claude-opus-5-5", "Say hello."),
        ANTHROPIC_KEY,
    ),
    Tool(
        "Tools",
        "aider",
        (AIDER,),
        ANTHROPIC,
        (
            AIDER.program("aider"),
            *("--model", "anthropic/claude-opus-5-5", "--no-git", "--yes-always", "--message", "Say hello."),
        ),
        ANTHROPIC_KEY,
    ),
    Tool(
        "Tools",
        "Qwen Code",
        (NpmPackage("@qwen-code/qwen-code", MORE), NODE_24),
        OPENAI,
        (f"{MORE}/node_modules/.bin/qwen", "--prompt", "Say hello."),
        {**OPENAI_KEY, "OPENAI_BASE_URL": f"https://{OPENAI}/v1", "OPENAI_MODEL": "gpt-5"},
    ),
    Tool(
        "Tools",
        "pi",
        (NpmPackage("@mariozechner/pi-coding-agent", MORE), NODE_24),
        ANTHROPIC,
        (f"{MORE}/node_modules/.bin/pi", "--print", "Say hello."),
        ANTHROPIC_KEY,
    ),
    Tool(
        "Tools",
        "Cline",
        (NpmPackage("cline", MORE), NODE_24),
        ANTHROPIC,
        (
            f"{MORE}/node_modules/.bin/cline",
            *("--provider", "anthropic", "--key", "{key}", "--model", "claude-opus-5-5", "Say hello."),
        ),
        {},
        keeps_key=True,
    ),
    Tool(
        "Tools",
        "Kilo Code",
        (NpmPackage("@kilocode/cli", MORE),),
        ANTHROPIC,
        (f"{MORE}/node_modules/.bin/kilo", "run", "--model", "anthropic/claude-opus-4-5-20251101", "Say hello."),
        ANTHROPIC_KEY,
    ),
    Tool(
        "Tools",
        "Continue",
        (NpmPackage("@continuedev/cli", MORE), NODE_24),
        ANTHROPIC,
        (f"{MORE}/node_modules/.bin/cn", "--config", f"{MORE}/continue.yaml", "--print", "Say hello."),
        ANTHROPIC_KEY,
    ),
    Tool(
        "Tools",
        "gh",
        (SystemProgram("gh"),),
        GITHUB,
        ("gh", "api", "user", "--jq", ".login"),
        {"GH_TOKEN": "{key}"},
        "alice",
    ),
    Tool("Tools", "Go `net/http`", (GO,), ANTHROPIC, (str(GO.path),), ANTHROPIC_KEY),
    Tool("Tools", "llm", (LLM,), OPENAI, (LLM.program("llm"), "--model", "gpt-4o-mini", "Say hello."), OPENAI_KEY),
    python_tool("litellm", "ask_by_litellm.py", ANTHROPIC, ANTHROPIC_KEY, package=LITELLM),
    python_tool("litellm, async", "ask_by_more.py litellm-async", ANTHROPIC, ANTHROPIC_KEY, package=LITELLM),
    python_tool("langchain-anthropic", "ask_by_langchain.py", ANTHROPIC, ANTHROPIC_KEY, package=LANGCHAIN),
    *(
        python_tool(name, f"ask_by_more.py {name.partition('-agents')[0]}", host, key, package=of_more(name))
        for name, host, key in (
            ("claude-agent-sdk", ANTHROPIC, ANTHROPIC_KEY),
            ("smolagents", OPENAI, OPENAI_KEY),
            ("strands-agents", AMAZON, AMAZON_KEY),
        )
    ),
    python_tool("azure-ai-inference", "ask_by_more.py azure", AZURE, {}, package=AZURE_SDK),
    python_tool(
        "azure-ai-inference, async",
        "ask_by_more.py azure-async",
        AZURE,
        {},
        package=AZURE_SDK,
        bypasses=dict.fromkeys(OVER_TLS, AZURE_OVER_TLS),
    ),
    python_tool(
        "azure-ai-inference, async, `proxies`", "ask_by_more.py azure-async proxy", AZURE, {}, package=AZURE_SDK
    ),
    python_tool("Vertex AI, REST", "ask_by_more.py vertex-rest", VERTEX, {}, package=of_more("google-genai")),
    by_grpc(
        "Vertex AI, gRPC",
        "ask_by_more.py vertex-grpc",
        VERTEX_GRPC,
        {},
        "Use google-genai, which uses REST",
        package=of_more("google-cloud-aiplatform"),
    ),
    python_tool("google-adk", "ask_by_adk.py", GOOGLE, GOOGLE_KEY, package=in_its_own("google-adk")),
    python_tool("deepagents", "ask_by_deepagents.py", ANTHROPIC, ANTHROPIC_KEY, package=in_its_own("deepagents")),
    javascript_tool(NODE_20, FETCH, NODE_IGNORES),
    javascript_tool(NODE_20, HTTPS, NODE_IGNORES),
    javascript_tool(NODE_20, AXIOS),
    *(
        javascript_tool(older_node(version), library, reason)
        for version, library, reason in (
            ("22.20", FETCH, NODE_IGNORES),
            ("22.20", HTTPS, NODE_IGNORES),
            ("22.21", FETCH, ""),
            ("22.21", HTTPS, ""),
            ("24.4", FETCH, ""),
            ("24.4", HTTPS, NODE_IGNORES),
            ("24.5", FETCH, ""),
            ("24.5", HTTPS, ""),
        )
    ),
    *(
        javascript_tool(ON_NODE_24, older(name, version, host, key, agent), connects_directly)
        for name, host, key, last, first in (
            ("openai", OPENAI, OPENAI_KEY, "4", "5"),
            ("@anthropic-ai/sdk", ANTHROPIC, ANTHROPIC_KEY, "0.41", "0.50"),
            ("groq-sdk", GROQ, {"GROQ_API_KEY": "{key}"}, "0.37", "1.1"),
        )
        for version, agent, connects_directly in ((last, "", SDK_IGNORES), (last, "agent", ""), (first, "", ""))
    ),
    javascript_tool(ON_NODE_24, older("axios", "1.15", ANTHROPIC, ANTHROPIC_KEY), fails=AXIOS_IN_CLEAR),
    javascript_tool(ON_NODE_24, older("axios", "1.15", ANTHROPIC, ANTHROPIC_KEY, "agent")),
    javascript_tool(ON_NODE_24, older("axios", "1.16", ANTHROPIC, ANTHROPIC_KEY)),
)
