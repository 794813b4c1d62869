"""Sends a prompt by LiteLLM."""

import litellm

answer = litellm.completion("anthropic/claude-opus-5-5", messages=[{"role": "user", "content": "Say hello."}])
print(answer.choices[0].message.content)
