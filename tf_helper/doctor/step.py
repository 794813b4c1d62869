"""A step of the examination and what it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tf_helper.doctor.case import Case

Status = Literal["ok", "warning", "failed", "skipped"]


class Finding(NamedTuple):
    """What a step has seen, and what to do about it ("" for nothing). Lines in ASCII that hold no secret."""

    status: Status
    seen: str
    advice: str = ""


@dataclass(frozen=True)
class Step:
    """One check. It is skipped where one of the steps that it `needs` has failed or was skipped itself."""

    name: str
    title: str
    check: Callable[[Case], Finding]
    needs: tuple[str, ...] = ()
    in_workspace: bool = False
    """Whether it looks at what only a workspace has: files, and the environment of a tool."""


def in_a_few_words(sentence: str) -> str:
    """Return one of the sentences that Terraform is told as doctor writes them."""
    return f"{sentence[:1].lower()}{sentence[1:].rstrip('.')}"


def ok(seen: str) -> Finding:
    """Return that all is well."""
    return Finding("ok", seen)


def warning(seen: str, advice: str) -> Finding:
    """Return that something is probably wrong."""
    return Finding("warning", seen, advice)


def ok_but_for(seen: str, doubts: Iterable[str]) -> Finding:
    """Return that all is well, or a warning with the doubts, whole sentences, if there are any."""
    advice = " ".join(doubts)
    return warning(seen, advice) if advice else ok(seen)


def failed(seen: str, advice: str) -> Finding:
    """Return that something is wrong."""
    return Finding("failed", seen, advice)


def skipped(why: str, advice: str = "") -> Finding:
    """Return that nothing could be seen."""
    return Finding("skipped", why, advice)
