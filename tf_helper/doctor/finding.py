"""A step of the examination, and what it finds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from tf_helper.doctor.context import Context

Status = Literal["ok", "warning", "failed", "skipped"]

# A line of advice that begins so is a command to type.
COMMAND_PROMPT = "$ "


class Finding(NamedTuple):
    """What a step has seen, and what to do about it ("" for nothing): lines in ASCII without a secret in them.

    `known` is what later steps may use: new values for fields of Known. Steps that need one that failed are skipped,
    unless it does not stop them.
    """

    status: Status
    seen: str
    advice: str = ""
    known: Mapping[str, Any] = MappingProxyType({})
    stops: bool = True


@dataclass(frozen=True)
class Step:
    """One check. It is skipped if one of the steps that it `needs` failed or was skipped itself."""

    name: str
    title: str
    check: Callable[[Context], Finding]
    needs: tuple[str, ...] = ()
    in_workspace: bool = False
    """Whether it looks at what only a workspace has: files, and the environment of a tool."""


def ok(seen: str) -> Finding:
    """Return that all is well."""
    return Finding("ok", seen)


def warning(seen: str, advice: str) -> Finding:
    """Return that something is probably wrong."""
    return Finding("warning", seen, advice)


def ok_but_for(seen: str, warnings: Iterable[str]) -> Finding:
    """Return that all is well, or a warning with these sentences, if there are any."""
    advice = " ".join(warnings)
    return warning(seen, advice) if advice else ok(seen)


def failed(seen: str, advice: str) -> Finding:
    """Return that something is wrong."""
    return Finding("failed", seen, advice)


def skipped(why: str, advice: str = "") -> Finding:
    """Return that nothing could be seen."""
    return Finding("skipped", why, advice)
