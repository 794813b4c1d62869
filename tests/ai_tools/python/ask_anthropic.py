"""Sends a prompt by Anthropic's SDK: ask_anthropic.py sync|async."""

import asyncio
import sys

from anthropic import Anthropic, AsyncAnthropic

PROMPT = {
    "model": "claude-opus-5-5",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Say hello."}],
}


async def ask() -> str:
    """Send it by the asynchronous client."""
    async with AsyncAnthropic(max_retries=0) as client:
        return (await client.messages.create(**PROMPT)).content[0].text


if sys.argv[1] == "async":
    print(asyncio.run(ask()))
else:
    print(Anthropic(max_retries=0).messages.create(**PROMPT).content[0].text)
