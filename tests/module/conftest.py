from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from tests.harness.deployment import TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.terraform import MakeTerraform, Terraform

VARIABLES = {"agent_id": "3F2B8C1E-1111-4222-8333-444455556666", "proxy_url": "https://aiproxy.example.com"}


class MakeModule(Protocol):
    """The type of the fixture `make_module`."""

    def __call__(self, directory: str = ".", **environment: str) -> Terraform: ...


@pytest.fixture
def make_module(make_terraform: MakeTerraform, module_copy: Path) -> MakeModule:
    """Make an initialized copy of the module, or of one of its examples, in a workspace's build."""

    def make(directory: str = ".", **environment: str) -> Terraform:
        terraform = make_terraform(
            module_copy / directory, {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN, **environment}
        )
        terraform.init()
        return terraform

    return make
