"""Settings of single tools that win over the module's variables, in the environment and in the tools' files."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from tf_helper.client_env import CLIENT_VARIABLES, PROXY_VARIABLES

Kind = Literal["proxy", "no proxy", "trust", "no verification", "base URL", "another service", "API key"]

# The API keys that tools send to a provider, and the host that they send them to if no base URL says otherwise.
API_KEYS = {
    "ANTHROPIC_AUTH_TOKEN": "api.anthropic.com",
    "ANTHROPIC_API_KEY": "api.anthropic.com",
    "OPENAI_API_KEY": "api.openai.com",
    "CODEX_API_KEY": "api.openai.com",
}
_OF_ANTHROPIC = ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY")
OF_OPENAI = ("OPENAI_API_KEY", "CODEX_API_KEY")
# Those of the tools whose own files win over the environment.
KEYS_OF_TOOLS = {"Claude Code": _OF_ANTHROPIC, "Codex": OF_OPENAI}
# The prefix of the settings that make Codex ask a provider other than OpenAI, with other keys.
CUSTOM_PROVIDER = "model_providers."


class ToolSetting(NamedTuple):
    """A variable, the tool that reads it, what it is for, and, of a base URL, the API keys that are sent there."""

    name: str
    tool: str
    kind: Kind
    keys: tuple[str, ...] = ()


# npm reads its own in any case (https://docs.npmjs.com/cli/v11/using-npm/config#environment-variables).
_ANY_CASE = "npm_config_"

TOOL_SETTINGS = (
    ToolSetting("npm_config_https_proxy", "npm", "proxy"),
    ToolSetting("npm_config_proxy", "npm", "proxy"),
    ToolSetting("npm_config_noproxy", "npm", "no proxy"),
    ToolSetting("npm_config_cafile", "npm", "trust"),
    ToolSetting("npm_config_strict_ssl", "npm", "no verification"),
    ToolSetting("YARN_HTTPS_PROXY", "Yarn", "proxy"),
    ToolSetting("PIP_PROXY", "pip", "proxy"),
    ToolSetting("PIP_CERT", "pip", "trust"),
    ToolSetting("CARGO_HTTP_PROXY", "Cargo", "proxy"),
    ToolSetting("GIT_SSL_NO_VERIFY", "git", "no verification"),
    ToolSetting("NIX_SSL_CERT_FILE", "Nix", "trust"),
    ToolSetting("grpc_proxy", "gRPC", "proxy"),
    ToolSetting("no_grpc_proxy", "gRPC", "no proxy"),
    ToolSetting("NODE_TLS_REJECT_UNAUTHORIZED", "Node.js", "no verification"),
    ToolSetting("ANTHROPIC_BASE_URL", "Claude Code, as Anthropic's SDKs do,", "base URL", _OF_ANTHROPIC),
    ToolSetting("OPENAI_BASE_URL", "what uses OpenAI's SDKs", "base URL", OF_OPENAI),
    ToolSetting("OPENAI_API_BASE", "what uses LiteLLM (aider)", "base URL", OF_OPENAI),
    ToolSetting("CLAUDE_CODE_USE_BEDROCK", "Amazon Bedrock", "another service"),
    ToolSetting("CLAUDE_CODE_USE_MANTLE", "Amazon Bedrock", "another service"),
    ToolSetting("CLAUDE_CODE_USE_ANTHROPIC_AWS", "Claude Platform on AWS", "another service"),
    ToolSetting("CLAUDE_CODE_USE_VERTEX", "Google Vertex AI", "another service"),
    ToolSetting("CLAUDE_CODE_USE_FOUNDRY", "Microsoft Foundry", "another service"),
    *(ToolSetting(name, "", "API key") for name in API_KEYS),
)

# What turns verification off; any value does it for git.
_OFF = {"npm_config_strict_ssl": "false", "NODE_TLS_REJECT_UNAUTHORIZED": "0"}

_NODE_OPTIONS = {
    "--use-openssl-ca": "Node.js trusts OpenSSL's store instead of its own roots",
    "--use-bundled-ca": "Node.js trusts its own roots and NODE_EXTRA_CA_CERTS only",
    "--use-system-ca": "Node.js trusts the system's store as well",
    "--no-use-env-proxy": "Node.js ignores HTTPS_PROXY",
}

# In a tool's file, the module's own variables are such settings, too.
_KINDS: Mapping[str, Kind] = {"bypasses the proxy": "no proxy", "adds": "trust", "replaces": "trust"}
_OF_THE_MODULE = (
    *(ToolSetting(name, "", "proxy") for name in PROXY_VARIABLES),
    *(
        ToolSetting(variable.name, "", _KINDS[variable.effect])
        for variable in CLIENT_VARIABLES
        if variable.effect in _KINDS
    ),
)


class PresentSetting(NamedTuple):
    """One that is set, under the name that it has there: in a file, or in the environment ("")."""

    name: str
    value: str
    setting: ToolSetting
    file: str = ""

    @property
    def turns_off(self) -> bool:
        """Whether the value turns verification off."""
        return self.setting.kind == "no verification" and self.value == _OFF.get(self.setting.name, self.value)

    @property
    def turns_on(self) -> bool:
        """Whether the value turns on what is on or off."""
        return self.value.lower() not in {"0", "false", "no", "off"}


def present_settings(environment: Mapping[str, str]) -> Iterator[PresentSetting]:
    """Yield the settings that have a value."""
    known = {setting.name: setting for setting in TOOL_SETTINGS}
    for name, value in environment.items():
        setting = known.get(name.lower().replace("-", "_") if name.lower().startswith(_ANY_CASE) else name)
        if setting and value:
            yield PresentSetting(name, value, setting)


def settings_of_file(variables: Mapping[str, str], file: str, tool: str) -> Iterator[PresentSetting]:
    """Yield the settings among the variables that a tool takes from its own file."""
    own = {setting.name: setting for setting in _OF_THE_MODULE}
    others = {present.name: present.setting for present in present_settings(variables)}
    for name, setting in (own | others).items():
        # A proxy that is set to nothing is none; other settings are then as without the file.
        if variables.get(name) or (name in variables and setting.kind == "proxy"):
            named = setting if setting.kind == "another service" else setting._replace(tool=tool)
            yield PresentSetting(name, variables[name], named, file)


def node_options(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each option in NODE_OPTIONS that changes whom Node.js trusts, or which way it takes."""
    for option in environment.get("NODE_OPTIONS", "").split():
        effect = _NODE_OPTIONS.get(option.replace("_", "-"))  # Node.js takes both
        if effect:
            yield f"NODE_OPTIONS has {option}: {effect}"
