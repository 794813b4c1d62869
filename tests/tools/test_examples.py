"""The examples for module authors: applied, and their scripts run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.harness.deployment import TOKEN, Deployment
from tests.harness.terraform import SETUP_SCRIPT
from tests.sandbox import NAMES
from tests.tools.clients import CLIENTS, NODE
from tests.tools.conftest import installed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from tests.harness.cells import Listener
    from tests.harness.origin import Origin
    from tests.harness.proxy import Proxy
    from tests.harness.terraform import MakeTerraform
    from tests.tools.agent import Agent

URL = f"https://{NAMES['intercepted']}/"
SETUP = f"module.aibridge_proxy.{SETUP_SCRIPT}"
TOOL = "module.tool.coder_script.tool"
COPILOT = "module.copilot.coder_script.copilot"


class Apply(Protocol):
    """The type of the fixture `apply`."""

    def __call__(self, example: str, *, transition: str = "start") -> dict[str, dict[str, Any]]: ...


@pytest.fixture
def apply(
    make_terraform: MakeTerraform,
    module_copy: Path,
    deployment: Deployment,
    listeners: Mapping[Listener, Mapping[str, object]],
) -> Apply:
    """Apply an example and return all that is in its state."""

    def make(example: str, *, transition: str = "start") -> dict[str, dict[str, Any]]:
        starting = transition == "start"
        environment = {
            "CODER_AGENT_URL": deployment.url,
            "CODER_WORKSPACE_TRANSITION": transition,
            "CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN if starting else "",
        }
        terraform = make_terraform(module_copy / "examples" / example, environment)
        terraform.init()
        variables = {**listeners["HTTP"], "cert_path": f"{module_copy}/certs/ca.pem"}
        if example == "wrapper":
            variables["wrapper_path"] = f"{module_copy}/bin/ai-proxy"
        if "copilot" not in example:
            variables["command"] = f"curl -sS {URL}"
        terraform.apply(variables=variables)
        return terraform.resources()

    return make


@pytest.fixture
def deployment(proxy: Proxy) -> Iterator[Deployment]:
    with Deployment(token=TOKEN, ca_cert_pem=proxy.ca_cert_pem) as running:
        yield running


def assert_no_variable_on_the_workspace(found: dict[str, dict[str, Any]]) -> None:
    kinds = {address.split(".")[-2] for address in found if "data." not in address}
    assert kinds <= {"coder_agent", "coder_script", "coder_app"}


def test_a_tool_waits_for_the_certificate_and_then_reaches_the_provider(
    apply: Apply, agent: Agent, origin: Origin
) -> None:
    found = apply("tool-module")
    assert_no_variable_on_the_workspace(found)
    agent.run(found[SETUP]["script"])
    assert agent.coder_calls == ["exp sync start aibridge-proxy-setup", "exp sync complete aibridge-proxy-setup"]
    del origin.visits[:]
    assert "hello" in agent.run(found[TOOL]["script"])
    assert [(visit.host, visit.intercepted) for visit in origin.visits] == [(NAMES["intercepted"], True)]
    # Had the variables reached more than the tool, these would say so.
    assert agent.coder_calls[2:] == [
        "exp sync want example-tool aibridge-proxy-setup",
        "exp sync start example-tool",
        "exp sync complete example-tool",
    ]


def test_copilot_waits_for_the_certificate_and_then_reaches_the_provider(
    apply: Apply, agent: Agent, origin: Origin
) -> None:
    (undici,) = (client for client in CLIENTS if client.program == "node")
    installed(undici)
    agent.install("copilot", f"exec node {NODE}/get.cjs {URL}")
    found = apply("copilot")
    assert_no_variable_on_the_workspace(found)
    agent.run(found[SETUP]["script"])
    del origin.visits[:]
    assert "hello" in agent.run(found[COPILOT]["script"])
    assert [(visit.host, visit.intercepted) for visit in origin.visits] == [(NAMES["intercepted"], True)]
    assert agent.coder_calls[2:] == [
        "exp sync want copilot aibridge-proxy-setup",
        "exp sync start copilot",
        "exp sync complete copilot",
    ]


def test_copilot_1_0_sets_the_proxy_and_the_bundle_on_the_whole_workspace(apply: Apply, module_copy: Path) -> None:
    found = apply("copilot-1.0").values()
    variables = {resource["name"]: resource["value"] for resource in found if "merge_strategy" in resource}
    assert variables.keys() == {"HTTPS_PROXY", "NODE_EXTRA_CA_CERTS"}
    assert f"coder:{TOKEN}@" in variables["HTTPS_PROXY"]
    assert variables["NODE_EXTRA_CA_CERTS"] == f"{module_copy}/certs/ca.bundle.pem"


def test_a_coder_program_that_cannot_wait_keeps_no_tool_from_starting(apply: Apply, agent: Agent) -> None:
    agent.install("coder", "exit 1")
    found = apply("tool-module")
    agent.run(found[SETUP]["script"])
    assert "hello" in agent.run(found[TOOL]["script"])


@pytest.mark.usefixtures("script_order")
def test_a_template_orders_the_scripts_without_the_coder_program(apply: Apply, agent: Agent) -> None:
    found = apply("script-order")
    (rule,) = found["data.coder_script_order.tools"]["rule"]
    assert (rule["run"], rule["after"], rule["requires"]) == (["module.tool"], ["module.aibridge_proxy"], "success")
    # What the selectors of the rule stand for.
    after, run = (
        [script for address, script in found.items() if address.startswith(f"{selector}.coder_script.")]
        for selector in (*rule["after"], *rule["run"])
    )
    for script in after:
        agent.run(script["script"])
    before = agent.coder_calls
    assert ["hello" in agent.run(script["script"]) for script in run] == [True]
    assert agent.coder_calls == before


def test_the_wrapper_runs_a_tool_in_a_script_and_in_an_app(apply: Apply, agent: Agent, origin: Origin) -> None:
    agent.install("claude", f"exec curl -sS {URL}")
    found = apply("wrapper")
    assert_no_variable_on_the_workspace(found)
    agent.run(found[SETUP]["script"])
    del origin.visits[:]
    assert "hello" in agent.run(found["coder_script.tool"]["script"])
    assert "hello" in agent.run(f"#!/bin/sh\n{found['coder_app.claude']['command']}")
    assert [(visit.host, visit.intercepted) for visit in origin.visits] == [(NAMES["intercepted"], True)] * 2
    # Had the variables reached more than the tool, these would say so.
    assert agent.coder_calls[2:] == [
        "exp sync want tool aibridge-proxy-setup",
        "exp sync start tool",
        "exp sync complete tool",
    ]


@pytest.mark.parametrize("example", ["wrapper", "tool-module", "copilot", "copilot-1.0"])
def test_a_workspace_stops(example: str, apply: Apply) -> None:
    assert TOKEN not in json.dumps(apply(example, transition="stop"))
