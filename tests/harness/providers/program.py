"""How a provider written in Go finds and runs a program, and what it says when that fails."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class NotFoundError(Exception):
    """The program does not exist or is not executable."""


class NotStartedError(Exception):
    """The system could not run the program."""


def look_up(name: str, environment: Mapping[str, str], directory: Path) -> str:
    """Return the path of a program: a name with a slash is relative to `directory`, others are on PATH.

    Raises NotFoundError.
    """
    found = shutil.which(directory / name if "/" in name else name, path=environment.get("PATH", os.defpath))
    if found:
        return name if "/" in name else found
    if "/" not in name:
        reason = "executable file not found in $PATH"
    elif (directory / name).exists():
        reason = "permission denied"
    else:
        reason = f"stat {name}: no such file or directory"
    raise NotFoundError(f'exec: "{name}": {reason}')


def run(
    executable: str,
    command: Sequence[str],
    standard_input: bytes,
    environment: Mapping[str, str],
    directory: Path,
    working_directory: str,
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end; `working_directory` is relative to `directory`, where Terraform runs.

    Raises NotStartedError.
    """
    cwd = directory / working_directory
    try:
        return subprocess.run(
            command,
            executable=executable,
            input=standard_input,
            capture_output=True,
            env=environment,
            cwd=cwd,
            check=False,
        )
    except OSError as error:
        doing = f"fork/exec {executable}" if cwd.is_dir() else f"chdir {working_directory}"
        raise NotStartedError(f"{doing}: {(error.strerror or '').lower()}") from error


def state(code: int) -> str:
    """Say how a program ended."""
    return f"exit status {code}" if code >= 0 else f"signal: {(signal.strsignal(-code) or str(-code)).lower()}"
