"""The module through plan, apply and destroy, where `terraform test` cannot look.

Terraform 1.15 and newer show errors of the same text once, so nothing here counts errors.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import string
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import TOKEN, Answer, Deployment
from tests.harness.terraform import SETUP_SCRIPT, Terraform, copy_module
from tests.harness.terraform_json import NO_CHANGES
from tests.module.conftest import VARIABLES
from tf_helper import __version__
from tf_helper.client_env import API_KEY_VARIABLES, CLIENT_VARIABLES, PROXY_VARIABLES
from tf_helper.values.proxy_auth_url import proxy_auth_url
from tf_helper.values.url import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.terraform import MakeTerraform, Providers
    from tests.module.conftest import MakeModule

AGENTS = "tests/fixtures/agents"
NAMES = {variable.name for variable in (*CLIENT_VARIABLES, *API_KEY_VARIABLES)} | set(PROXY_VARIABLES)
NO_CERTIFICATE = {"sha256": "", "subject": "", "not_after": ""}
FETCHED = VARIABLES | {"fetch_ca_cert_at": "plan"}

# Coder's own are letters, digits and a hyphen. Control characters are refused.
ODD_TOKEN = string.ascii_letters + string.digits + string.punctuation + " \u00a0\u00e4\u00df\u4e2d\u3002\U0001f600"


def script(terraform: Terraform) -> str:
    (found,) = (values for address, values in terraform.resources().items() if address.endswith(SETUP_SCRIPT))
    return str(found["script"])


def sha256(ca: Certified) -> str:
    return hashlib.sha256(ca.der).hexdigest()


def errors(terraform: Terraform, **variables: object) -> str:
    """Return all that Terraform says when it cannot plan."""
    found = terraform.plan(variables=VARIABLES | variables, check=False).errors
    assert found
    return "\n".join(found)


@pytest.fixture(scope="module")
def applied(
    providers: Providers, ca: Certified, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Terraform, dict[str, Any]]]:
    """Apply the module with most of its settings, some of them odd; return its outputs, too."""
    environment = {
        "CODER_WORKSPACE_OWNER_SESSION_TOKEN": ODD_TOKEN,
        "CODER_AGENT_URL": "https://coder.example.com//",
    }
    variables = VARIABLES | {
        "no_proxy": [None, "", "10.0.0.0/8"],
        "extra_ca_certs_pem": [None, "", ca.pem.rstrip(), make_certificate("company root").pem],
        "coder_token_as_api_key": True,
        "wrapper_path": "/home/coder/bin/ai-proxy",
    }
    directory = copy_module(tmp_path_factory.mktemp("module") / "module")
    (directory / "terraform.tfvars.json").write_text(json.dumps(variables))
    with Terraform(directory, environment, providers=providers) as terraform:
        terraform.init()
        terraform.apply()
        yield terraform, json.loads(terraform.run("output", "-json").stdout)


def test_env_has_every_variable_of_the_table(applied: tuple[Terraform, dict[str, Any]]) -> None:
    env = applied[1]["env"]["value"]
    assert env.keys() == NAMES
    assert all(env.values())
    assert {env[variable.name] for variable in API_KEY_VARIABLES} == {ODD_TOKEN}
    assert env["NO_PROXY"] == "localhost,127.0.0.1,::1,coder.example.com,10.0.0.0/8"


def test_any_token_is_put_into_the_url_as_the_program_does(applied: tuple[Terraform, dict[str, Any]]) -> None:
    expected = proxy_auth_url(Origin("https", "aiproxy.example.com", 443), ODD_TOKEN)
    assert {applied[1]["env"]["value"][name] for name in PROXY_VARIABLES} == {expected}
    assert applied[1]["proxy_auth_url"]["value"] == expected
    assert {name for name, output in applied[1].items() if output["sensitive"]} == {"env", "proxy_auth_url"}


def test_the_startup_script_gets_what_it_needs_and_the_workspace_no_variable(
    applied: tuple[Terraform, dict[str, Any]], ca: Certified
) -> None:
    text = script(applied[0])
    assert "\nACCESS_URL='https://coder.example.com'\n" in text
    assert f"\nEXTRA_CA_CERTS_PEM='{ca.pem}-----BEGIN" in text
    quoted = ODD_TOKEN.replace("'", "'\\''")
    assert f"\nSESSION_TOKEN='{quoted}'\n" in text
    assert applied[1]["ca_cert"]["value"] == NO_CERTIFICATE
    assert [address for address in applied[0].resources() if not address.startswith("data.")] == [SETUP_SCRIPT]


def test_a_second_apply_changes_nothing_even_with_crlf_line_ends(applied: tuple[Terraform, dict[str, Any]]) -> None:
    terraform, _ = applied
    assert terraform.apply().changes == NO_CHANGES
    for folder, folders, names in os.walk(terraform.directory):
        folders[:] = set(folders) - {"tests", "examples", ".terraform"}
        for file in (Path(folder, name) for name in names if name.endswith((".awk", ".json", ".sh", ".tf"))):
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert terraform.apply().changes == NO_CHANGES


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"proxy_url": "https://h/path"}, "proxy_url: has a path"),
        ({"cert_path": "/a/$(id)"}, 'cert_path: "/a/$(id)" contains "$", which is not allowed'),
        ({"no_proxy": ["*"]}, 'no_proxy: "*" would send nothing through the proxy'),
        ({"no_proxy": ["", "ok.example", None, "a b"]}, "no_proxy: entry number 4 contains a blank"),
        ({"ca_cert_pem": "x"}, "ca_cert_pem: contains no certificate"),
        ({"extra_ca_certs_pem": ["x"]}, "extra_ca_certs_pem: contains no certificate"),
        ({"wrapper_path": "/a b"}, "wrapper_path: "),
        ({"agent_id": "a b"}, 'agent_id: "a b" contains white space'),
    ],
)
def test_a_bad_input_is_refused_at_plan_in_the_helpers_words(
    variables: dict[str, object], message: str, make_module: MakeModule
) -> None:
    assert "tf-helper: error: 1 problem in the query\n  " + message in errors(make_module(), **variables)


def test_a_bad_deployment_url_is_refused(make_module: MakeModule) -> None:
    assert "access_url: has a query" in errors(make_module(CODER_AGENT_URL="https://coder.example.com/?q"))


def test_a_missing_helper_is_named(make_module: MakeModule) -> None:
    assert "missing-helper" in errors(make_module(), helper=["missing-helper"])


def test_new_agents_can_be_planned_and_applied_however_a_template_uses_the_module(make_module: MakeModule) -> None:
    terraform = make_module(AGENTS)
    found = terraform.plan(variables={"proxy_url": "https://h/path"}, check=False).errors
    assert {"proxy_url: has a path" in error for error in found} == {True}
    terraform.apply()
    agents = [values["agent_id"] for address, values in terraform.resources().items() if SETUP_SCRIPT in address]
    assert len(agents) == 5
    assert all(agents)


def helper_with(result: dict[str, str]) -> list[str]:
    """Return a helper that answers with this result, whatever it is asked."""
    return ["printf", "%s", json.dumps(result)]


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"version": "999.0.0"}, "This module needs tf-helper 1.0 or a newer 1.x, but the helper is version 999.0.0."),
        ({"version": "999.0.0"}, "Use the release of this module for tf-helper 999.x, or install tf-helper 1.x on the"),
        ({"version": "0.10.0"}, "but the helper is version 0.10.0. Upgrade tf-helper"),
        ({"version": "unknown"}, "but the helper is version unknown. Upgrade tf-helper"),
        ({"version": ""}, "The result of the command in the variable helper has no version: check that this command"),
        ({"version": __version__}, f"The result of tf-helper {__version__} lacks access_url, ca_bundle_path,"),
        ({"version": __version__}, "In a test, override data.external.settings with a whole result"),
    ],
)
def test_the_result_of_something_else_is_the_only_error(
    result: dict[str, str], message: str, make_module: MakeModule
) -> None:
    # In another release the same keys can mean something else.
    rest = {} if result["version"] == __version__ else {"warnings": '["odd"]', "client_env": "no JSON"}
    outcome = make_module().plan(
        variables=VARIABLES | {"helper": helper_with({"client_env": "{}"} | result | rest)}, check=False
    )
    assert outcome.diagnostics
    assert [str(diagnostic) for diagnostic in outcome.diagnostics if message not in str(diagnostic)] == []


def test_a_newer_helper_of_the_same_major_version_serves_the_module(make_module: MakeModule) -> None:
    newer = r"""s/"version": ?"[^"]*"/"version":"1.9.0","a_new_key":"1"/"""
    terraform = make_module()
    terraform.apply(variables=VARIABLES | {"helper": ["sh", "-c", f"tf-helper | sed -E '{newer}'"]})
    result = terraform.resources()["data.external.settings"]["result"]
    assert (result["version"], result["a_new_key"]) == ("1.9.0", "1")


def test_a_helper_older_than_the_module_needs_is_refused(make_module: MakeModule) -> None:
    terraform = make_module()
    helper = terraform.directory / "helper.tf"
    helper.write_text(helper.read_text().replace('needed_helper = "1.0"', 'needed_helper = "1.1"'))
    assert f"needs tf-helper 1.1 or a newer 1.x, but the helper is version {__version__}." in errors(terraform)


def test_warnings_are_shown_and_a_list_of_strings_however_many_there_are(make_module: MakeModule) -> None:
    terraform = make_module()
    for url, count in (("http://aiproxy.example.com", 1), ("https://aiproxy.example.com", 0)):
        outcome = terraform.apply(variables=VARIABLES | {"proxy_url": url})
        assert ["http without a port means port 80" in warning for warning in outcome.warnings] == [True] * count
        warnings = json.loads(terraform.run("output", "-json").stdout)["warnings"]
        assert (warnings["type"], len(warnings["value"])) == (["list", "string"], count)


def test_a_workspace_stops_and_is_deleted_without_a_working_helper(make_module: MakeModule) -> None:
    terraform = make_module()
    terraform.apply(variables=VARIABLES)
    broken = FETCHED | {"helper": ["/missing/tf-helper"], "coder_token_as_api_key": True}
    terraform.environment |= {"CODER_WORKSPACE_TRANSITION": "stop", "CODER_WORKSPACE_OWNER_SESSION_TOKEN": ""}
    terraform.apply(variables=broken)
    outputs = terraform.outputs()
    assert outputs["proxy_auth_url"] == "https://coder:@aiproxy.example.com"
    assert outputs["ca_cert"] == NO_CERTIFICATE
    assert outputs["env"].keys() == NAMES
    terraform.environment["CODER_WORKSPACE_TRANSITION"] = "delete"
    assert terraform.destroy(variables=broken).changes.remove == 1


@pytest.mark.parametrize("transition", ["start", "stop"])
def test_sensitive_inputs_do_no_harm(transition: str, make_module: MakeModule) -> None:
    terraform = make_module("examples/basic", CODER_WORKSPACE_TRANSITION=transition)
    main = terraform.directory / "main.tf"
    main.write_text(re.sub(r"= (var\.\w+)$", r"= sensitive(\1)", main.read_text(), flags=re.MULTILINE))
    assert main.read_text().count("sensitive(var.") == 2
    terraform.plan()


def test_fetched_at_plan_the_certificate_is_known_before_a_new_agent_exists_and_the_script_has_no_token(
    make_module: MakeModule, deployment: Deployment, ca: Certified
) -> None:
    terraform = make_module("examples/basic", CODER_AGENT_URL=deployment.url)
    main = terraform.directory / "main.tf"
    main.write_text(
        main.read_text()
        .replace("cert_path = var.cert_path", 'fetch_ca_cert_at = "plan"')
        .replace("coder_agent.main.id", "upper(coder_agent.main.id)")
        + 'output "ca_cert" {\n  value = module.aibridge_proxy.ca_cert\n}\n'
    )
    terraform.plan(out="saved")
    assert terraform.show("saved")["planned_values"]["outputs"]["ca_cert"]["value"] == {
        "sha256": sha256(ca),
        "subject": "CN=proxy CA",
        "not_after": ca.certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    terraform.apply(plan="saved")
    assert f"\nCA_CERT_PEM='{ca.pem}'\n" in script(terraform)
    assert TOKEN not in script(terraform)
    state = terraform.resources()
    assert state[f"module.aibridge_proxy.{SETUP_SCRIPT}"]["agent_id"] == state["coder_agent.main"]["id"]


def test_a_given_certificate_is_used_and_the_deployment_is_not_asked(
    make_module: MakeModule, deployment: Deployment, ca: Certified
) -> None:
    terraform = make_module(CODER_AGENT_URL=deployment.url)
    terraform.apply(variables=FETCHED | {"ca_cert_pem": ca.pem, "wrapper_path": "/tmp/ai-proxy"})
    assert deployment.asked == []
    assert terraform.outputs()["ca_cert"]["sha256"] == sha256(ca)
    # The wrapper has it, and so does the script that saves the wrapper.
    assert TOKEN in script(terraform)


def test_if_the_download_fails_the_plan_warns_and_the_workspace_downloads_it(
    make_module: MakeModule, deployment: Deployment
) -> None:
    deployment.serve(Answer(403))
    terraform = make_module(CODER_AGENT_URL=deployment.url)
    (warning,) = terraform.apply(variables=FETCHED).warnings
    assert f"fetch_ca_cert: {deployment.url} denied access (403)" in warning
    assert terraform.outputs()["ca_cert"] == NO_CERTIFICATE
    assert f"\nSESSION_TOKEN='{TOKEN}'\n" in script(terraform)


def test_pushing_a_template_fetches_nothing_and_warns_of_nothing(
    make_module: MakeModule, deployment: Deployment
) -> None:
    terraform = make_module(CODER_AGENT_URL=deployment.url, CODER_WORKSPACE_OWNER_SESSION_TOKEN="")
    outcome = terraform.plan(variables=FETCHED)
    assert (outcome.warnings, deployment.asked) == ([], [])


def test_the_plain_data_source_answers_without_the_module(make_module: MakeModule) -> None:
    terraform = make_module("examples/data-source")
    terraform.apply()
    outputs = terraform.outputs()
    assert outputs["proxy_url"] == "https://aiproxy.example.com"
    assert outputs["cert_path"] == "/home/coder/.certs/ca.pem"
    assert outputs["warnings"] == []


def test_local_command_gives_the_program_real_json(
    make_module: MakeModule, deployment: Deployment, ca: Certified
) -> None:
    terraform = make_module("examples/local-command")
    terraform.apply()  # with null and false
    outputs = terraform.outputs()
    assert outputs["client_env"]["NODE_EXTRA_CA_CERTS"] == "/tmp/aibridge-proxy/ca-cert.bundle.pem"
    assert (outputs["ca_cert_sha256"], outputs["warnings"]) == ("", [])
    terraform.apply(variables={"access_url": deployment.url, "fetch_ca_cert": True})
    assert terraform.outputs()["ca_cert_sha256"] == sha256(ca)


def test_local_command_refuses_in_the_programs_words_or_as_data(make_module: MakeModule) -> None:
    terraform = make_module("examples/local-command")
    variables = {"proxy_url": "https://h:99999"}
    refusal = "tf-helper: error: 1 problem in the query\n  proxy_url: port 99999 is out of range"
    assert refusal in "\n".join(terraform.plan(variables=variables, check=False).errors)
    main = terraform.directory / "main.tf"
    main.write_text(
        main.read_text()
        .partition("locals {")[0]
        .replace('"tf-helper"\n', '"tf-helper"\n  allow_non_zero_exit_code = true\n')
        + 'output "refused" { value = data.local_command.aibridge_proxy }\n'
    )
    terraform.apply(variables=variables)
    refused = terraform.outputs()["refused"]
    assert (refused["exit_code"], refused["stdout"]) == (1, None)
    assert refused["stderr"].startswith(refusal)


STOPPING_WORKSPACE = {
    "CODER_AGENT_URL": "https://dev.coder.com/",
    "CODER_WORKSPACE_TRANSITION": "stop",
    "CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN,
}


@pytest.mark.parametrize(
    ("directory", "environment"),
    [
        (".", STOPPING_WORKSPACE),
        ("examples/template-tests", STOPPING_WORKSPACE),
        pytest.param(".", {}, marks=pytest.mark.long),
        pytest.param("examples/template-tests", {}, marks=pytest.mark.long),
    ],
    ids=["module, in a stopping workspace", "template, in a stopping workspace", "module", "template"],
)
def test_the_modules_own_tests_and_those_of_a_template_pass_anywhere_and_print_no_token(
    directory: str, environment: dict[str, str], make_terraform: MakeTerraform, module_copy: Path
) -> None:
    terraform = make_terraform(module_copy / directory, environment)
    terraform.init()
    printed = terraform.test("-verbose")
    assert "Success! 0 passed" not in printed
    assert TOKEN not in printed


def test_coders_own_tests_pass(
    make_terraform: MakeTerraform, module_copy: Path, request: pytest.FixtureRequest
) -> None:
    shutil.copy(request.path.with_name("drop_in.tftest.hcl"), module_copy)
    terraform = make_terraform(module_copy)
    terraform.init()
    assert "Success! 4 passed, 0 failed." in terraform.test("-filter=drop_in.tftest.hcl")


@pytest.mark.parametrize(("example", "other"), [("copilot", "1.0"), ("copilot-1.0", "0.4")])
def test_the_inputs_of_one_version_of_the_copilot_module_are_not_those_of_the_other(
    example: str, other: str, make_terraform: MakeTerraform, module_copy: Path
) -> None:
    main = module_copy / "examples" / example / "main.tf"
    main.write_text(re.sub(r"fixtures/copilot-[\d.]+", f"fixtures/copilot-{other}", main.read_text()))
    terraform = make_terraform(main.parent)
    for command in (["init", "-input=false"], ["validate"]):  # init finds it from Terraform 1.15 on
        done = terraform.run(*command, check=False)
        if done.returncode:
            break
    assert "Unsupported argument" in done.stderr
