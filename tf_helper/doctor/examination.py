"""Goes through the steps, each within a deadline, and skips those that cannot succeed."""

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import NamedTuple

from tf_helper.deadline import DeadlinePassedError, within
from tf_helper.doctor.case import Case
from tf_helper.doctor.step import Finding, Step, failed, skipped

# Against hosts that swallow everything, too, a person has an answer within half a minute.
_STEP_SECONDS = 7
TOTAL_SECONDS = 27


class Examined(NamedTuple):
    """A step, and what it found; None while it is still looking."""

    name: str
    title: str
    finding: Finding | None


def examine(case: Case, steps: Sequence[Step]) -> Iterator[Examined]:
    """Yield each step twice: when it begins, and with its finding."""
    by_name = {step.name: step for step in steps}
    findings: dict[str, Finding] = {}
    end = monotonic() + TOTAL_SECONDS
    for step in steps:
        yield Examined(step.name, step.title, None)
        in_the_way = [name for name in step.needs if findings[name].status in {"failed", "skipped"}]
        if not case.in_workspace and step.in_workspace:
            finding = skipped("not in a workspace")
        elif in_the_way:
            finding = skipped(f"because of {by_name[in_the_way[0]].title}")
        else:
            finding = _find(case, step, min(_STEP_SECONDS, end - monotonic()))
        findings[step.name] = finding
        yield Examined(step.name, step.title, finding)


def _find(case: Case, step: Step, seconds: float) -> Finding:
    if seconds <= 0:
        return skipped(f"no time left after {TOTAL_SECONDS} s")
    try:
        return _without(case.token, within(seconds, lambda: step.check(case)))
    except DeadlinePassedError:
        return failed(
            f"no answer within {seconds:.0f} s",
            "something on the way swallows packets, or is very slow: a firewall, a name server",
        )
    except Exception as error:  # noqa: BLE001 - one step that breaks shall not take the others with it
        return failed(f"unforeseen {type(error).__name__}", "this is a fault of tf-helper's: please report it")


def _without(token: str, finding: Finding) -> Finding:
    """Return a finding in which the token does not stand, should what answers have sent it back as a name, say."""
    if not token:
        return finding
    return Finding(finding.status, finding.seen.replace(token, "***"), finding.advice.replace(token, "***"))
