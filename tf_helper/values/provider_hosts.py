"""The hosts of the AI providers that AI Bridge Proxy knows."""

# It intercepts those of the providers that are enabled in the deployment, which may be others as well.
KNOWN_PROVIDER_HOSTS = (
    "api.anthropic.com",
    "api.openai.com",
    "api.individual.githubcopilot.com",
    "api.business.githubcopilot.com",
    "api.enterprise.githubcopilot.com",
    "chatgpt.com",
)
