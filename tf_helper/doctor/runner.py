"""Runs the steps, each within a deadline, and skips those that cannot succeed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic
from typing import NamedTuple

from tf_helper.deadline import DeadlineExceededError, run_with_deadline
from tf_helper.doctor.context import Context
from tf_helper.doctor.finding import Finding, Step, failed, ok, skipped, with_warnings
from tf_helper.doctor.steps import STEPS
from tf_helper.errors import Invalid, Problem
from tf_helper.query import Query
from tf_helper.result import settings_warnings

# Even if every host swallows everything, the report is there within half a minute.
TOTAL_SECONDS = 27

_TITLES = {step.name: step.title for step in STEPS}


class Examined(NamedTuple):
    """A step and what it found; None while it is at work."""

    name: str
    title: str
    finding: Finding | None


def examine(make_context: Callable[[], Context]) -> Iterator[Examined]:
    """Yield each step twice: when it begins, and with its finding. The first step is make_context."""
    settings = Examined("settings", "settings", None)
    try:
        context = make_context()
    except Invalid as invalid:
        yield settings._replace(finding=_refused(invalid))
        for step in STEPS:
            yield Examined(step.name, step.title, skipped("needs settings"))
        return
    yield settings._replace(finding=_accepted(context.query))
    findings: dict[str, Finding] = {}
    end = monotonic() + TOTAL_SECONDS
    for step in STEPS:
        yield Examined(step.name, step.title, None)
        finding = _skip(step, context, findings) or _check(step, context, min(step.seconds, end - monotonic()))
        # Only here: a step that is past its deadline changes nothing that a later one sees.
        context = replace(context, known=context.known.updated(finding.known))
        findings[step.name] = finding
        yield Examined(step.name, step.title, finding)


def _skip(step: Step, context: Context, findings: dict[str, Finding]) -> Finding | None:
    if step.in_workspace and not context.in_workspace:
        return skipped("not in a workspace")
    for name in step.needs:
        finding = findings[name]
        if finding.status == "skipped":
            return finding  # for the same reason
        if finding.status == "failed" and finding.blocks_later_steps:
            return skipped(f'needs "{_TITLES[name]}"')
    return None


def _check(step: Step, context: Context, seconds: float) -> Finding:
    if seconds <= 0:
        return skipped(f"no time left after {TOTAL_SECONDS} s")
    try:
        finding = run_with_deadline(seconds, lambda: step.check(context))
    except DeadlineExceededError:
        if step.in_workspace:
            return failed(f"not read within {seconds:.1f} s", "a file system is very slow, or hangs: a network drive")
        return failed(
            f"no answer within {seconds:.1f} s",
            "something on the way drops packets, or is very slow: a firewall, a name server",
        )
    except Exception as error:  # noqa: BLE001 - one step that breaks must not take the others with it
        return failed(f"unexpected {type(error).__name__}", "this is a bug in tf-helper: please report it")
    return finding._replace(problem=Problem(*map(context.without_token, finding.problem)))


def _refused(invalid: Invalid) -> Finding:
    messages = (f"{problem.field}: {problem.message}" for problem in invalid.problems)
    hints = dict.fromkeys(problem.hint for problem in invalid.problems if problem.hint)
    return failed("; ".join(messages), "; ".join(hints))


def _accepted(query: Query) -> Finding:
    given = {"proxy_url": query.proxy_url.origin, "access_url": query.access_url, "cert_path": query.cert_path.path}
    seen = ", ".join(f"{key} {value}" for key, value in given.items() if value)
    return with_warnings(ok(seen), settings_warnings(query))
