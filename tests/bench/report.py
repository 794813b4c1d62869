"""Measures all cases and writes the tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tests.bench.case import Case, LeftOut, missing
from tests.bench.measures import instructions, median_seconds, peak_bytes
from tests.bench.programs import PROGRAM, REFERENCE
from tests.bench.table import mebibytes, millions, milliseconds, more, ratio, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NOTHING = "–"

Row: TypeAlias = "Case | LeftOut"
Seconds: TypeAlias = "Mapping[Row, float]"


@dataclass(frozen=True)
class Cases:
    """All that is measured. The first of `plans`, `http` and `https` is what the others are compared with."""

    programs: Sequence[Row]
    launchers: Sequence[Row]
    plans: Sequence[Row]
    http: Sequence[Row]
    https: Sequence[Row]

    @property
    def all(self) -> list[Row]:
        """All of them in one list."""
        return [*self.programs, *self.launchers, *self.plans, *self.http, *self.https]


@dataclass(frozen=True)
class Options:
    """How often everything is measured."""

    rounds: int
    valgrind: bool


def report(cases: Cases, options: Options) -> str:
    """Measure, and return tables in Markdown; what cannot be measured here is named below them."""
    measured = [row for row in cases.all if isinstance(row, Case)]
    seconds: Seconds = dict(
        zip(measured, median_seconds([row.command for row in measured], options.rounds), strict=True)
    )
    tables = [
        _programs([row for row in cases.programs if isinstance(row, Case)], seconds, options),
        _launchers(cases, seconds),
        _beside("`terraform plan` of the basic example", {"time": cases.plans}, seconds),
        _beside("the certificate in the workspace", {"over HTTP": cases.http, "over TLS": cases.https}, seconds),
    ]
    left_out = [f"{row.name} ({row.because})" for row in cases.all if isinstance(row, LeftOut)]
    left_out += [f"{column} ({because})" for column, because in _columns_left_out(options).items() if because]
    return "\n\n".join([*tables, *([f"Left out here: {'; '.join(left_out)}."] if left_out else [])])


def _programs(cases: Sequence[Case], seconds: Seconds, options: Options) -> str:
    left_out = _columns_left_out(options)
    reference = next(seconds[case] for case in cases if case.name == REFERENCE)
    return table(
        ["one start", "time", "ratio", "memory", "instructions"],
        (
            [
                case.name,
                milliseconds(seconds[case]),
                ratio(seconds[case], reference),
                NOTHING if left_out["memory"] else mebibytes(peak_bytes(case.command)),
                NOTHING if left_out["instructions"] else millions(instructions(case.command)),
            ]
            for case in cases
        ),
    )


def _columns_left_out(options: Options) -> dict[str, str]:
    return {
        "memory": missing("time"),
        "instructions": missing("valgrind") if options.valgrind else "not asked for",
    }


def _launchers(cases: Cases, seconds: Seconds) -> str:
    installed = next(seconds[case] for case in cases.programs if case.name == PROGRAM)
    return table(
        [PROGRAM, "time", "more than by its path"],
        (
            [case.name, milliseconds(seconds[case]), more(seconds[case], installed)]
            for case in cases.launchers
            if case in seconds
        ),
    )


def _beside(title: str, columns: Mapping[str, Sequence[Row]], seconds: Seconds) -> str:
    """Compare the cases of each column with its first."""

    def cells(cases: Sequence[Row]) -> Iterator[str]:
        for case, (reference, *_) in zip(cases, columns.values(), strict=True):
            yield milliseconds(seconds[case])
            yield NOTHING if case is reference or reference not in seconds else more(seconds[case], seconds[reference])

    rows = [row for row in zip(*columns.values(), strict=True) if all(case in seconds for case in row)]
    return table(
        [title, *(cell for name in columns for cell in (name, "more"))], [[row[0].name, *cells(row)] for row in rows]
    )
