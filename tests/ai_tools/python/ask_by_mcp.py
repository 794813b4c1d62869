"""Asks a server for its tools, by the Model Context Protocol."""

import asyncio

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client


async def ask() -> None:
    """Print their descriptions."""
    async with (
        streamable_http_client("https://mcp.example.com/mcp") as (reading, writing, *_),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        print(*(tool.description for tool in (await session.list_tools()).tools))


asyncio.run(ask())
