"""What docs/tools.md says of the variables that `env` has, and of those that it leaves out."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.ai_tools.catalog.javascript import DENO, FETCH, NODE_22, javascript_tool
from tests.ai_tools.catalog.python import XAI_SDK
from tests.ai_tools.catalog.tool import connecting_to
from tests.ai_tools.conftest import installed
from tests.harness.cells import TUNNELLED

if TYPE_CHECKING:
    from tests.ai_tools.catalog.tool import Tool
    from tests.ai_tools.stage import Stage

pytestmark = pytest.mark.tools

OVER_HTTP, OVER_TLS = TUNNELLED
ONLY_GRPC_PROXY = "grpc_proxy=$HTTPS_PROXY && unset HTTPS_PROXY https_proxy && export grpc_proxy"
# Deno looks in the background, and writes down what it finds.
UNTIL_LOOKED_FOR_UPDATES = (
    "data:text/javascript,import {{existsSync}} from 'node:fs'; "
    "setInterval(() => existsSync(Deno.env.get('HOME') + '/.cache/deno/latest.txt') && Deno.exit(), 50)"
)
NPM = "npm view example version --fetch-retries 0 --registry https://registry.npmjs.org"
PIP = f"{sys.executable} -m pip download --no-cache-dir --no-deps example"


def in_shell(tool: Tool, first: str, *command: str) -> Tool:
    """Return a tool that does something first; braces are doubled, as {home} is replaced."""
    return replace(tool, command=("sh", "-c", f'{first} && exec "$0" "$@"', *(command or tool.command)))


def test_grpc_proxy_is_the_same_as_https_proxy(stage: Stage) -> None:
    tool = in_shell(installed(XAI_SDK), ONLY_GRPC_PROXY)
    run = stage.run(tool, OVER_HTTP)
    assert (tool.shows in run.output, run.past) == (True, frozenset()), run.output
    assert stage.run(tool, OVER_TLS).past == connecting_to(tool.host)


@pytest.mark.parametrize(("roots", "trusts"), [("{bundle}", True), ("{ca}", False)])
def test_the_roots_of_grpc_are_those_of_its_variable(roots: str, trusts: bool, stage: Stage) -> None:  # noqa: FBT001
    variables = {**XAI_SDK.environment, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": roots}
    run = stage.run(installed(XAI_SDK), OVER_HTTP, variables)
    assert (XAI_SDK.shows in run.output) == trusts, run.output


@pytest.mark.parametrize(("certificates", "trusts"), [("{bundle}", True), ("{ca}", False)])
def test_npm_takes_the_certificates_of_its_own_configuration_alone(
    certificates: str,
    trusts: bool,  # noqa: FBT001
    stage: Stage,
) -> None:
    tool = in_shell(javascript_tool(NODE_22, FETCH), f"echo cafile={certificates} > ~/.npmrc", *NPM.split())
    run = stage.run(installed(tool), OVER_HTTP, {})
    assert ("1.2.3" in run.output) == trusts, run.output


def test_pip_prefers_the_variable_to_its_configuration(stage: Stage) -> None:
    configure = r'printf "[global]\ncert = {ca}\n" > ~/.pip.conf'
    tool = in_shell(XAI_SDK, configure, *PIP.split())
    run = stage.run(tool, OVER_HTTP, {"PIP_CONFIG_FILE": "{home}/.pip.conf"})
    assert "Successfully downloaded example" in run.output, run.output


def test_node_22_says_that_the_variable_is_experimental(stage: Stage) -> None:
    assert "experimental" in stage.run(installed(javascript_tool(NODE_22, FETCH)), OVER_HTTP).output


def test_deno_sends_the_token_to_its_update_server_unless_the_variable_is_set(stage: Stage) -> None:
    tool = installed(javascript_tool(DENO, FETCH))
    run = stage.run(in_shell(tool, "unset DENO_NO_UPDATE_CHECK", *DENO.command, UNTIL_LOOKED_FOR_UPDATES), OVER_HTTP)
    assert {visit.host for visit in run.visits if visit.proxy_authorization} == {"dl.deno.land"}
