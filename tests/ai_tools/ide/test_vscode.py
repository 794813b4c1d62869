"""Extensions of a real VS Code reach the providers through the proxy, however a template starts it."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.ai_tools.catalog.tool import connecting_to
from tests.ai_tools.ide.workspace import CLIENTS, CODE_SERVER, DOMAIN, NODE, PREFIX, WAYS, Workspace, browser
from tests.ai_tools.stage import PROXY_NAME
from tests.harness.cells import CELLS, Cell
from tests.harness.deployment import TOKEN, Deployment
from tests.harness.terraform import Terraform, copy_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.ai_tools.ide.workspace import Seen, Way
    from tests.ai_tools.stage import Stage
    from tests.harness.cells import Listener
    from tests.harness.terraform import Providers
    from tests.sandbox import Authorities

    OpenVSCode = Callable[[Way, Cell], Seen]

pytestmark = [pytest.mark.tools, pytest.mark.more_tools]

# Node.js's client for HTTP/2 knows no proxy.
DIRECTLY = connecting_to(f"http2.{DOMAIN}")

every_way = pytest.mark.parametrize(
    ("way", "cell"),
    [pytest.param(way, cell, id=f"{way.name}-{cell.host}-{cell.listener}") for way, cell in product(WAYS, CELLS)],
)


@pytest.fixture(scope="session")
def open_vscode(
    stage: Stage,
    authorities: Authorities,
    system_roots: Path,
    providers: Providers,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[OpenVSCode]:
    """Open VS Code in a workspace that Terraform has made, once for each way and cell."""
    missing = [
        *(
            ["code-server, by `make tools-all`"]
            if not (CODE_SERVER.folder / "node_modules/.installed").exists()
            else []
        ),
        *(["Node.js 24, by `make tools`"] if not NODE.exists() else []),
        *(["Chromium"] if not browser() else []),
    ]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")

    @cache
    def workspace(example: str, listener: Listener) -> Workspace:
        directory = tmp_path_factory.mktemp("ide")
        proxy = f"{PROXY_NAME}:{stage.proxies[listener].port}"
        variables = {
            "proxy_url": f"http://{proxy}" if listener == "HTTP" else f"https://{proxy}",
            "extra_ca_certs_pem": [] if listener == "HTTP" else [authorities.company.cert_pem.bytes().decode()],
            "cert_path": f"{directory}/certs/ca.pem",
            "wrapper_path": f"{directory}/ai-proxy",
            **({"install_prefix": f"{directory}/{PREFIX}"} if example == "ide-modules" else {}),
        }
        environment = {"CODER_AGENT_URL": deployment.url, "CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN}
        copy = copy_module(directory / "module") / "examples" / example
        with Terraform(copy, environment, providers=providers) as terraform:
            terraform.init()
            terraform.apply(variables=variables)
            return Workspace(example, directory, terraform.resources(), system_roots)

    @cache
    def open_once(way: Way, cell: Cell) -> Seen:
        return workspace(way.example, cell.listener).open(way, stage, cell)

    with Deployment(token=TOKEN, ca_cert_pem=stage.proxies["HTTP"].ca_cert_pem) as deployment:
        yield open_once


@every_way
def test_all_that_extensions_send_goes_through_the_proxy(way: Way, cell: Cell, open_vscode: OpenVSCode) -> None:
    seen = open_vscode(way, cell)
    # curl has no variable for the proxy's own certificate.
    without = {"http2", "curl"} if cell.listener == "TLS" else {"http2"}
    assert seen.arrived == frozenset(CLIENTS) - without, seen.outcomes
    assert seen.past >= DIRECTLY


@every_way
def test_vscode_itself_goes_past_the_proxy_only_if_a_user_starts_it(
    way: Way, cell: Cell, open_vscode: OpenVSCode
) -> None:
    past = open_vscode(way, cell).past - DIRECTLY
    assert bool(past) == way.started_by_user, past


@every_way
def test_vscode_does_not_write_the_token_to_a_file(way: Way, cell: Cell, open_vscode: OpenVSCode) -> None:
    assert open_vscode(way, cell).files_with_token == []
