"""Sends a prompt by an agent of OpenAI's Agents SDK or of Pydantic AI: ask_by_agents.py openai|pydantic."""

import sys

if sys.argv[1] == "openai":
    from agents import Agent, Runner

    print(Runner.run_sync(Agent(name="Assistant", model="gpt-5"), "Say hello.").final_output)
else:
    from pydantic_ai import Agent

    print(Agent("anthropic:claude-opus-5-5").run_sync("Say hello.").output)
