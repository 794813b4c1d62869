"""The place in a page of the documentation for the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BEGIN, _END = "<!-- figures of make bench -->\n", "<!-- end of the figures -->\n"


def replace_figures(file: Path, new: str) -> None:
    """Replace what is between the two comments; raises ValueError if they are missing."""
    before, begin, rest = file.read_text().partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"{file} has no place for the figures")
    file.write_text(f"{before}{begin}\n{new}\n\n{end}{after}")
