"""The SDKs and HTTP clients for Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.ai_tools.catalog.tool import (
    AMAZON,
    ANTHROPIC,
    ANTHROPIC_KEY,
    GOOGLE,
    GOOGLE_KEY,
    OPENAI,
    OPENAI_KEY,
    PYPI,
    Tool,
    connecting_to,
)
from tests.ai_tools.packages import PYTHON, PyPiPackage
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
WEBSOCKETS_OVER_TLS = "Python's `ssl` cannot speak TLS inside TLS on a blocking socket. Use `websockets.asyncio`"


def _python(
    name: str,
    package: str,
    host: str,
    script: str,
    key: Mapping[str, str],
    *,
    fails: Mapping[Cell, str] | None = None,
    past: frozenset[str] = frozenset(),
) -> Tool:
    found = PyPiPackage(package)
    program, *arguments = script.split()
    command = (found.program("python"), str(PYTHON / program), *arguments)
    return Tool("Python", name, (found,), host, command, key, fails=fails or {}, past=past)


ANTHROPIC_SDK = _python("anthropic", "anthropic", ANTHROPIC, "ask_anthropic.py sync", ANTHROPIC_KEY)
OPENAI_SDK = _python("openai", "openai", OPENAI, "ask_openai.py sync", OPENAI_KEY)
BOTO3 = _python(
    "boto3",
    "boto3",
    AMAZON,
    "ask_amazon.py",
    {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "{key}", "AWS_DEFAULT_REGION": "us-east-1"},
)

PYTHON_TOOLS = (
    ANTHROPIC_SDK,
    _python("anthropic, async", "anthropic", ANTHROPIC, "ask_anthropic.py async", ANTHROPIC_KEY),
    OPENAI_SDK,
    _python("openai, async", "openai", OPENAI, "ask_openai.py async", OPENAI_KEY),
    _python("google-genai", "google-genai", GOOGLE, "ask_google.py sync", GOOGLE_KEY),
    _python(
        "google-genai, async",
        "google-genai",
        GOOGLE,
        "ask_google.py async",
        GOOGLE_KEY,
        fails=dict.fromkeys(OVER_TLS, GOOGLE_OVER_TLS),
        past=connecting_to(GOOGLE),
    ),
    _python("google-genai, async, `proxy`", "google-genai", GOOGLE, "ask_google.py async-proxy", GOOGLE_KEY),
    BOTO3,
    _python(
        "aiohttp",
        "aiohttp",
        ANTHROPIC,
        "ask_by_aiohttp.py plain",
        ANTHROPIC_KEY,
        fails=dict.fromkeys(CELLS, AIOHTTP),
        past=connecting_to(ANTHROPIC),
    ),
    _python(
        "aiohttp, `trust_env`",
        "aiohttp",
        ANTHROPIC,
        "ask_by_aiohttp.py trust-env",
        ANTHROPIC_KEY,
        fails=dict.fromkeys(OVER_TLS, AIOHTTP_OVER_TLS),
        past=connecting_to(ANTHROPIC),
    ),
    _python("aiohttp, `proxy`", "aiohttp", ANTHROPIC, "ask_by_aiohttp.py proxy", ANTHROPIC_KEY),
    _python(
        "urllib3",
        "urllib3",
        ANTHROPIC,
        "ask_by_urllib3.py",
        ANTHROPIC_KEY,
        fails=dict.fromkeys(CELLS, "urllib3 ignores the environment. Use requests or httpx"),
        past=connecting_to(ANTHROPIC),
    ),
    _python("websockets, asyncio", "websockets", OPENAI, "ask_by_websockets.py async", OPENAI_KEY),
    _python(
        "websockets, threads",
        "websockets",
        OPENAI,
        "ask_by_websockets.py sync",
        OPENAI_KEY,
        fails=dict.fromkeys(OVER_TLS, WEBSOCKETS_OVER_TLS),
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
