"""The report: a line for each step as it ends, or JSON."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TextIO

from tf_helper import __version__
from tf_helper.doctor.examination import Examined
from tf_helper.doctor.step import Status

_COLOURS: Mapping[Status, str] = {"ok": "32", "warning": "33", "failed": "31", "skipped": "2"}
_STATUS_WIDTH = max(map(len, _COLOURS))
_TITLE_WIDTH = len("certificate on disk")
_INDENTATION = " " * (_STATUS_WIDTH + 2 + _TITLE_WIDTH + 2)


def as_text(examined: Iterable[Examined]) -> bool:
    """Print each step as it ends, and a summary; return whether none has failed."""
    terminal = _is_terminal(sys.stdout)
    paint = _paint if terminal and not os.environ.get("NO_COLOR") else _plain
    counts: Counter[Status] = Counter()
    for _, title, finding in examined:
        if finding is None:
            if terminal:
                print(f"{'...':{_STATUS_WIDTH}}  {title}", end="\r", flush=True)
            continue
        counts[finding.status] += 1
        status = paint(finding.status, f"{finding.status:{_STATUS_WIDTH}}")
        print(f"{status}  {title:{_TITLE_WIDTH}}  {_indented(finding.seen)}", flush=True)
        if finding.advice:
            print(f"{_INDENTATION}-> {_indented(finding.advice)}", flush=True)
    print("\n" + ", ".join(f"{counts[status]} {status}" for status in _COLOURS if counts[status]))
    return not counts["failed"]


def as_json(examined: Iterable[Examined]) -> bool:
    """Print one JSON object when all is done; return whether none has failed.

    Standard error says what is looked at, if it is a terminal.
    """
    steps = []
    for name, title, finding in examined:
        if finding is None:
            if _is_terminal(sys.stderr):
                print(f"tf-helper: {title}", file=sys.stderr, flush=True)
            continue
        steps.append({"name": name, "title": title, **finding._asdict()})
    healthy = all(step["status"] != "failed" for step in steps)
    print(json.dumps({"version": __version__, "ok": healthy, "steps": steps}))
    return healthy


def _indented(text: str) -> str:
    return text.replace("\n", f"\n{_INDENTATION}")


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _paint(status: Status, text: str) -> str:
    return f"\x1b[{_COLOURS[status]}m{text}\x1b[0m"


def _plain(_: Status, text: str) -> str:
    return text
