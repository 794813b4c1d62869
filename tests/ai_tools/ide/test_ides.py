"""Extensions of real IDEs reach the providers through the proxy, however a template starts them."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.ai_tools.catalog.tool import connecting_to
from tests.ai_tools.ide.workspace import DOMAIN, OF_VSCODE, PREFIX, WAYS, Workspace
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

    OpenIDE = Callable[..., Seen]

pytestmark = [pytest.mark.tools, pytest.mark.more_tools]

# Node.js's client for HTTP/2 knows no proxy.
DIRECTLY = connecting_to(f"http2.{DOMAIN}")

every_way = pytest.mark.parametrize(
    ("way", "cell"),
    [pytest.param(way, cell, id=f"{way.name}-{cell.host}-{cell.listener}") for way, cell in product(WAYS, CELLS)],
)


@pytest.fixture(scope="session")
def open_ide(
    stage: Stage,
    authorities: Authorities,
    system_roots: Path,
    providers: Providers,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[OpenIDE]:
    """Open an IDE in a workspace that Terraform has made, once for each way and cell."""

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
    def open_once(way: Way, cell: Cell, **settings: object) -> Seen:
        if missing := way.missing():
            pytest.skip(f"not installed: {', '.join(missing)}; run `make tools-all`")
        return workspace(way.example, cell.listener).open(way, stage, cell, settings)

    with Deployment(token=TOKEN, ca_cert_pem=stage.proxies["HTTP"].ca_cert_pem) as deployment:
        yield open_once


@every_way
def test_what_extensions_send_goes_through_the_proxy(way: Way, cell: Cell, open_ide: OpenIDE) -> None:
    seen = open_ide(way, cell)
    # curl has no variable for the proxy's own certificate.
    without = {"http2", "curl"} if cell.listener == "TLS" else {"http2"}
    assert seen.arrived == frozenset(way.clients) - without, seen


@every_way
def test_an_ide_goes_past_the_proxy_only_by_http2_or_if_a_user_starts_it(
    way: Way, cell: Cell, open_ide: OpenIDE
) -> None:
    seen = open_ide(way, cell)
    by_http2 = DIRECTLY if "http2" in way.clients else frozenset()
    assert by_http2 <= seen.past
    assert bool(seen.past - by_http2) == way.started_by_user, seen


STARTED_BY_TEMPLATE = [way for way in WAYS if way.clients is OF_VSCODE and not way.started_by_user]


@pytest.mark.parametrize("way", STARTED_BY_TEMPLATE, ids=lambda way: way.name)
def test_vscode_itself_asks_the_marketplace_and_telemetry_through_the_proxy(way: Way, open_ide: OpenIDE) -> None:
    assert open_ide(way, Cell("tunnelled", "HTTP")).asked >= {"open-vsx.org", "mobile.events.data.microsoft.com"}


@every_way
def test_an_ide_does_not_write_the_token_to_a_file(way: Way, cell: Cell, open_ide: OpenIDE) -> None:
    assert open_ide(way, cell).files_with_token == []


@pytest.mark.parametrize(
    ("settings", "past", "refused"),
    [
        ({"http.proxySupport": "off"}, {"fetch", "websocket"}, set()),
        # Without the token, which the wrapper's URL has.
        ({"http.proxy": "http://PROXY"}, set(), {"https", "fetch", "axios", "ws", "websocket"}),
        ({"http.systemCertificatesNode": False}, set(), {"fetch", "websocket"}),
        ({"http.systemCertificatesNode": False, "http.systemCertificates": False}, set(), set()),
        ({"http.proxyStrictSSL": False}, set(), set()),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_settings_of_the_user_that_break_what_the_wrapper_does(
    settings: dict[str, object], past: set[str], refused: set[str], stage: Stage, open_ide: OpenIDE
) -> None:
    address = f"{PROXY_NAME}:{stage.proxies['HTTP'].port}"
    values = json.loads(json.dumps(settings).replace("PROXY", address))
    seen = open_ide(WAYS[0], Cell("intercepted", "HTTP"), **values)
    assert seen.past == frozenset().union(*(connecting_to(f"{client}.{DOMAIN}") for client in {"http2", *past})), seen
    assert seen.arrived == frozenset(OF_VSCODE) - {"http2", *past, *refused}, seen
