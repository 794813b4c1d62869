"""Sends a prompt by the SDK of a smaller provider: ask_by_chat_sdk.py mistral|cohere|groq sync|async."""

import asyncio
import sys

from cohere import AsyncClientV2, ClientV2
from groq import AsyncGroq, Groq
from mistralai.client import Mistral

MESSAGES = [{"role": "user", "content": "Say hello."}]


def mistral(sends: str) -> object:
    """Return the answer, or what returns it."""
    chat = Mistral(api_key="key").chat
    return (chat.complete_async if sends == "async" else chat.complete)(model="mistral-large", messages=MESSAGES)


def cohere(sends: str) -> object:
    """Return the same."""
    client = AsyncClientV2 if sends == "async" else ClientV2
    return client(api_key="key").chat(model="command-a", messages=MESSAGES)


def groq(sends: str) -> object:
    """Return the same."""
    client = AsyncGroq if sends == "async" else Groq
    return client(api_key="key", max_retries=0).chat.completions.create(model="llama", messages=MESSAGES)


async def answer(name: str, sends: str) -> object:
    """Wait for the answer."""
    sent = globals()[name](sends)
    return await sent if sends == "async" else sent


print(asyncio.run(answer(*sys.argv[1:])))
