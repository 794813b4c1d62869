"""What is wrong with an input: first as data, then as the text that a person reads."""

import json
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F")

# In front of it stands a password; some parsers take the other two, FULLWIDTH and SMALL COMMERCIAL AT, for the first.
AT_SIGNS = "@\uff20\ufe6b"

_SCHEME = r"\s*[A-Za-z][A-Za-z0-9+.-]*://"  # compiled for messages only
_QUOTED_LENGTH = 80
# Terraform shows all that it gets, and after so many a person has stopped reading.
_MAX_REPORTED = 20


class Problem(NamedTuple):
    """One problem: what is wrong, and the way out.

    `sentence` continues the field's name ("port 0 is out of range, ..."). `hint` may be empty. `field` is the query
    key, which the values themselves do not know.
    """

    sentence: str
    hint: str = ""
    field: str = ""


class Invalid(ValueError):  # noqa: N818 - "raise Invalid(...)" says it
    """An input that breaks its rules; `problems` holds everything that was found, in order."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


class Collector:
    """Runs several checks, so that all of their problems are raised at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, *problems: Problem) -> None:
        """Note problems."""
        self.problems.extend(problems)

    def attempt(self, fallback: F, parse: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | F:
        """Return parse(...); where that raises Invalid, note its problems and return `fallback`."""
        try:
            return parse(*args, **kwargs)
        except Invalid as invalid:
            self.add(*invalid.problems)
            return fallback

    def finish(self) -> None:
        """Raise Invalid if any problem was noted."""
        if self.problems:
            raise Invalid(*self.problems)


def quoted(text: str) -> str:
    """Return what quoted_in_full does, but of a URL and of user:password@host no more than the scheme.

    Wherever in a query they stand, they can hold a password.
    """
    if "://" in text or not set(AT_SIGNS).isdisjoint(text):
        scheme = re.match(_SCHEME, text)
        text = f"{scheme[0] if scheme else ''}..."
    return quoted_in_full(text)


def quoted_in_full(text: str) -> str:
    """Return `text` between double quotes in printable ASCII, escaped as in JSON, cut at 80 characters."""
    escaped = json.dumps(text)[1:-1]
    if len(escaped) > _QUOTED_LENGTH:
        escaped = escaped[: _QUOTED_LENGTH - 3] + "..."
    return f'"{escaped}"'


def report(problems: Iterable[Problem]) -> str:
    """Return the text for standard error: a count, then a line for each problem and one for each hint.

    Terraform wraps lines that start in column 0 anew and leaves indented ones alone, hence the indentation.
    """
    problems = tuple(problems)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    lines = [f"tf-helper: error: {count} in the query"]
    for problem in problems[:_MAX_REPORTED]:
        lines.append(f"  {problem.field}: {problem.sentence}")
        if problem.hint:
            lines.append(f"    hint: {problem.hint}")
    if len(problems) > _MAX_REPORTED:
        lines.append(f"  and {len(problems) - _MAX_REPORTED} more")
    return "\n".join(lines) + "\n"
