"""The variables of gRPC that `env` leaves out: what docs/tools.md says of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.ai_tools.catalog.python import XAI_SDK
from tests.ai_tools.catalog.tool import connecting_to
from tests.ai_tools.conftest import installed
from tests.harness.cells import TUNNELLED

if TYPE_CHECKING:
    from tests.ai_tools.stage import Stage

pytestmark = pytest.mark.tools

OVER_HTTP, OVER_TLS = TUNNELLED
ONLY_GRPC_PROXY = 'grpc_proxy=$HTTPS_PROXY && unset HTTPS_PROXY https_proxy && export grpc_proxy && exec "$0" "$@"'


def test_grpc_proxy_is_the_same_as_https_proxy(stage: Stage) -> None:
    tool = installed(replace(XAI_SDK, command=("sh", "-c", ONLY_GRPC_PROXY, *XAI_SDK.command)))
    run = stage.run(tool, OVER_HTTP)
    assert (tool.shows in run.output, run.past) == (True, frozenset()), run.output
    assert stage.run(tool, OVER_TLS).past == connecting_to(tool.host)


@pytest.mark.parametrize(("roots", "trusts"), [("{bundle}", True), ("{ca}", False)])
def test_the_roots_of_grpc_are_those_of_its_variable(roots: str, trusts: bool, stage: Stage) -> None:  # noqa: FBT001
    variables = {**XAI_SDK.environment, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": roots}
    run = stage.run(installed(XAI_SDK), OVER_HTTP, variables)
    assert (XAI_SDK.shows in run.output) == trusts, run.output
