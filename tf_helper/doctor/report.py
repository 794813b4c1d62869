"""The report: a line for each step as it ends, or JSON."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TextIO

from tf_helper import __version__
from tf_helper.doctor.finding import Status
from tf_helper.doctor.runner import Examined
from tf_helper.streams import print_error, print_output

_COLORS: Mapping[Status, str] = {"ok": "32", "warning": "33", "failed": "31", "skipped": "2"}
_STATUS_WIDTH = max(map(len, _COLORS))
_TITLE_WIDTH = len("certificate on disk")
_INDENTATION = " " * (_STATUS_WIDTH + 2 + _TITLE_WIDTH + 2)


def as_text(examined: Iterable[Examined]) -> bool:
    """Print each step as it ends, and a summary; return whether none failed."""
    terminal = _is_terminal(sys.stdout)
    paint = _paint if terminal and not os.environ.get("NO_COLOR") else _plain
    counts: Counter[Status] = Counter()
    for _, title, finding in examined:
        if finding is None:
            if terminal:
                print_output(f"{'...':{_STATUS_WIDTH}}  {title}", end="\r")
            continue
        counts[finding.status] += 1
        status = paint(finding.status, f"{finding.status:{_STATUS_WIDTH}}")
        print_output(f"{status}  {title:{_TITLE_WIDTH}}  {_indented(finding.seen)}")
        if finding.advice:
            print_output(f"{_INDENTATION}-> {_indented(finding.advice)}")
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
        shown = {"status": finding.status, "seen": finding.seen, "advice": finding.advice}
        steps.append({"name": name, "title": title, **shown})
    healthy = all(step["status"] != "failed" for step in steps)
    print_output(json.dumps({"version": __version__, "ok": healthy, "steps": steps}))
    return healthy


def _indented(text: str) -> str:
    return text.replace("\n", f"\n{_INDENTATION}")


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _paint(status: Status, text: str) -> str:
    return f"\x1b[{_COLORS[status]}m{text}\x1b[0m"


def _plain(_: Status, text: str) -> str:
    return text
