"""The program, in a process of its own or in this one, and what came of it.

done = run(b'{"proxy_url": "https://h"}', env={"FORCE_COLOR": "1"})
print(done.status, done.stdout)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests import PROGRAM
from tf_helper.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# A program that hangs must not hang the test run.
SECONDS = 60

# What every process has; nothing of the environment of the test run, whose PYTHON* variables would hide things.
ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath)}


@dataclass(frozen=True)
class Ran:
    """How a run ended, and what it printed."""

    status: int
    stdout: bytes
    stderr: bytes


def run(
    data: bytes,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    launcher: Sequence[str] = (),
) -> Ran:
    """Start the program with `data` as standard input, under another program if one is given; wait for its end."""
    done = subprocess.run(
        [*launcher, PROGRAM, *arguments],
        input=data,
        capture_output=True,
        cwd=cwd,
        env={**ENVIRONMENT, **(env or {})},
        timeout=SECONDS,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def options(query: Mapping[str, str]) -> list[str]:
    """Return a query as options of the command line."""
    return [f"--{key.replace('_', '-')}={value}" for key, value in query.items()]


def fetching(access_url: str, **others: str) -> bytes:
    """Return a query that has the program download the certificate."""
    return json.dumps({"proxy_url": "https://h", "access_url": access_url, "fetch_ca_cert": "true", **others}).encode()


def run_in_process(data: bytes, *arguments: str, env: Mapping[str, str] | None = None) -> Ran:
    """Call the program's main() with real files in the place of the three standard streams, descriptors included."""
    with ExitStack() as at_the_end:
        at_the_end.enter_context(patch.dict(os.environ, {**ENVIRONMENT, **(env or {})}, clear=True))
        files = [at_the_end.enter_context(os.fdopen(os.memfd_create(name), "w+b")) for name in ("in", "out", "err")]
        files[0].write(data)
        files[0].seek(0)
        streams = (sys.stdin, sys.stdout, sys.stderr)
        kept = [os.dup(descriptor) for descriptor in range(3)]
        for descriptor, file in enumerate(files):
            os.dup2(file.fileno(), descriptor)
        try:
            sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
            sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            status = main(list(arguments))
            for stream in (sys.stdin, sys.stdout, sys.stderr):
                stream.close()
        finally:
            sys.stdin, sys.stdout, sys.stderr = streams
            for descriptor, original in enumerate(kept):
                os.dup2(original, descriptor)
                os.close(original)
        for file in files[1:]:
            file.seek(0)
        return Ran(status, files[1].read(), files[2].read())
