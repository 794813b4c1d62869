"""The README's matrix of clients, from the data that the tests run with."""

from __future__ import annotations

from tests.tools.clients import CELLS, CLIENTS


def matrix() -> str:
    """Return the matrix as a table in Markdown, and under it why a client cannot do something."""
    reasons = list(dict.fromkeys(reason for client in CLIENTS for reason in client.excluded.values()))
    heads = [f"{cell.host}, {cell.listener}" for cell in CELLS]
    lines = [_row("client", *heads), _row(*["---"] * (1 + len(CELLS)))]
    for client in CLIENTS:
        cells = [
            f"no ({reasons.index(client.excluded[cell]) + 1})" if cell in client.excluded else "yes" for cell in CELLS
        ]
        lines.append(_row(client.name, *cells))
    notes = [f"{number}. {reason}." for number, reason in enumerate(reasons, start=1)]
    return "\n".join([*lines, "", *notes])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
