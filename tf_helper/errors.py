"""What is wrong with an input: first as data, then as the text that a person reads."""

import json
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F")

# A password precedes it. Some parsers read the other two, FULLWIDTH and SMALL COMMERCIAL AT, as the first.
AT_SIGNS = "@\uff20\ufe6b"

_QUOTED_LENGTH = 80
# Terraform prints everything it gets, and more than this is too much to read.
_MAX_REPORTED = 20
# "wrapper_path" must not suggest "cert_path", but "agent" must suggest "agent_id".
_SIMILARITY = 0.75
_SHORTEST_BEGINNING = 4


class Problem(NamedTuple):
    """What is wrong, or probably wrong, and the way out.

    `message` continues the field's name ("port 0 is out of range, ..."). `hint` may be empty. `field` is the query
    key, which the parsers of values do not know.
    """

    message: str
    hint: str = ""
    field: str = ""

    def __str__(self) -> str:
        """Return sentences, as in a warning: "field: message. Hint."."""
        prefix = f"{self.field}: " if self.field else ""
        return f"{prefix}{self.message}." + (f" {self.hint[0].upper()}{self.hint[1:]}." if self.hint else "")


class Invalid(ValueError):  # noqa: N818 - "raise Invalid(...)" says it
    """An input that breaks its rules; `problems` has everything that was found, in order."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


class Collector:
    """Runs several checks, so that all of their problems are raised at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, *problems: Problem) -> None:
        """Add problems."""
        self.problems.extend(problems)

    def attempt(self, fallback: F, parse: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | F:
        """Return parse(...); if it raises Invalid, add its problems and return `fallback`."""
        try:
            return parse(*args, **kwargs)
        except Invalid as invalid:
            self.add(*invalid.problems)
            return fallback

    def raise_if_any(self) -> None:
        """Raise Invalid if there are problems."""
        if self.problems:
            raise Invalid(*self.problems)


def quoted(text: str, length: int = _QUOTED_LENGTH) -> str:
    """Return `text` between double quotes in printable ASCII, escaped as in JSON, cut at 80 characters or `length`."""
    escaped = json.dumps(text)[1:-1]
    if len(escaped) > length:
        escaped = escaped[: length - 3] + "..."
    return f'"{escaped}"'


def redacted(text: str) -> str:
    """Return `text` quoted, but only the scheme of a URL or of anything with an @, which may contain a password."""
    if "://" in text or not set(AT_SIGNS).isdisjoint(text):
        scheme = re.match(r"\s*[A-Za-z][A-Za-z0-9+.-]*://", text)
        text = f"{scheme[0] if scheme else ''}..."
    return quoted(text)


def closest_match(word: str, known: Iterable[str]) -> str:
    """Return the known word that `word` abbreviates or misspells, in any case, or "" if none is close enough."""
    from difflib import get_close_matches

    word, known = word.lower(), tuple(known)
    begun = [name for name in known if len(word) >= _SHORTEST_BEGINNING and name.startswith(word)]
    return next(iter(begun or get_close_matches(word, known, 1, _SIMILARITY)), "")


def error_text(problem: Problem) -> str:
    """Return the lines for standard error about something other than a query."""
    return f"tf-helper: error: {problem.message}\n  hint: {problem.hint}"


def report(problems: Iterable[Problem]) -> str:
    """Return the lines for standard error: a count, then a line for each problem and one for each hint.

    Terraform rewraps lines that start in column 0 and leaves indented ones alone, hence the indentation.
    """
    problems = tuple(problems)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    lines = [f"tf-helper: error: {count} in the query"]
    for problem in problems[:_MAX_REPORTED]:
        lines.append(f"  {problem.field}: {problem.message}")
        if problem.hint:
            lines.append(f"    hint: {problem.hint}")
    if len(problems) > _MAX_REPORTED:
        lines.append(f"  and {len(problems) - _MAX_REPORTED} more")
    return "\n".join(lines)
