"""What can be measured of a case: time, memory, instructions."""

from __future__ import annotations

import re
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.bench.case import Command


def seconds(command: Command) -> float:
    """Measure one start."""
    before = time.perf_counter()
    command.run()
    return time.perf_counter() - before


def median_seconds(commands: Sequence[Command], rounds: int) -> list[float]:
    """Measure all of them in turn, round after round, so that what else the machine does hits all alike.

    One round more comes first, to fill caches, and does not count.
    """
    for command in commands:
        command.run()
    measured = [[seconds(command) for command in commands] for _ in range(rounds)]
    return [median(column) for column in zip(*measured, strict=True)]


def peak_bytes(command: Command) -> int:
    """Return the most memory (resident set) that the program, or one that it ran, had. Needs GNU time.

    The kernel counts what a process was before it became the program: a small one has to start it, and not Python.
    """
    with tempfile.NamedTemporaryFile() as file:
        command.run("time", "--format=%M", f"--output={file.name}")
        return int(Path(file.name).read_text().split()[-1]) * 1024


def instructions(command: Command) -> int:
    """Return how many instructions the program and those that it ran executed. Needs valgrind."""
    # Without a seed of its own, Python would hash strings differently each time.
    seeded = replace(command, environment={**command.environment, "PYTHONHASHSEED": "0"})
    with tempfile.TemporaryDirectory() as directory:
        counter = ("--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
        seeded.run("valgrind", *counter, "--trace-children=yes", f"--log-file={directory}/%p")
        return sum(_counts(file.read_text() for file in Path(directory).iterdir()))


def _counts(logs: Iterable[str]) -> Iterable[int]:
    for log in logs:
        for count in re.findall(r"I\s+refs:\s+([\d,]+)", log):
            yield int(count.replace(",", ""))
