"""Sends a prompt over a WebSocket, as Codex does: ask_by_websockets.py sync|async."""

import asyncio
import json
import os
import sys

from websockets.asyncio.client import connect as connect_async
from websockets.sync.client import connect

URL = "wss://api.openai.com/v1/responses"
OPTIONS = {
    "additional_headers": {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"},
    # By itself it waits ten seconds for the connection, in which a busy machine may not be ready.
    "open_timeout": None,
}
PROMPT = json.dumps({"type": "response.create", "model": "gpt-5", "input": "Say hello."})


def is_text(message: str) -> bool:
    """Print the text, if the message has it."""
    event = json.loads(message)
    if event["type"] != "response.output_text.done":
        return False
    print(event["text"])
    return True


async def ask() -> None:
    """Send it by the asynchronous client."""
    async with connect_async(URL, **OPTIONS) as socket:
        await socket.send(PROMPT)
        while not is_text(await socket.recv()):
            pass


if sys.argv[1] == "async":
    asyncio.run(ask())
else:
    with connect(URL, **OPTIONS) as socket:
        socket.send(PROMPT)
        while not is_text(socket.recv()):
            pass
