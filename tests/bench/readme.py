"""The place in a text file, the README say, that holds the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BEGIN, END = "<!-- figures of make bench -->\n", "<!-- end of the figures -->\n"


def figures(text: str) -> str:
    """Return what is between the two lines."""
    return text.partition(BEGIN)[2].partition(END)[0].strip("\n")


def replace_figures(file: Path, new: str) -> None:
    """Put something else between them; raises ValueError where they are not."""
    before, begin, rest = file.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{file} has no place for the figures")
    file.write_text(f"{before}{begin}\n{new}\n\n{end}{after}")
