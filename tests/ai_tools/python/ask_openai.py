"""Sends a prompt by OpenAI's SDK: ask_openai.py sync|async|xai."""

import asyncio
import os
import sys

from openai import AsyncOpenAI, OpenAI

PROMPT = {"model": "gpt-5", "input": "Say hello."}


async def ask() -> str:
    """Send it by the asynchronous client."""
    async with AsyncOpenAI(max_retries=0) as client:
        return (await client.responses.create(**PROMPT)).output_text


if sys.argv[1] == "async":
    print(asyncio.run(ask()))
elif sys.argv[1] == "xai":
    xai = OpenAI(api_key=os.environ["XAI_API_KEY"], base_url="https://api.x.ai/v1", max_retries=0)
    print(xai.responses.create(**{**PROMPT, "model": "grok-4"}).output_text)
else:
    print(OpenAI(max_retries=0).responses.create(**PROMPT).output_text)
