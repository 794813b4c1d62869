"""Sends a prompt by urllib3."""

import os

import urllib3

PROMPT = {"model": "claude-opus-5-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Say hello."}]}

headers = {"X-Api-Key": os.environ["ANTHROPIC_API_KEY"]}
answer = urllib3.request("POST", "https://api.anthropic.com/v1/messages", json=PROMPT, headers=headers, retries=False)
print(answer.json()["content"][0]["text"])
