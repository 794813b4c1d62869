"""Through Terraform: the token is in state where SECURITY.md says so, and nowhere else; a password is nowhere."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import Deployment
from tests.harness.planting import Secrets, command_lines, holders
from tests.harness.terraform import SETUP_SCRIPT, copy_module
from tf_helper.client_env import API_KEY_VARIABLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.certificates import Certified
    from tests.harness.terraform import MakeTerraform, Terraform

SECRETS = Secrets.new()
AGENT_ID = "3f2b8c1e-1111-4222-8333-444455556666"

# Where Coder's own provider puts the token, and the outputs that contain it on purpose.
ALWAYS = {
    "outputs.proxy_auth_url.value",
    "outputs.env.value.HTTPS_PROXY",
    "outputs.env.value.https_proxy",
    "data.coder_workspace_owner.me.session_token",
}


class Traced:
    """The module in Terraform with its log at its most talkative."""

    def __init__(self, make_terraform: MakeTerraform, directory: Path, **environment: str) -> None:
        self.log = directory / "log"
        module = copy_module(directory / "module")
        traced = {"TF_LOG": "trace", "TF_LOG_PATH": str(self.log), "CODER_WORKSPACE_OWNER_SESSION_TOKEN": SECRETS.token}
        self.terraform: Terraform = make_terraform(module, traced | environment)
        self.terraform.init()

    def run(self, *command: str, **variables: object) -> tuple[int, str]:
        """Return exit status and all that was printed and logged."""
        file = self.terraform.directory / "terraform.tfvars.json"
        file.write_text(json.dumps({"agent_id": AGENT_ID, **variables}))
        done = self.terraform.run(*command, "-input=false", check=False)
        file.unlink()
        return done.returncode, done.stdout + done.stderr + self.log.read_text()

    def holders(self) -> set[str]:
        """Return which values in the state have the token."""
        state = json.loads((self.terraform.directory / "terraform.tfstate").read_text())
        found = set()
        for resource in state["resources"]:
            data = "data." if resource["mode"] == "data" else ""
            address = f"{data}{resource['type']}.{resource['name']}"
            for instance in resource["instances"]:
                found |= {f"{address}.{path}" for path in holders(instance["attributes"], SECRETS.token)}
        return found | {f"outputs.{path}" for path in holders(state["outputs"], SECRETS.token)}


IN_SCRIPT = {f"{SETUP_SCRIPT}.script"}


@pytest.mark.parametrize(
    ("where", "variables", "more"),
    [
        ("start", {"wrapper_path": "/tmp/ai-proxy"}, IN_SCRIPT),
        (
            "plan",
            {"coder_token_as_api_key": True},
            {f"outputs.env.value.{variable.name}" for variable in API_KEY_VARIABLES},
        ),
    ],
)
def test_the_token_is_in_the_state_only_where_documented_and_in_no_output_log_or_argument(
    where: str,
    variables: dict[str, object],
    more: set[str],
    make_terraform: MakeTerraform,
    ca: Certified,
    tmp_path: Path,
) -> None:
    seen: list[bytes] = []
    with Deployment(token=SECRETS.token, ca_cert_pem=ca.pem) as deployment:
        deployment.before_answer = lambda: seen.extend(command_lines())
        traced = Traced(make_terraform, tmp_path, CODER_AGENT_URL=deployment.url)
        status, text = traced.run("apply", "-auto-approve", proxy_url="https://h", fetch_ca_cert_at=where, **variables)
        assert [asked.token for asked in deployment.asked] == ([SECRETS.token] if where == "plan" else [])
    assert status == 0
    assert "aibridge_proxy_setup" in text
    assert SECRETS.token not in text
    assert traced.holders() == ALWAYS | more
    assert any(b"tf-helper" in line for line in seen) == (where == "plan")
    assert not [line for line in seen if SECRETS.token.encode() in line]


def test_a_password_that_is_refused_is_in_no_output_log_or_file(make_terraform: MakeTerraform, tmp_path: Path) -> None:
    traced = Traced(make_terraform, tmp_path)
    url = f"https://user:{SECRETS.password}@h"
    status, text = traced.run(
        *("apply", "-auto-approve"),
        proxy_url=url,
        cert_path=f"/{url}?",
        no_proxy=[url],
        ca_cert_pem=url,
        extra_ca_certs_pem=[url],
    )
    assert status == 1
    for key in ("proxy_url", "cert_path", "no_proxy", "ca_cert_pem", "extra_ca_certs_pem"):
        assert f"{key}: " in text
    assert SECRETS.password not in text
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if SECRETS.password.encode() in file.read_bytes()]


@pytest.mark.parametrize("directory", ["examples/basic", "tests/fixtures/depends_on"])
def test_a_template_does_not_show_a_refused_password(
    directory: str, make_terraform: MakeTerraform, module_copy: Path
) -> None:
    # With depends_on, the plan succeeds and shows the query; the apply fails.
    main = module_copy / directory / "main.tf"
    main.write_text(re.sub('"(https?)://aiproxy', f'"\\1://user:{SECRETS.password}@aiproxy', main.read_text()))
    terraform = make_terraform(main.parent)
    terraform.init()
    done = terraform.run("apply", "-auto-approve", check=False)
    assert "contains a user name or password" in done.stderr
    assert SECRETS.password not in done.stdout + done.stderr
