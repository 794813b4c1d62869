"""Verdicts: what a step can find, as data. The words are in terraform/verdicts.json.

The wrapper's --check says the same, so the file lies beside the module: a name, and for it the title of the step, the
status, a message and advice ("" for nothing, or for what the reason of a TLS failure advises).
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

from tf_helper.doctor.finding import Finding, Status
from tf_helper.doctor.tunnel import NotTrusted
from tf_helper.errors import Problem

T = TypeVar("T")
Condition = Callable[[T], object]


class Verdict(NamedTuple):
    """A row of the table; message and advice may have placeholders."""

    step: str
    status: Status
    message: str
    advice: str


VERDICTS = {
    name: Verdict(**row)
    for name, row in json.loads(Path(__file__).with_name("verdicts.json").read_text("utf-8")).items()
}


def verdict(name: str, **values: object) -> Finding:
    """Return the finding of this name, with values in the place of placeholders.

    Lines of advice that need the deployment's URL are left out if there is none.
    """
    found = VERDICTS[name]
    lines = (line for line in found.advice.splitlines() if values.get("access_url") or "{access_url}" not in line)
    advice = "\n".join(line.format_map(values) for line in lines)
    return Finding(found.status, Problem(found.message.format_map(values), advice))


def untrusted(if_unknown_issuer: str, otherwise: str, error: NotTrusted, **values: object) -> Finding:
    """Return one of two verdicts on a certificate that is not trusted; the second advises what its reason does."""
    if error.unknown_issuer:
        return verdict(if_unknown_issuer, reason=error, **values)
    finding = verdict(otherwise, reason=error, **values)
    return finding._replace(problem=finding.problem._replace(hint=error.problem.hint))


def first_match(table: Iterable[tuple[str, Condition[T]]], facts: T) -> str:
    """Return the name of the first verdict whose condition is true of the facts; the last one's always is."""
    return next(name for name, applies in table if applies(facts))
