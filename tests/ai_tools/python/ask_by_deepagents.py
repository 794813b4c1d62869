"""Sends a prompt by an agent of Deep Agents."""

from deepagents import create_deep_agent

agent = create_deep_agent(model="anthropic:claude-opus-5-5")
print(agent.invoke({"messages": [{"role": "user", "content": "Say hello."}]})["messages"][-1].content)
