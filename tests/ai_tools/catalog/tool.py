"""A tool as data: how the tests run it, and what docs/tested-tools.md says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from tests.ai_tools.provider.answers import TEXT
from tests.harness.cells import CELLS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.ai_tools.packages import Package
    from tests.harness.cells import Cell

Family = Literal["Tools", "Python", "JavaScript", "Telemetry", "Clients"]

ANTHROPIC = "api.anthropic.com"
OPENAI = "api.openai.com"
COPILOT = "api.individual.githubcopilot.com"
GOOGLE = "generativelanguage.googleapis.com"
AMAZON = "bedrock-runtime.us-east-1.amazonaws.com"
AZURE = "example.services.ai.azure.com"
COHERE = "api.cohere.com"
GITHUB = "api.github.com"
GROQ = "api.groq.com"
MCP = "mcp.example.com"
MISTRAL = "api.mistral.ai"
PYPI = "pypi.org"
TELEMETRY = "telemetry.example.com"
VERTEX = "us-central1-aiplatform.googleapis.com"
XAI = "api.x.ai"
YARN = "registry.yarnpkg.com"

# These speak gRPC.
TELEMETRY_GRPC = "telemetry-grpc.example.com"
VERTEX_GRPC = "europe-west4-aiplatform.googleapis.com"
XAI_GRPC = "us-east-1.api.x.ai"
GRPC_HOSTS = (TELEMETRY_GRPC, VERTEX_GRPC, XAI_GRPC)

# The gateway answers 404 "route not supported" to all that is not among its routes.
NOT_SERVED = {AMAZON, AZURE, COHERE, GOOGLE, GROQ, VERTEX}

# No AI provider has these, so the proxy never intercepts them.
ONLY_TUNNELLED = {GITHUB, MCP, PYPI, TELEMETRY, TELEMETRY_GRPC, YARN}


class Verdict(NamedTuple):
    """Whether a tool works in a cell, and why not or with which catch."""

    word: Literal["yes", "no", "past", "–"]
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Tool:
    """Something that sends a prompt to the API at `host` and prints the answer.

    Its first package is the one whose version counts. `command` and `environment` may contain {home}, {key},
    {ca} and {bundle}.
    """

    family: Family
    name: str
    packages: tuple[Package, ...]
    host: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    """Its key, and what keeps it from looking for updates."""
    shows: str = TEXT
    fails: Mapping[Cell, str] = field(default_factory=dict)
    """The cells in which it uses the proxy and does not work, and why."""
    bypasses: Mapping[Cell, str] = field(default_factory=dict)
    """The cells in which it connects to the host past the proxy, and what to do."""
    past: frozenset[str] = frozenset()
    """What else it does past the proxy, in the recorder's words."""
    leaks: frozenset[Cell] = frozenset()
    """The cells in which it sends the token to the host."""
    notes: Mapping[Cell, str] = field(default_factory=dict)
    """The cells in which it works, but with a catch, and which."""
    by_websocket: bool = False
    """Whether it sends the prompt over a WebSocket, and in no other way."""
    path: str = ""
    """What it asks the host for beside the prompt, if that is looked at. The gateway does not serve it."""
    keeps_key: bool = False
    """Whether it writes its key to a file."""
    runtime: str = ""
    """What runs it, for libraries with several runtimes."""

    @property
    def label(self) -> str:
        """The name with the runtime."""
        return f"{self.runtime}: {self.name}" if self.runtime else self.name

    def verdict(self, cell: Cell) -> Verdict:
        """Return what docs/tested-tools.md says of a cell, and the tests expect."""
        if cell.host == "intercepted" and self.host in ONLY_TUNNELLED:
            return Verdict("–")
        if cell in self.bypasses:
            return Verdict("past", self.bypasses[cell])
        if cell in self.fails:
            return Verdict("no", self.fails[cell])
        if cell.host == "intercepted" and (self.host in NOT_SERVED or self.by_websocket or self.path):
            return Verdict("no", "AI Gateway does not serve this API, so an intercepted request gets a 404")
        return Verdict("yes", self.notes.get(cell, ""))

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells in which it runs."""
        return tuple(cell for cell in CELLS if self.verdict(cell).word != "–")

    def past_in(self, cell: Cell) -> frozenset[str]:
        """Return what it does past the proxy in a cell."""
        return self.past | (connecting_to(self.host) if cell in self.bypasses else frozenset())


def connecting_to(host: str) -> frozenset[str]:
    """Return what the recorder says of a tool that connects past the proxy."""
    return frozenset({f"dns {host}", f"tcp {host}:443"})


ANTHROPIC_KEY = {"ANTHROPIC_API_KEY": "{key}"}
OPENAI_KEY = {"OPENAI_API_KEY": "{key}"}
GOOGLE_KEY = {"GEMINI_API_KEY": "{key}"}
AMAZON_KEY = {
    "AWS_ACCESS_KEY_ID": "AKIA",
    "AWS_SECRET_ACCESS_KEY": "{key}",
    # Read by Python and by JavaScript.
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
}
