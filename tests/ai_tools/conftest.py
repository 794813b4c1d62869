from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.ai_tools.catalog.tool import GRPC_HOSTS
from tests.ai_tools.network.recorder import Recorder
from tests.ai_tools.provider.grpc_server import GrpcProvider
from tests.ai_tools.provider.server import Provider
from tests.ai_tools.stage import ALL_PROVIDERS, PATH, PROXY_NAME, Stage
from tests.harness.certificates import make_ca_as_documented
from tests.harness.deployment import TOKEN, Deployment
from tests.harness.gateway import Gateway
from tests.harness.proxy import Proxy
from tests.harness.server import tls_context
from tests.harness.startup import apply, run_script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.ai_tools.catalog.tool import Tool
    from tests.ai_tools.stage import Run
    from tests.harness.cells import Cell, Listener
    from tests.harness.terraform import Providers
    from tests.sandbox import Authorities

    RunTool = Callable[[Tool, Cell], Run]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the part of the tests that TOOLS_SHARD names, for example 0/3: each part has a network of its own."""
    number, _, count = os.environ.get("TOOLS_SHARD", "0/1").partition("/")
    order = {label: place for place, label in enumerate(dict.fromkeys(map(_label, items)))}
    items[:] = [item for item in items if order[_label(item)] % int(count) == int(number)]


def _label(item: pytest.Item) -> str:
    """Return the label of the tool that a test runs: tests of one tool look at the same runs."""
    tool = item.callspec.params.get("tool") if hasattr(item, "callspec") else None
    return getattr(tool, "label", item.nodeid)


@pytest.fixture(scope="session")
def recorder() -> Iterator[Recorder]:
    """Watch the tests' network."""
    if os.environ.get("TESTS_NETWORK") != "loopback":
        pytest.skip("not on a network of its own; run `make tools`, which needs the right to create network namespaces")
    with Recorder({PROXY_NAME: "127.0.0.1"}) as running:
        yield running


@pytest.fixture(scope="session")
def grpc_roots(recorder: Recorder, system_roots: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Add the hosts' CA, which stands for the public ones, to gRPC's own roots, in the tests' mount namespace.

    gRPC for Python has its roots in a file, and reads no variable of `env`.
    """
    for built_in in Path(sys.prefix).glob("*/lib/python*/site-packages/grpc/_cython/_credentials/roots.pem"):
        roots = tmp_path_factory.mktemp("grpc") / built_in.name
        roots.write_bytes(built_in.read_bytes() + b"\n" + system_roots.read_bytes())
        subprocess.run(["mount", "--bind", roots, built_in], check=True)


@pytest.fixture(scope="session")
def provider(authorities: Authorities) -> Iterator[Provider]:
    """Run a stand-in for the providers and all other hosts of the internet."""
    with Provider(authorities.public) as running:
        yield running


@pytest.fixture(scope="session")
def provider_gateway(provider: Provider) -> Iterator[Gateway]:
    """Run the gateway. Not as `gateway`, with which the fixtures of tests/sandbox.py would be made once and for all."""
    with Gateway(token=TOKEN, origin=provider, providers=ALL_PROVIDERS) as running:
        yield running


@pytest.fixture(scope="session")
def hosts(authorities: Authorities, provider: Provider) -> Iterator[Mapping[str, int]]:
    """Run the providers that speak gRPC; return the port of each host."""
    with GrpcProvider(authorities.public, provider.visits) as grpc_provider:
        yield {**dict.fromkeys(GRPC_HOSTS, grpc_provider.port), "*": provider.port}


@pytest.fixture(scope="session")
def proxies(
    authorities: Authorities,
    hosts: Mapping[str, int],
    provider_gateway: Gateway,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Mapping[Listener, Proxy]]:
    """Run AI Bridge Proxy, with each kind of listener, and the CA that the documentation recommends."""
    listener = tls_context(authorities.company, PROXY_NAME)
    ca = make_ca_as_documented(tmp_path_factory.mktemp("ca"))
    with (
        Proxy(gateway=provider_gateway.url, hosts=hosts, ca=ca) as http,
        Proxy(gateway=provider_gateway.url, hosts=hosts, ca=ca, listener=listener) as tls,
    ):
        yield {"HTTP": http, "TLS": tls}


@pytest.fixture(scope="session")
def stage(
    recorder: Recorder,
    grpc_roots: None,
    provider: Provider,
    provider_gateway: Gateway,
    proxies: Mapping[Listener, Proxy],
    authorities: Authorities,
    system_roots: Path,
    providers: Providers,
    tmp_path_factory: pytest.TempPathFactory,
) -> Stage:
    """Prepare the workspaces: Terraform applies the module, and the startup scripts run."""
    over_http = {"proxy_url": f"http://{PROXY_NAME}:{proxies['HTTP'].port}"}
    over_tls = {
        "proxy_url": f"https://{PROXY_NAME}:{proxies['TLS'].port}",
        "extra_ca_certs_pem": [authorities.company.cert_pem.bytes().decode()],
    }
    with Deployment(token=TOKEN, ca_cert_pem=proxies["HTTP"].ca_cert_pem) as deployment:

        def prepare(settings: Mapping[str, object]) -> Path:
            directory = tmp_path_factory.mktemp("workspace")
            wrapper = directory / "bin" / "ai-proxy"
            variables = {
                "agent_id": "agent",
                "cert_path": f"{directory}/certs/ca.pem",
                "wrapper_path": str(wrapper),
                **settings,
            }
            applied = apply(directory / "module", deployment, variables, providers)
            done = run_script(applied.script, directory, system_roots)
            assert done.returncode == 0, done.stdout
            return wrapper

        wrappers: Mapping[Listener, Path] = {"HTTP": prepare(over_http), "TLS": prepare(over_tls)}
        with_token_as_key = prepare({**over_http, "coder_token_as_api_key": True})
    return Stage(recorder, provider, provider_gateway, proxies, wrappers, with_token_as_key)


@pytest.fixture(scope="session")
def run_tool(stage: Stage) -> RunTool:
    """Run a tool in a cell, once."""
    return cache(stage.run)


def installed(tool: Tool) -> Tool:
    """Skip the test if the tool is not installed."""
    missing = [package.name for package in tool.packages if not package.is_installed]
    if missing or not shutil.which(tool.command[0], path=PATH):
        pytest.skip(f"not installed: {', '.join(missing) or tool.command[0]}; run `make tools`")
    return tool
