"""The program behind `data "local_command"`, which takes real JSON."""

from __future__ import annotations

import hashlib
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.harness.certificates import Certified
    from tests.harness.deployment import Deployment
    from tests.module.conftest import MakeModule

EXAMPLE = "examples/local-command"


def test_null_and_false_are_the_defaults(make_module: MakeModule) -> None:
    terraform = make_module(EXAMPLE)
    terraform.apply()
    outputs = terraform.outputs()
    assert outputs["proxy_url"] == "https://aiproxy.example.com"
    assert outputs["client_env"]["NODE_EXTRA_CA_CERTS"] == "/tmp/aibridge-proxy/ca-cert.bundle.pem"
    assert (outputs["ca_cert_sha256"], outputs["warnings"]) == ("", [])


def test_true_as_a_boolean_downloads_the_certificate(
    make_module: MakeModule, deployment: Deployment, ca: Certified
) -> None:
    terraform = make_module(EXAMPLE)
    terraform.apply(variables={"access_url": deployment.url, "fetch_ca_cert": True})
    outputs = terraform.outputs()
    assert outputs["ca_cert_sha256"] == hashlib.sha256(ssl.PEM_cert_to_DER_cert(ca.pem)).hexdigest()
    assert outputs["warnings"] == []


def test_a_bad_input_is_refused_at_plan_in_the_programs_words(make_module: MakeModule) -> None:
    outcome = make_module(EXAMPLE).plan(variables={"proxy_url": "https://h:99999"}, check=False)
    (error,) = outcome.errors
    assert "Command Execution Failed" in error
    assert "tf-helper: error: 1 problem in the query\n  proxy_url: port 99999 is out of range" in error


def test_a_refusal_can_be_data_instead(make_module: MakeModule) -> None:
    terraform = make_module(EXAMPLE)
    main = terraform.directory / "main.tf"
    text = main.read_text().partition("locals {")[0]
    main.write_text(
        text.replace('"tf-helper"\n', '"tf-helper"\n  allow_non_zero_exit_code = true\n')
        + 'output "refused" { value = data.local_command.aibridge_proxy }\n'
    )
    terraform.apply(variables={"proxy_url": "https://h:99999"})
    refused = terraform.outputs()["refused"]
    assert (refused["exit_code"], refused["stdout"]) == (1, None)
    assert refused["stderr"].startswith("tf-helper: error: 1 problem in the query\n")
