"""Measures all cases and writes the tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tests.bench.case import Case, have, missing
from tests.bench.measures import instructions, median_seconds, peak_bytes
from tests.bench.programs import PROGRAM, REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

NOTHING = "–"

Seconds: TypeAlias = "Mapping[Case, float]"


@dataclass(frozen=True)
class Cases:
    """All that is measured. The first of `plans`, `http` and `https` is what the others are compared with."""

    programs: Sequence[Case]
    launchers: Sequence[Case]
    plans: Sequence[Case]
    http: Sequence[Case]
    https: Sequence[Case]


def report(cases: Cases, rounds: int) -> str:
    """Measure, and return tables in Markdown, with what is missing here below them."""
    measured = [*cases.programs, *cases.launchers, *cases.plans, *cases.http, *cases.https]
    times = median_seconds([case.command for case in measured], rounds)
    seconds: Seconds = dict(zip(measured, times, strict=True))
    tables = [
        _programs(cases.programs, seconds),
        _launchers(cases, seconds),
        _beside("`terraform plan` of the basic example", {"time": cases.plans}, seconds),
        _beside("the certificate in the workspace", {"over HTTP": cases.http, "over TLS": cases.https}, seconds),
    ]
    return "\n\n".join([*tables, *([f"Not measured without {', '.join(missing())}."] if missing() else [])])


def _programs(cases: Sequence[Case], seconds: Seconds) -> str:
    reference = next(seconds[case] for case in cases if case.name == REFERENCE)
    return _table(
        ["one start", "time", "ratio", "memory", "instructions"],
        (
            [
                case.name,
                _milliseconds(seconds[case]),
                f"{seconds[case] / reference:.1f}",
                f"{peak_bytes(case.command) / 2**20:.0f} MiB" if have("time") else NOTHING,
                f"{instructions(case.command) / 1e6:.0f} M" if have("valgrind") else NOTHING,
            ]
            for case in cases
        ),
    )


def _launchers(cases: Cases, seconds: Seconds) -> str:
    installed = next(seconds[case] for case in cases.programs if case.name == PROGRAM)
    return _table(
        [PROGRAM, "time", "more than by its path"],
        ([case.name, _milliseconds(seconds[case]), _more(seconds[case], installed)] for case in cases.launchers),
    )


def _beside(title: str, columns: Mapping[str, Sequence[Case]], seconds: Seconds) -> str:
    """Compare the cases of each column with its first."""

    def cells(cases: Sequence[Case]) -> Iterator[str]:
        for case, (reference, *_) in zip(cases, columns.values(), strict=True):
            yield _milliseconds(seconds[case])
            yield NOTHING if case is reference else _more(seconds[case], seconds[reference])

    rows = [[row[0].name, *cells(row)] for row in zip(*columns.values(), strict=True)]
    return _table([title, *(cell for name in columns for cell in (name, "more"))], rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Make a table in Markdown whose first column is text and whose others are figures."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def _more(figure: float, reference: float) -> str:
    return f"{(figure - reference) * 1000:+.0f} ms"
