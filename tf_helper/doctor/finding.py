"""A step of the examination, and what it finds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tf_helper.doctor.context import Context, Known
from tf_helper.errors import Problem

Status = Literal["ok", "warning", "failed", "skipped"]

# More names than this say nothing to a reader.
_MAX_LISTED = 24

# A line of advice that begins so is a command to type.
COMMAND_PROMPT = "$ "


class Finding(NamedTuple):
    """What a step has seen, and what to do about it (the hint): lines in ASCII without a secret in them.

    `known` is what later steps may use. Steps that need one that failed are skipped, unless it does not block them.
    """

    status: Status
    problem: Problem
    known: Known = Known()
    blocks_later_steps: bool = True


@dataclass(frozen=True)
class Step:
    """One check, within `seconds`. It is skipped if one of the steps that it `needs` failed or was skipped itself."""

    name: str
    title: str
    check: Callable[[Context], Finding]
    needs: tuple[str, ...] = ()
    in_workspace: bool = False
    """Whether it looks at what only a workspace has: files, and the environment of a tool."""
    seconds: float = 7


def ok(seen: str) -> Finding:
    """Return that all is well."""
    return Finding("ok", Problem(seen))


def warning(seen: str, advice: str = "") -> Finding:
    """Return that something is probably wrong."""
    return Finding("warning", Problem(seen, advice))


def with_warnings(finding: Finding, warnings: Iterable[Problem]) -> Finding:
    """Return a finding that is ok, or a warning instead that advises what `warnings` say, if there are any."""
    advice = " ".join(map(str, warnings))
    return warning(finding.problem.message, advice) if advice else finding


def failed(seen: str, advice: str = "") -> Finding:
    """Return that something is wrong."""
    return Finding("failed", Problem(seen, advice))


def skipped(why: str, advice: str = "") -> Finding:
    """Return that nothing could be seen."""
    return Finding("skipped", Problem(why, advice))


def listed(names: Sequence[str]) -> str:
    """Return names with commas between them, the first ones if there are many."""
    more = f" and {len(names) - _MAX_LISTED} more" if len(names) > _MAX_LISTED else ""
    return ", ".join(names[:_MAX_LISTED]) + more
