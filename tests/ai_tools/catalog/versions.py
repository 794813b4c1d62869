"""The lowest version of a library that sends its requests through the proxy, and what the one before does."""

from __future__ import annotations

from typing import Literal, NamedTuple

Before = Literal["past", "in clear", "fails"]

BEFORE = {
    "past": "goes past the proxy",
    "in clear": "asks the proxy to fetch the URL, in clear; the proxy refuses",
    "fails": "rejects the proxy's answer",
}


class Library(NamedTuple):
    """A library: how it is installed and sends a request, and its versions."""

    name: str
    language: Literal["Python", "JavaScript"]
    script: str
    works_from: str
    last_that_does_not: str = ""
    """Without one, `works_from` is the oldest that was tried."""
    does: Before = "past"
    beside: str = ""
    """What it needs beside it, in a version of its time."""


_MESSAGES = '[{"role": "user", "content": "Hello"}]'
_OLD_HTTPX = "httpx<0.28"


def _openai_like(module: str, name: str) -> str:
    sends = f'chat.completions.create(model="m", messages={_MESSAGES})'
    return f'from {module} import {name}; {name}(api_key="k", max_retries=0).{sends}'


def _openai_like_javascript(package: str) -> str:
    sends = f'chat.completions.create({{model: "m", messages: {_MESSAGES}}})'
    return f'import Client from "{package}"; await new Client({{apiKey: "k", maxRetries: 0}}).{sends};'


_ANTHROPIC = f"""from anthropic import Anthropic
Anthropic(api_key="k", max_retries=0).messages.create(model="m", max_tokens=9, messages={_MESSAGES})"""
_WEBSOCKETS = 'from websockets.sync.client import connect; connect("wss://api.openai.com/v1/responses")'

LIBRARIES = (
    Library("anthropic", "Python", _ANTHROPIC, "0.54.0", "0.53.0", beside=_OLD_HTTPX),
    Library("openai", "Python", _openai_like("openai", "OpenAI"), "1.0.0", beside=_OLD_HTTPX),
    Library("groq", "Python", _openai_like("groq", "Groq"), "0.9.0", beside=_OLD_HTTPX),
    Library(
        "google-genai",
        "Python",
        'from google import genai; genai.Client(api_key="k").models.generate_content(model="m", contents="Hello")',
        "0.1.0",
    ),
    Library(
        "cohere",
        "Python",
        f'import cohere; cohere.ClientV2("k").chat(model="m", messages={_MESSAGES})',
        "5.9.0",
        beside=_OLD_HTTPX,
    ),
    Library(
        "mistralai",
        "Python",
        f'from mistralai import Mistral; Mistral(api_key="k").chat.complete(model="m", messages={_MESSAGES})',
        "1.0.0",
    ),
    Library("websockets", "Python", _WEBSOCKETS, "16.0", "15.0.1", "fails"),
    Library(
        "@anthropic-ai/sdk",
        "JavaScript",
        'import Client from "@anthropic-ai/sdk"; await new Client({apiKey: "k", maxRetries: 0}).messages.create('
        f'{{model: "m", max_tokens: 9, messages: {_MESSAGES}}});',
        "0.50.1",
        "0.41.0",
    ),
    Library("openai", "JavaScript", _openai_like_javascript("openai"), "5.0.0", "4.104.0", beside="zod@3"),
    Library("groq-sdk", "JavaScript", _openai_like_javascript("groq-sdk"), "1.1.1", "0.37.0"),
    Library(
        "@google/genai",
        "JavaScript",
        'import {GoogleGenAI} from "@google/genai"; '
        'await new GoogleGenAI({apiKey: "k"}).models.generateContent({model: "m", contents: "Hello"});',
        "0.2.0",
    ),
    Library(
        "@mistralai/mistralai",
        "JavaScript",
        'import {Mistral} from "@mistralai/mistralai"; '
        f'await new Mistral({{apiKey: "k"}}).chat.complete({{model: "m", messages: {_MESSAGES}}});',
        "1.0.4",
        beside="zod@3",
    ),
    Library(
        "cohere-ai",
        "JavaScript",
        'import {CohereClientV2} from "cohere-ai"; '
        f'await new CohereClientV2({{token: "k"}}).chat({{model: "m", messages: {_MESSAGES}}});',
        "7.20.0",
        "7.19.0",
    ),
    Library(
        "@openai/agents",
        "JavaScript",
        'import {Agent, run} from "@openai/agents"; process.env.OPENAI_API_KEY = "k"; '
        'await run(new Agent({name: "A", model: "m"}), "Hello");',
        "0.0.1",
    ),
    Library(
        "axios",
        "JavaScript",
        'import axios from "axios"; await axios.post("https://api.anthropic.com/v1/messages", {});',
        "1.16.1",
        "1.16.0",
        "in clear",
    ),
)
