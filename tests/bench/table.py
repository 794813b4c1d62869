"""Markdown tables of figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Make a table whose first column is text and whose others are figures."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


def milliseconds(seconds: float) -> str:
    """Write a time."""
    return f"{seconds * 1000:.0f} ms"


def ratio(figure: float, reference: float) -> str:
    """Write how many times as much it is."""
    return f"{figure / reference:.1f}"


def more(figure: float, reference: float) -> str:
    """Write how much more time it is."""
    return f"{(figure - reference) * 1000:+.0f} ms"


def mebibytes(count: int) -> str:
    """Write a size."""
    return f"{count / 2**20:.0f} MiB"


def millions(count: int) -> str:
    """Write a count."""
    return f"{count / 1e6:.0f} M"
