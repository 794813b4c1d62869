"""What Terraform says with `-json`, one event a line, as records."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Diagnostic:
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


@dataclass(frozen=True)
class Outcome:
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
    for event in _events(output):
        if event.get("type") == "change_summary":
            counts = event["changes"]
            changes = Changes(counts["add"], counts["change"], counts["remove"])
        elif event.get("type") == "diagnostic":
            diagnostics.append(_diagnostic(event))
    return Outcome(changes, tuple(diagnostics))


def readable(output: str) -> str:
    """Turn events into text for a person and leave everything else as it is."""
    lines = []
    for line in output.splitlines():
        event = _event(line)
        if event is None:
            lines.append(line)
        else:
            lines.append(str(_diagnostic(event)) if event.get("type") == "diagnostic" else event.get("@message", ""))
    return "\n".join(lines)


def _events(output: str) -> Iterator[dict[str, Any]]:
    return filter(None, map(_event, output.splitlines()))


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "@message" in event else None


def _diagnostic(event: dict[str, Any]) -> Diagnostic:
    said = event["diagnostic"]
    return Diagnostic(said["severity"], said["summary"], said.get("detail", ""), said.get("address", ""))
