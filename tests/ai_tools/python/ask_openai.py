"""Sends a prompt by OpenAI's SDK: ask_openai.py sync|async."""

import asyncio
import sys

from openai import AsyncOpenAI, OpenAI

PROMPT = {"model": "gpt-5", "input": "Say hello."}


async def ask() -> str:
    """Send it by the asynchronous client."""
    async with AsyncOpenAI(max_retries=0) as client:
        return (await client.responses.create(**PROMPT)).output_text


if sys.argv[1] == "async":
    print(asyncio.run(ask()))
else:
    print(OpenAI(max_retries=0).responses.create(**PROMPT).output_text)
