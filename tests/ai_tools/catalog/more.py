"""Tools that are heavy, rarely used or no longer supported: `make tools-all` runs these too."""

from __future__ import annotations

from tests.ai_tools.catalog.javascript import AXIOS, FETCH, HTTPS, javascript_tool, node_runtime
from tests.ai_tools.catalog.tool import ANTHROPIC, ANTHROPIC_KEY, OPENAI, OPENAI_KEY, Tool
from tests.ai_tools.packages import MORE, PYTHON, NpmPackage, PyPiPackage, node

NODE_24 = node(24)
NODE_20 = node_runtime(20)
NODE_20_IGNORES = "Node.js ignores the environment before 22.21 and 24.5. Use a newer one"

AI_TOOLS_MORE = PYTHON / "ai-tools-more.txt"
LITELLM = PyPiPackage("litellm", AI_TOOLS_MORE)
LANGCHAIN = PyPiPackage("langchain-anthropic", AI_TOOLS_MORE)
LLM = PyPiPackage("llm", AI_TOOLS_MORE)
AIDER = PyPiPackage("aider-chat", PYTHON / "aider.txt")

MORE_TOOLS = (
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
    Tool("Tools", "llm", (LLM,), OPENAI, (LLM.program("llm"), "--model", "gpt-4o-mini", "Say hello."), OPENAI_KEY),
    Tool(
        "Python",
        "litellm",
        (LITELLM,),
        ANTHROPIC,
        (LITELLM.program("python"), str(PYTHON / "ask_by_litellm.py")),
        ANTHROPIC_KEY,
    ),
    Tool(
        "Python",
        "langchain-anthropic",
        (LANGCHAIN,),
        ANTHROPIC,
        (LANGCHAIN.program("python"), str(PYTHON / "ask_by_langchain.py")),
        ANTHROPIC_KEY,
    ),
    javascript_tool(NODE_20, FETCH, NODE_20_IGNORES),
    javascript_tool(NODE_20, HTTPS, NODE_20_IGNORES),
    javascript_tool(NODE_20, AXIOS),
)
