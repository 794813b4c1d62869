"""What the tables of tools have as columns: whether the proxy intercepts the host, and how the proxy listens."""

from __future__ import annotations

from itertools import product
from typing import Literal, NamedTuple

Host = Literal["intercepted", "tunnelled"]
Listener = Literal["HTTP", "TLS"]


class Cell(NamedTuple):
    """One column."""

    host: Host
    listener: Listener


HOSTS: tuple[Host, ...] = ("intercepted", "tunnelled")
LISTENERS: tuple[Listener, ...] = ("HTTP", "TLS")
CELLS = tuple(Cell(host, listener) for listener, host in product(LISTENERS, HOSTS))
OVER_TLS = tuple(cell for cell in CELLS if cell.listener == "TLS")
INTERCEPTED = tuple(cell for cell in CELLS if cell.host == "intercepted")
TUNNELLED = tuple(cell for cell in CELLS if cell.host == "tunnelled")
