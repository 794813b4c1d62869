"""Sends a prompt by aiohttp: ask_by_aiohttp.py plain|trust-env|proxy."""

import asyncio
import os
import sys

import aiohttp

PROMPT = {"model": "claude-opus-5-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Say hello."}]}

SESSIONS = {
    "plain": {},
    "trust-env": {"trust_env": True},
    "proxy": {"proxy": os.environ["HTTPS_PROXY"]},
}


async def ask() -> str:
    """Send it."""
    headers = {"X-Api-Key": os.environ["ANTHROPIC_API_KEY"]}
    async with (
        aiohttp.ClientSession(**SESSIONS[sys.argv[1]]) as session,
        session.post("https://api.anthropic.com/v1/messages", json=PROMPT, headers=headers) as response,
    ):
        return (await response.json())["content"][0]["text"]


print(asyncio.run(ask()))
