"""Where the CA certificate comes from, through a real plan and apply."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import TOKEN, Deployment
from tests.harness.terraform import SETUP_SCRIPT, resources
from tests.module.conftest import VARIABLES

if TYPE_CHECKING:
    from tests.harness.terraform import Terraform
    from tests.module.conftest import MakeModule

NO_CERTIFICATE = {"sha256": "", "subject": "", "not_after": ""}
FETCHED = VARIABLES | {"fetch_ca_cert_at": "plan"}


def script(terraform: Terraform) -> str:
    text = terraform.resources()[SETUP_SCRIPT]["script"]
    assert isinstance(text, str)
    return text


def described(ca: Certified) -> dict[str, str]:
    return {
        "sha256": hashlib.sha256(ca.der).hexdigest(),
        "subject": "CN=proxy CA",
        "not_after": ca.certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def test_fetched_at_plan_it_is_shown_and_the_script_has_no_token(
    make_module: MakeModule, deployment: Deployment, ca: Certified
) -> None:
    terraform = make_module(CODER_AGENT_URL=deployment.url)
    outcome = terraform.apply(variables=FETCHED)
    assert outcome.warnings == []
    assert terraform.outputs()["ca_cert"] == described(ca)
    assert f"\nCA_CERT_PEM='{ca.pem}'\n" in script(terraform)
    assert TOKEN not in script(terraform)


def test_fetched_at_plan_it_is_known_before_a_new_agent_exists(
    make_module: MakeModule, deployment: Deployment, ca: Certified
) -> None:
    terraform = make_module("examples/basic", CODER_AGENT_URL=deployment.url)
    main = terraform.directory / "main.tf"
    main.write_text(
        main.read_text().replace("cert_path = var.cert_path", 'fetch_ca_cert_at = "plan"')
        + 'output "ca_cert" {\n  value = module.aibridge_proxy.ca_cert\n}\n'
    )
    terraform.plan(out="saved")
    assert terraform.show("saved")["planned_values"]["outputs"]["ca_cert"]["value"] == described(ca)


def test_a_given_certificate_is_shown_and_the_deployment_is_not_asked(
    make_module: MakeModule, deployment: Deployment, ca: Certified
) -> None:
    terraform = make_module(CODER_AGENT_URL=deployment.url)
    terraform.apply(variables=FETCHED | {"ca_cert_pem": ca.pem})
    assert deployment.asked == []
    assert terraform.outputs()["ca_cert"] == described(ca)
    assert TOKEN not in script(terraform)


def test_by_default_the_workspace_downloads_it(make_module: MakeModule, deployment: Deployment) -> None:
    terraform = make_module(CODER_AGENT_URL=deployment.url)
    terraform.apply(variables=VARIABLES)
    assert deployment.asked == []
    assert terraform.outputs()["ca_cert"] == NO_CERTIFICATE
    assert f"\nSESSION_TOKEN='{TOKEN}'\n" in script(terraform)


def test_when_the_deployment_is_gone_the_plan_warns_and_the_workspace_downloads_it(
    make_module: MakeModule, ca: Certified
) -> None:
    with Deployment(token=TOKEN, ca_cert_pem=ca.pem) as gone:
        url = gone.url
    terraform = make_module(CODER_AGENT_URL=url)
    outcome = terraform.apply(variables=FETCHED)
    (warning,) = outcome.warnings
    assert f"fetch_ca_cert: {url} cannot be reached" in warning
    assert terraform.outputs()["ca_cert"] == NO_CERTIFICATE
    assert f"\nSESSION_TOKEN='{TOKEN}'\n" in script(terraform)


def test_pushing_a_template_fetches_nothing_and_warns_of_nothing(
    make_module: MakeModule, deployment: Deployment
) -> None:
    terraform = make_module(CODER_AGENT_URL=deployment.url, CODER_WORKSPACE_OWNER_SESSION_TOKEN="")
    outcome = terraform.plan(variables=FETCHED)
    assert (outcome.warnings, deployment.asked) == ([], [])


def test_stopping_fetches_nothing_and_keeps_the_type_of_ca_cert(
    make_module: MakeModule, deployment: Deployment
) -> None:
    terraform = make_module(CODER_AGENT_URL=deployment.url, CODER_WORKSPACE_TRANSITION="stop")
    terraform.apply(variables=FETCHED | {"helper": ["/missing/tf-helper"]})
    assert deployment.asked == []
    assert terraform.outputs()["ca_cert"] == NO_CERTIFICATE


def test_extra_certificates_reach_the_script(make_module: MakeModule, ca: Certified) -> None:
    other = make_certificate("company root")
    terraform = make_module()
    terraform.apply(variables=VARIABLES | {"extra_ca_certs_pem": [ca.pem.rstrip(), other.pem]})
    assert f"\nEXTRA_CA_CERTS_PEM='{ca.pem}{other.pem}'\n" in script(terraform)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"ca_cert_pem": "x"}, "ca_cert_pem: contains no certificate"),
        ({"extra_ca_certs_pem": ["x"]}, "extra_ca_certs_pem: contains no certificate"),
        ({"ca_cert_pem": "-----BEGIN PRIVATE KEY-----"}, "ca_cert_pem: contains a private key"),
    ],
)
def test_a_bad_certificate_is_refused(variables: dict[str, object], message: str, make_module: MakeModule) -> None:
    outcome = make_module().plan(variables=VARIABLES | variables, check=False)
    assert message in "\n".join(outcome.errors)


def test_with_the_certificate_in_hand_the_token_is_in_plan_and_state_only_where_coder_puts_it(
    make_module: MakeModule, deployment: Deployment
) -> None:
    terraform = make_module(CODER_AGENT_URL=deployment.url)
    terraform.plan(variables=FETCHED, out="saved")
    terraform.apply(plan="saved")
    plan, state = terraform.show("saved"), terraform.show()
    for values in (plan["prior_state"]["values"], plan["planned_values"], state["values"]):
        holders = [address for address, found in resources(values).items() if TOKEN in json.dumps(found)]
        assert set(holders) <= {"data.coder_workspace_owner.me"}
        outputs = [name for name, output in values["outputs"].items() if TOKEN in json.dumps(output)]
        assert sorted(outputs) == ["env", "proxy_auth_url"]
    changed = [change["address"] for change in plan["resource_changes"] if TOKEN in json.dumps(change)]
    assert changed == []
