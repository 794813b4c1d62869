"""A template is applied, and the wrapper that its startup script saves gives a command the output `env`."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN
from tests.harness.terraform import SETUP_SCRIPT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.certificates import Certified
    from tests.harness.terraform import MakeTerraform

# What a shell may set by itself.
OF_THE_SHELL = {"PATH", "PWD", "OLDPWD", "SHLVL", "_"}


@pytest.mark.parametrize("with_api_keys", [False, True])
def test_a_command_gets_env_and_nothing_else(
    make_terraform: MakeTerraform, module_copy: Path, tmp_path: Path, ca: Certified, *, with_api_keys: bool
) -> None:
    wrapper = tmp_path / "bin/ai-proxy"
    variables = {
        "agent_id": "agent",
        "proxy_url": "https://aiproxy.example.com",
        "cert_path": f"{tmp_path}/certs/ca.pem",
        "wrapper_path": str(wrapper),
        "coder_token_as_api_key": with_api_keys,
        "ca_cert_pem": ca.pem,
    }
    terraform = make_terraform(module_copy, {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": f"{TOKEN}'$(id) "})
    terraform.init()
    terraform.apply(variables=variables)
    script = terraform.resources()[SETUP_SCRIPT]["script"]
    subprocess.run(["sh", "-c", script], check=True, capture_output=True, timeout=60)
    done = subprocess.run(
        [wrapper, "env", "-0"], env={"PATH": os.environ["PATH"]}, check=True, capture_output=True, text=True, timeout=60
    )
    found = dict(variable.split("=", 1) for variable in done.stdout.rstrip("\0").split("\0"))
    assert {name: value for name, value in found.items() if name not in OF_THE_SHELL} == terraform.outputs()["env"]
