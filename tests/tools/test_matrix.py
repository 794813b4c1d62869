"""Real clients, with what the module gives them and nothing else, through a proxy that intercepts some hosts."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.harness.cells import CELLS, Cell
from tests.sandbox import NAMES
from tests.tools.clients import CLIENTS, Client
from tests.tools.conftest import installed

if TYPE_CHECKING:
    from tests.harness.origin import Origin
    from tests.tools.conftest import WorkspaceBehind

MATRIX = [
    pytest.param(
        client,
        cell,
        id=f"{client.name}-{cell.host}-{cell.listener}",
        # A client that has learned what it could not do fails here: then the reason has to go.
        marks=[pytest.mark.xfail(reason=client.excluded[cell], raises=AssertionError)]
        if cell in client.excluded
        else [],
    )
    for client, cell in product(CLIENTS, CELLS)
]


@pytest.mark.parametrize(("client", "cell"), MATRIX)
def test_a_client_gets_what_it_asks_for(
    client: Client, cell: Cell, workspace_behind: WorkspaceBehind, origin: Origin
) -> None:
    installed(client)
    host = NAMES[cell.host]
    del origin.visits[:]
    done = workspace_behind(cell.listener).run(client, host)
    assert (done.returncode, client.shows in done.stdout) == (0, True), done.stdout
    assert {(visit.host, visit.intercepted) for visit in origin.visits} == {(host, cell.host == "intercepted")}
