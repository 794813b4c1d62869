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


# Without one of these, what needs it is left out.
_TOOLS = ("bash", "busybox", "curl", "dash", "jq", "openssl", "pyenv", "terraform", "time", "uv", "valgrind")


def have(*tools: str) -> bool:
    """Tell whether all of these programs are on PATH."""
    return all(shutil.which(tool) for tool in tools)


def missing() -> list[str]:
    """Return the programs that are missing here."""
    return [tool for tool in _TOOLS if not have(tool)]
