"""Sends a prompt by LangChain."""

from langchain_anthropic import ChatAnthropic

print(ChatAnthropic(model="claude-opus-5-5").invoke("Say hello.").content)
