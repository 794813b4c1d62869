"""The output `env`: what a tool's own process gets, and that its names are there when the helper does not run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.harness.deployment import TOKEN
from tests.module.conftest import VARIABLES
from tf_helper.client_env import API_KEY_VARIABLES, CLIENT_VARIABLES, PROXY_VARIABLES

if TYPE_CHECKING:
    from tests.harness.terraform import Terraform
    from tests.module.conftest import MakeModule

NAMES = {*PROXY_VARIABLES, *(variable.name for variable in CLIENT_VARIABLES)}


def env(terraform: Terraform) -> dict[str, Any]:
    found = terraform.outputs()["env"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("with_api_keys", [False, True])
def test_every_variable_of_the_table_is_in_env(make_module: MakeModule, *, with_api_keys: bool) -> None:
    terraform = make_module(CODER_AGENT_URL="https://coder.example.com")
    terraform.apply(variables=VARIABLES | {"no_proxy": ["10.0.0.0/8"], "coder_token_as_api_key": with_api_keys})
    found = env(terraform)
    api_keys = {variable.name: found.pop(variable.name) for variable in API_KEY_VARIABLES if with_api_keys}
    assert set(api_keys.values()) == ({TOKEN} if with_api_keys else set())
    assert set(found) == NAMES
    assert all(found.values())
    assert found["HTTPS_PROXY"] == found["https_proxy"] == f"https://coder:{TOKEN}@aiproxy.example.com"
    assert found["NO_PROXY"] == "localhost,127.0.0.1,::1,coder.example.com,10.0.0.0/8"


@pytest.mark.parametrize("transition", ["stop", "delete"])
def test_without_the_helper_env_has_the_same_names(transition: str, make_module: MakeModule) -> None:
    terraform = make_module(CODER_WORKSPACE_TRANSITION=transition, CODER_WORKSPACE_OWNER_SESSION_TOKEN="")
    terraform.apply(variables=VARIABLES | {"helper": ["/missing/tf-helper"], "coder_token_as_api_key": True})
    found = env(terraform)
    assert set(found) == NAMES | {variable.name for variable in API_KEY_VARIABLES}
    assert {name for name, value in found.items() if value} == set(PROXY_VARIABLES)


def test_env_is_sensitive(make_module: MakeModule) -> None:
    terraform = make_module()
    terraform.apply(variables=VARIABLES)
    assert json.loads(terraform.run("output", "-json").stdout)["env"]["sensitive"]
