"""Sends a prompt by Google's SDK: ask_google.py sync|async|async-proxy.

Its asynchronous client uses aiohttp, where that is installed.
"""

import asyncio
import os
import sys

from google import genai

PROMPT = {"model": "gemini-2.5-pro", "contents": "Say hello."}


async def ask(**options: object) -> str:
    """Send it by the asynchronous client."""
    async with genai.Client(http_options=options).aio as client:
        return (await client.models.generate_content(**PROMPT)).text


if sys.argv[1] == "async-proxy":
    print(asyncio.run(ask(async_client_args={"proxy": os.environ["HTTPS_PROXY"]})))
elif sys.argv[1] == "async":
    print(asyncio.run(ask()))
else:
    client = genai.Client()
    print(client.models.generate_content(**PROMPT).text)
