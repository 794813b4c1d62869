"""Who gets through the proxy, and what does not go through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN
from tests.sandbox import NAMES
from tests.tools.clients import CLIENTS, Client
from tests.tools.conftest import installed
from tests.tools.workspace import failure

if TYPE_CHECKING:
    from tests.harness.origin import Origin
    from tests.harness.proxy import Proxy
    from tests.tools.conftest import WorkspaceBehind

every_client = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)


@pytest.mark.parametrize("credentials", ["", "coder:@"], ids=["missing token", "empty token"])
@every_client
def test_without_a_token_the_proxy_asks_for_authentication(
    client: Client, credentials: str, workspace_behind: WorkspaceBehind, proxy: Proxy
) -> None:
    workspace = workspace_behind("HTTP")
    env = {name: value.replace(f"coder:{TOKEN}@", credentials) for name, value in workspace.env.items()}
    before = len(proxy.asked)
    assert failure(workspace.run(installed(client), NAMES["intercepted"], env))
    assert {(asked.host, asked.status) for asked in proxy.asked[before:]} == {(NAMES["intercepted"], 407)}


@every_client
def test_a_host_in_no_proxy_is_asked_directly(
    client: Client, workspace_behind: WorkspaceBehind, origin: Origin, proxy: Proxy
) -> None:
    workspace = workspace_behind("HTTP")
    assert "localhost" in workspace.env["NO_PROXY"].split(",")
    del origin.visits[:]
    before = len(proxy.asked)
    done = workspace.run(installed(client), f"localhost:{origin.port}")
    assert (done.returncode, client.shows in done.stdout) == (0, True), done.stdout
    assert {visit.intercepted for visit in origin.visits} == {False}
    assert proxy.asked[before:] == []
