"""What Terraform says with `-json`, one event a line, as records."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Diagnostic(NamedTuple):
    severity: str
    """`error` or `warning`."""
    summary: str
    detail: str
    address: str
    """The resource, data source or check that it is about; empty if there is none."""

    def __str__(self) -> str:
        about = f" ({self.address})" if self.address else ""
        return f"{self.severity.capitalize()}: {self.summary}{about}\n{self.detail}".strip()


class Changes(NamedTuple):
    add: int
    change: int
    remove: int


NO_CHANGES = Changes(0, 0, 0)


class Outcome(NamedTuple):
    """What a plan, an apply or a destroy came to; a replacement is one added and one removed."""

    changes: Changes
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> list[str]:
        """The errors as text."""
        return [str(diagnostic) for diagnostic in self.diagnostics if diagnostic.severity == "error"]

    @property
    def warnings(self) -> list[str]:
        """The warnings as text."""
        return [str(diagnostic) for diagnostic in self.diagnostics if diagnostic.severity == "warning"]


def outcome(output: str) -> Outcome:
    """Read the events of a plan, an apply or a destroy."""
    changes, diagnostics = NO_CHANGES, []
    for line in output.splitlines():
        event: dict[str, Any] = json.loads(line) if line.startswith("{") else {}
        if event.get("type") == "change_summary":
            changes = Changes(*(event["changes"][kind] for kind in Changes._fields))
        elif event.get("type") == "diagnostic":
            said = event["diagnostic"]
            diagnostics.append(
                Diagnostic(said["severity"], said["summary"], said.get("detail", ""), said.get("address", ""))
            )
    return Outcome(changes, tuple(diagnostics))
