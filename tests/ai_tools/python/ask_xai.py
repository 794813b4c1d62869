"""Sends a prompt by xAI's SDK, which uses gRPC: ask_xai.py sync|async."""

import asyncio
import sys

from xai_sdk import AsyncClient, Client
from xai_sdk.chat import user

PROMPT = {"model": "grok-4", "messages": [user("Say hello.")]}


async def ask() -> str:
    """Send it by the asynchronous client."""
    return (await AsyncClient(timeout=20).chat.create(**PROMPT).sample()).content


print(asyncio.run(ask()) if sys.argv[1] == "async" else Client(timeout=20).chat.create(**PROMPT).sample().content)
