"""Settings of single tools that win over the module's variables, as they are in the environment."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

Kind = Literal["proxy", "no proxy", "trust", "no verification"]


class ToolSetting(NamedTuple):
    """A variable, the tool that reads it, and what it is for."""

    name: str
    tool: str
    kind: Kind


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
)


# What turns verification off; any value does it for git.
_OFF = {"npm_config_strict_ssl": "false", "NODE_TLS_REJECT_UNAUTHORIZED": "0"}

_NODE_OPTIONS = {
    "--use-openssl-ca": "Node.js trusts OpenSSL's store instead of its own roots",
    "--use-bundled-ca": "Node.js trusts its own roots and NODE_EXTRA_CA_CERTS only",
    "--use-system-ca": "Node.js trusts the system's store as well",
    "--no-use-env-proxy": "Node.js ignores HTTPS_PROXY",
}


class PresentSetting(NamedTuple):
    """One that is in the environment, under the name that it has there."""

    name: str
    value: str
    setting: ToolSetting

    @property
    def turns_off(self) -> bool:
        """Whether the value turns verification off."""
        return self.setting.kind == "no verification" and self.value == _OFF.get(self.setting.name, self.value)


def present_settings(environment: Mapping[str, str]) -> Iterator[PresentSetting]:
    """Yield the settings that have a value."""
    known = {setting.name: setting for setting in TOOL_SETTINGS}
    for name, value in environment.items():
        setting = known.get(name.lower().replace("-", "_") if name.lower().startswith(_ANY_CASE) else name)
        if setting and value:
            yield PresentSetting(name, value, setting)


def node_options(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each option in NODE_OPTIONS that changes whom Node.js trusts, or which way it takes."""
    for option in environment.get("NODE_OPTIONS", "").split():
        if option in _NODE_OPTIONS:
            yield f"NODE_OPTIONS has {option}: {_NODE_OPTIONS[option]}"
