"""A tool as data: how the tests run it, and what docs/tools.md says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tests.ai_tools.provider.answers import TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.ai_tools.packages import Package
    from tests.harness.cells import Cell

Family = Literal["Tools", "Python", "JavaScript"]

ANTHROPIC = "api.anthropic.com"
OPENAI = "api.openai.com"
COPILOT = "api.individual.githubcopilot.com"
GOOGLE = "generativelanguage.googleapis.com"
AMAZON = "bedrock-runtime.us-east-1.amazonaws.com"
PYPI = "pypi.org"


@dataclass(frozen=True, eq=False)
class Tool:
    """Something that sends a prompt to the API at `host` and prints the answer.

    Its first package is the one whose version counts. `command` and `environment` may hold {home} and {key}.
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
    """The cells in which it does not work, and why."""
    past: frozenset[str] = frozenset()
    """What it does past the proxy, in the recorder's words."""
    leaks: frozenset[Cell] = frozenset()
    """The cells in which it sends the token to the host."""
    notes: Mapping[Cell, str] = field(default_factory=dict)
    """The cells in which it works, but with a catch, and which."""
    runtime: str = ""
    """What runs it, for libraries with several runtimes."""

    @property
    def label(self) -> str:
        """The name with the runtime."""
        return f"{self.runtime}: {self.name}" if self.runtime else self.name


def connecting_to(host: str) -> frozenset[str]:
    """Return what the recorder says of a tool that connects past the proxy."""
    return frozenset({f"dns {host}", f"tcp {host}:443"})


ANTHROPIC_KEY = {"ANTHROPIC_API_KEY": "{key}"}
OPENAI_KEY = {"OPENAI_API_KEY": "{key}"}
GOOGLE_KEY = {"GEMINI_API_KEY": "{key}"}
