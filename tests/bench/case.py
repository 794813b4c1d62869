"""What is measured: a name, and what is done again and again."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Of the caller's environment nothing else, above all no PYTHON* variable.
ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

# A case that hangs must not hang the run.
SECONDS = 120


@dataclass(frozen=True)
class Command:
    """A program, what it is fed, how it has to end, and what it has to say."""

    argv: tuple[str, ...]
    stdin: bytes = b""
    environment: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    says: str = ""

    def run(self, *launcher: str) -> subprocess.CompletedProcess[bytes]:
        """Run it to its end, under another program if need be; raises RuntimeError if that is not as it has to be."""
        done = subprocess.run(
            [*launcher, *self.argv],
            input=self.stdin,
            env=ENVIRONMENT | dict(self.environment),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        said = (done.stdout + done.stderr).decode(errors="replace")
        if done.returncode != self.status or self.says not in said:
            raise RuntimeError(f"{self.argv[0]} ended with status {done.returncode} and said: {said[-1000:]}")
        return done


@dataclass(frozen=True, eq=False)
class Case:
    """One row of a table."""

    name: str
    command: Command


@dataclass(frozen=True)
class LeftOut:
    """A row that cannot be measured here."""

    name: str
    because: str


def missing(*tools: str) -> str:
    """Say which of these programs are not on PATH; nothing if all are."""
    return ", ".join(f"no {tool}" for tool in tools if not shutil.which(tool))


def case(name: str, command: Command, *tools: str) -> Case | LeftOut:
    """Make a case that needs these programs."""
    because = missing(*tools)
    return LeftOut(name, because) if because else Case(name, command)
