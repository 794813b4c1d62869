"""The parsers of Node and Go, each in a small program that reads URLs from its standard input."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.url_agreement.agreement import reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.url_agreement.agreement import Parser, Reading

HERE = Path(__file__).parent

SECONDS = 120


def node() -> Parser:
    if not shutil.which("node"):
        pytest.skip("node is not on PATH")
    return _running("node", str(HERE / "read.cjs"))


@cache
def go(directory: Path) -> Parser:
    """Build the program in `directory`, where a later run finds what was compiled."""
    if not shutil.which("go"):
        pytest.skip("go is not on PATH")
    # It needs the standard library only; this prevents downloads, above all of another toolchain.
    settings = {"GOCACHE": str(directory / "cache"), "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": ""}
    # Another process may be building, or running, the same.
    built, program = directory / f"read-{os.getpid()}", directory / "read"
    command = ["go", "build", "-o", str(built), str(HERE / "read.go")]
    subprocess.run(command, env=os.environ | settings, timeout=SECONDS, check=True)
    built.replace(program)
    return _running(str(program))


def _running(*command: str) -> Parser:
    def parser(urls: Sequence[str]) -> list[Reading | None]:
        given = "".join(f"{json.dumps(url)}\n" for url in urls)
        done = subprocess.run(command, input=given.encode(), stdout=subprocess.PIPE, timeout=SECONDS, check=True)
        return [parts and reading(*parts) for parts in map(json.loads, done.stdout.splitlines())]

    return parser
