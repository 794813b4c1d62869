"""Sends a prompt by xAI's SDK, which uses gRPC: ask_xai.py sync|async."""

import asyncio
import sys

from xai_sdk import AsyncClient, Client
from xai_sdk.chat import user

PROMPT = {"model": "grok-4", "messages": [user("Say hello.")]}
# api.x.ai is where the tests' REST API is.
OPTIONS = {"api_host": "us-east-1.api.x.ai", "timeout": 60}


async def ask() -> str:
    """Send it by the asynchronous client."""
    return (await AsyncClient(**OPTIONS).chat.create(**PROMPT).sample()).content


print(asyncio.run(ask()) if sys.argv[1] == "async" else Client(**OPTIONS).chat.create(**PROMPT).sample().content)
