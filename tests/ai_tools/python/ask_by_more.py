"""Sends a prompt by a library for agents, or to Vertex AI: ask_by_more.py NAME."""

import asyncio
import os
import sys

PROMPT = "Say hello."
MESSAGES = [{"role": "user", "content": PROMPT}]


async def azure(*, asynchronous: bool) -> object:
    """By Azure's SDK for inference."""
    from azure.ai.inference import ChatCompletionsClient as Client
    from azure.ai.inference.aio import ChatCompletionsClient as AsyncClient
    from azure.core.credentials import AzureKeyCredential

    options = {
        "endpoint": "https://example.services.ai.azure.com/models",
        "credential": AzureKeyCredential("key"),
        "retry_total": 0,
    }
    if not asynchronous:
        return Client(**options).complete(messages=MESSAGES, model="gpt-5")
    if "proxy" in sys.argv:
        options["proxies"] = {"https": os.environ["HTTPS_PROXY"]}
    async with AsyncClient(**options) as client:
        return await client.complete(messages=MESSAGES, model="gpt-5")


async def claude_agent_sdk() -> None:
    """By the Claude Code that the SDK brings along."""
    from claude_agent_sdk import query

    async for message in query(prompt=PROMPT):
        print(message)


async def litellm() -> object:
    """By the asynchronous function, which uses aiohttp."""
    import litellm

    return await litellm.acompletion("anthropic/claude-opus-5-5", messages=MESSAGES)


def smolagents() -> object:
    """By a model as its agents use it."""
    from smolagents import OpenAIServerModel

    return OpenAIServerModel("gpt-5").generate(MESSAGES)


def strands() -> object:
    """By an agent with a model of Amazon's."""
    from strands import Agent
    from strands.models import BedrockModel

    return Agent(BedrockModel(model_id="claude", streaming=False))(PROMPT)


def vertex_rest() -> object:
    """By Google's SDK."""
    from google import genai
    from google.oauth2.credentials import Credentials

    options = {"vertexai": True, "project": "example", "location": "us-central1"}
    client = genai.Client(credentials=Credentials("key"), **options)
    return client.models.generate_content(model="gemini-2.5-pro", contents=PROMPT)


def vertex_grpc() -> object:
    """By Google Cloud's client for Vertex AI."""
    from google.api_core.client_options import ClientOptions
    from google.cloud.aiplatform_v1 import PredictionServiceClient
    from google.oauth2.credentials import Credentials

    client = PredictionServiceClient(
        credentials=Credentials("key"),
        client_options=ClientOptions(api_endpoint="europe-west4-aiplatform.googleapis.com"),
    )
    request = {
        "model": "projects/example/locations/europe-west4/publishers/google/models/gemini-2.5-pro",
        "contents": [{"role": "user", "parts": [{"text": PROMPT}]}],
    }
    return client.generate_content(request, timeout=20)


ASKS = {
    "azure": lambda: asyncio.run(azure(asynchronous=False)),
    "azure-async": lambda: asyncio.run(azure(asynchronous=True)),
    "claude-agent-sdk": lambda: asyncio.run(claude_agent_sdk()),
    "litellm-async": lambda: asyncio.run(litellm()),
    "smolagents": smolagents,
    "strands": strands,
    "vertex-grpc": vertex_grpc,
    "vertex-rest": vertex_rest,
}
print(ASKS[sys.argv[1]]())
