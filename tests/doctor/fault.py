"""Faults as data: how each comes about, which step finds it, and what that says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from tf_helper.doctor.verdicts import VERDICTS

if TYPE_CHECKING:
    from tests.doctor.patient import Patient, Report

Change = Callable[["Patient"], object]


class Fault(NamedTuple):
    """Something that is wrong, and the step that finds it, with its verdict, or a status for what has no verdict.

    The step says `words`. `also` are other steps of the same status, `warned` those that warn; all others are well, or
    skipped. `cure` does what the step advises; None where it advises to look at something.
    """

    name: str
    inflict: Change
    step: str
    verdict: str
    words: tuple[str, ...]
    also: tuple[str, ...]
    warned: tuple[str, ...]
    cure: Change | None

    def assert_found(self, report: Report) -> None:
        """Fail unless the report has this fault and no other."""
        status = VERDICTS[self.verdict].status if self.verdict in VERDICTS else self.verdict
        expected = {"failed": set[str](), "warning": set(self.warned)}
        expected[status] |= {self.step, *self.also}
        statuses = {name: set(report.of(name)) for name in expected}
        assert statuses == expected, "\n".join(map(str, report.steps.items()))
        text = report.text(self.step)
        assert [words for words in self.words if words not in text] == [], text
        if self.verdict in VERDICTS:
            found = VERDICTS[self.verdict]
            seen, advice = report.steps[self.step]["seen"], report.steps[self.step]["advice"]
            assert re.fullmatch(re.sub(r"\\{\w+\\}", "(?s:.*)", re.escape(found.message)), seen)
            assert not found.advice or advice.startswith(found.advice.splitlines()[0])


class Faults(list[Fault]):
    """A table of faults, to which functions that inflict one are added by a decorator."""

    def __call__(
        self,
        step: str,
        verdict: str,
        *words: str,
        also: tuple[str, ...] = (),
        warned: tuple[str, ...] = (),
        cure: Change | None = None,
    ) -> Callable[[Change], Change]:
        """Add a fault."""

        def add(inflict: Change) -> Change:
            self.append(Fault(inflict.__name__, inflict, step, verdict, words, also, warned, cure))
            return inflict

        return add

    def add(self, name: str, inflict: Change, step: str, verdict: str, *words: str, cure: Change | None = None) -> None:
        """Add a fault under a name."""
        self.append(Fault(name, inflict, step, verdict, words, (), (), cure))
