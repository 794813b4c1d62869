"""The report: a line for each step as it ends, or JSON."""

import json
import os
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TextIO

from tf_helper import __version__
from tf_helper.doctor.finding import COMMAND_PROMPT, Finding, Status
from tf_helper.doctor.runner import Examined
from tf_helper.streams import print_error, print_output

if TYPE_CHECKING:
    from tf_helper.errors import Problem

_COLORS: Mapping[Status, str] = {"ok": "32", "warning": "33", "failed": "31", "skipped": "2"}
_STATUS_WIDTH = max(map(len, _COLORS)) + 2
_TITLE_WIDTH = len("certificate on disk") + 2
_INDENTATION = " " * _STATUS_WIDTH
_ARROW = "-> "


def as_text(examined: Iterable[Examined]) -> bool:
    """Print each step as it ends, what was skipped, and a summary; return whether none failed."""
    terminal = _is_terminal(sys.stdout)
    paint = _paint if terminal and not os.environ.get("NO_COLOR") else _plain
    width = _width(sys.stdout)
    counts: Counter[Status] = Counter()
    skipped: dict[Problem, list[str]] = {}
    for _, title, finding in examined:
        if finding is None:
            if terminal:
                print_output(f"{'...':{_STATUS_WIDTH}}{title:{_TITLE_WIDTH}}", end="\r")
            continue
        counts[finding.status] += 1
        if finding.status == "skipped":
            skipped.setdefault(finding.problem, []).append(title)
        else:
            _print(finding, title, paint, width)
    for why, titles in skipped.items():
        listed = why._replace(message=f"{why.message}: {', '.join(titles)}")
        _print(Finding("skipped", listed), "", paint, width)
    print_output("\n" + ", ".join(f"{counts[status]} {status}" for status in _COLORS if counts[status]))
    return not counts["failed"]


def as_json(examined: Iterable[Examined]) -> bool:
    """Print one JSON object when all is done; return whether none failed.

    If standard error is a terminal, it shows the step at work.
    """
    steps = []
    for name, title, finding in examined:
        if finding is None:
            if _is_terminal(sys.stderr):
                print_error(f"tf-helper: {title}")
            continue
        shown = {"status": finding.status, "seen": finding.problem.message, "advice": finding.problem.hint}
        steps.append({"name": name, "title": title, **shown})
    healthy = all(step["status"] != "failed" for step in steps)
    print_output(json.dumps({"version": __version__, "ok": healthy, "steps": steps}))
    return healthy


def _print(finding: Finding, title: str, paint: Callable[[Status, str], str], width: int) -> None:
    beginning = f"{title:{_TITLE_WIDTH}}" if title else ""
    first, *others = finding.problem.message.splitlines()
    lines = [f"{_INDENTATION}{beginning}{first}"]
    if len(lines[0]) > width:
        # Below the title, where it has room.
        lines = [f"{_INDENTATION}{title}"] if title else []
        lines += _wrapped(first, width, _INDENTATION)
    for line in others:
        lines += _wrapped(line, width, _INDENTATION)
    for number, line in enumerate(finding.problem.hint.splitlines()):
        lines += _wrapped(line, width, _INDENTATION + (" " * len(_ARROW) if number else _ARROW))
    status = paint(finding.status, f"{finding.status:{_STATUS_WIDTH}}")
    print_output("\n".join([f"{status}{lines[0][_STATUS_WIDTH:]}", *lines[1:]]))


def _wrapped(line: str, width: int, indentation: str) -> Iterator[str]:
    if line.startswith(COMMAND_PROMPT):  # to be copied
        yield f"{indentation}{line}"
        return
    yield from textwrap.wrap(
        line,
        width,
        initial_indent=indentation,
        subsequent_indent=" " * len(indentation),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _width(stream: TextIO | None) -> int:
    """Return how long a line may be: what goes into a pipe is not broken, unless COLUMNS asks for it."""
    bounded = (stream is not None and stream.isatty()) or os.environ.get("COLUMNS", "").isdigit()
    return shutil.get_terminal_size().columns if bounded else sys.maxsize


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _paint(status: Status, text: str) -> str:
    return f"\x1b[{_COLORS[status]}m{text}\x1b[0m"


def _plain(_: Status, text: str) -> str:
    return text
