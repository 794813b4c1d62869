from __future__ import annotations

from typing import TYPE_CHECKING

from tests.url_agreement.generated import TOKEN_CHARACTERS
from tf_helper.values.proxy_auth_url import proxy_auth_url
from tf_helper.values.url import Origin

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.terraform import MakeTerraform


def test_terraform_puts_any_token_into_the_url_as_the_program_does(
    make_terraform: MakeTerraform, module_copy: Path
) -> None:
    terraform = make_terraform(module_copy, {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN_CHARACTERS})
    terraform.init()
    terraform.apply(variables={"agent_id": "3f2b8c1e-1111-4222-8333-444455556666", "proxy_url": "http://[::1]:8888"})
    assert terraform.outputs()["proxy_auth_url"] == proxy_auth_url(Origin("http", "::1", 8888), TOKEN_CHARACTERS)
