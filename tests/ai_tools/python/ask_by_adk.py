"""Sends a prompt by an agent of Google's Agent Development Kit."""

import asyncio

from google.adk.agents import LlmAgent
from google.adk.runners import InMemoryRunner


async def ask() -> None:
    """Print what the agent does."""
    runner = InMemoryRunner(LlmAgent(name="assistant", model="gemini-2.5-pro"))
    for event in await runner.run_debug("Say hello."):
        print(event)


asyncio.run(ask())
