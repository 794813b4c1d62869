"""Why each variable names the file that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox import NAMES
from tests.tools.clients import CLIENTS, Client
from tests.tools.conftest import installed
from tests.tools.workspace import failure
from tf_helper.client_env import CLIENT_VARIABLES, PROXY_VARIABLES

if TYPE_CHECKING:
    from tests.tools.conftest import WorkspaceBehind

REPLACED = [client for client in CLIENTS if client.trust == "replaced"]
REACHABLE = [client for client in CLIENTS if client.trust != "out of reach"]


@pytest.mark.parametrize("client", REPLACED, ids=lambda client: client.name)
def test_with_the_bare_certificate_in_place_of_the_bundle_tunnelled_hosts_are_not_trusted(
    client: Client, workspace_behind: WorkspaceBehind
) -> None:
    workspace = workspace_behind("HTTP")
    certificate = workspace.directory / "certs/ca.pem"
    bare = {variable.name: str(certificate) for variable in CLIENT_VARIABLES if variable.effect == "replaces"}
    assert "certificate" in failure(workspace.run(installed(client), NAMES["tunnelled"], workspace.env | bare)).lower()


@pytest.mark.parametrize("client", REACHABLE, ids=lambda client: client.name)
def test_without_the_variables_intercepted_hosts_are_not_trusted(
    client: Client, workspace_behind: WorkspaceBehind
) -> None:
    workspace = workspace_behind("HTTP")
    proxy_alone = {name: workspace.env[name] for name in PROXY_VARIABLES}
    assert "certificate" in failure(workspace.run(installed(client), NAMES["intercepted"], proxy_alone)).lower()
