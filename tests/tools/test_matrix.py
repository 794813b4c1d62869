"""Real clients, with what the module gives them and nothing else, through a proxy that intercepts some hosts."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.harness.cells import CELLS, Cell
from tests.sandbox import NAMES
from tests.tools.clients import CLIENTS, Client
from tests.tools.conftest import installed
from tf_helper.client_env import CLIENT_VARIABLES, PROXY_VARIABLES

if TYPE_CHECKING:
    from tests.harness.origin import Origin
    from tests.harness.proxy import Proxy
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


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_host_in_no_proxy_is_asked_directly(
    client: Client, workspace_behind: WorkspaceBehind, origin: Origin, proxy: Proxy
) -> None:
    workspace = workspace_behind("HTTP")
    del origin.visits[:]
    before = len(proxy.asked)
    done = workspace.run(installed(client), f"localhost:{origin.port}")
    assert (done.returncode, client.shows in done.stdout) == (0, True), done.stdout
    assert {visit.intercepted for visit in origin.visits} == {False}
    assert proxy.asked[before:] == []


REACHABLE = [client for client in CLIENTS if client.trust != "out of reach"]


@pytest.mark.parametrize("client", REACHABLE, ids=lambda client: client.name)
def test_without_the_bundle_hosts_are_not_trusted(client: Client, workspace_behind: WorkspaceBehind) -> None:
    workspace = workspace_behind("HTTP")
    cases = [(NAMES["intercepted"], {name: workspace.env[name] for name in PROXY_VARIABLES})]
    if client.trust == "replaced":
        # With the bare certificate in place of the bundle, tunnelled hosts are not.
        certificate = str(workspace.directory / "certs/ca.pem")
        bare = {variable.name: certificate for variable in CLIENT_VARIABLES if variable.effect == "replaces"}
        cases.append((NAMES["tunnelled"], workspace.env | bare))
    for host, env in cases:
        done = workspace.run(installed(client), host, env)
        assert done.returncode != 0
        assert "certificate" in done.stdout.lower()
