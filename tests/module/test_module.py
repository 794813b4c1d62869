"""The module through plan, apply and destroy, where `terraform test` cannot look."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.harness.terraform import SETUP_SCRIPT
from tests.harness.terraform_json import NO_CHANGES
from tests.module.conftest import VARIABLES
from tf_helper import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.terraform import MakeTerraform
    from tests.module.conftest import MakeModule


AGENTS = "tests/fixtures/agents"
DEPENDS_ON = "tests/fixtures/depends_on"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"proxy_url": "https://"}, "proxy_url: has no host"),
        ({"proxy_url": "https://user:password@h"}, "proxy_url: contains a user name or password"),
        ({"proxy_url": "https://h/path"}, "proxy_url: has a path"),
        ({"proxy_url": "https://h:99999"}, "proxy_url: port 99999 is out of range, it must be 1 to 65535"),
        ({"proxy_url": "https://evil\\@h"}, "proxy_url: contains a backslash"),
        ({"cert_path": "/a/$(id)"}, 'cert_path: "/a/$(id)" contains "$", which is not allowed'),
        ({"cert_path": "/a/"}, 'cert_path: "/a/" names a directory'),
        ({"no_proxy": ["*"]}, 'no_proxy: "*" would send nothing through the proxy'),
        ({"agent_id": "a b"}, 'agent_id: "a b" contains white space'),
    ],
)
def test_a_bad_input_is_refused_once_at_plan_in_the_helpers_words(
    variables: dict[str, object], message: str, make_module: MakeModule
) -> None:
    (error,) = make_module().plan(variables=VARIABLES | variables, check=False).errors
    assert "tf-helper: error: 1 problem in the query\n  " + message in error


def test_a_bad_deployment_url_is_refused(make_module: MakeModule) -> None:
    terraform = make_module(CODER_AGENT_URL="https://coder.example.com/?q")
    (error,) = terraform.plan(variables=VARIABLES, check=False).errors
    assert "access_url: has a query" in error


def test_a_missing_helper_is_named_once(make_module: MakeModule) -> None:
    (error,) = make_module().plan(variables=VARIABLES | {"helper": ["missing-helper"]}, check=False).errors
    assert "missing-helper" in error


def test_a_bad_input_is_refused_before_the_agents_exist_however_a_template_uses_the_module(
    make_module: MakeModule,
) -> None:
    errors = make_module(AGENTS).plan(variables={"proxy_url": "https://h/path"}, check=False).errors
    assert len(errors) == len({error.partition("\n")[0] for error in errors}) == 5
    assert all("proxy_url: has a path" in error for error in errors)


def test_new_agents_can_be_applied_however_a_template_uses_the_module(make_module: MakeModule) -> None:
    terraform = make_module(AGENTS)
    terraform.apply()
    agents = [values["agent_id"] for address, values in terraform.resources().items() if SETUP_SCRIPT in address]
    assert len(agents) == 5
    assert all(agents)


@pytest.mark.parametrize("directory", [".", "examples/basic"])
def test_a_plan_that_fails_does_not_show_a_refused_password(directory: str, make_module: MakeModule) -> None:
    variables = {**VARIABLES, "proxy_url": "https://user:hunter2@h"}
    options = [f"-var={name}={value}" for name, value in variables.items() if directory == "." or name != "agent_id"]
    done = make_module(directory).run("plan", "-input=false", *options, check=False)
    assert "contains a user name or password" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_a_plan_that_puts_the_module_off_does_not_show_a_password(make_module: MakeModule, module_copy: Path) -> None:
    # With depends_on, the plan succeeds and shows the query; the apply fails.
    main = module_copy / DEPENDS_ON / "main.tf"
    main.write_text(main.read_text().replace("https://", "https://user:hunter2@"))
    done = make_module(DEPENDS_ON).run("apply", "-auto-approve", check=False)
    assert "contains a user name or password" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def helper_with(result: dict[str, str]) -> dict[str, object]:
    """Return the variables for a helper that answers with this result, whatever it is asked."""
    return VARIABLES | {"helper": ["printf", "%s", json.dumps(result)]}


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("999.0.0", "needs tf-helper 1.0 or a newer 1.x, but the helper is version 999.0.0. Upgrade tf-helper"),
        ("0.10.0", "but the helper is version 0.10.0. Upgrade"),
        ("", "The result of the command in the variable helper has no version: check that this command runs tf-helper"),
    ],
)
def test_a_helper_of_another_major_version_causes_one_error(
    version: str, message: str, make_module: MakeModule
) -> None:
    # In another release the same keys can mean something else.
    outcome = make_module().plan(
        variables=helper_with({"version": version, "warnings": '["odd"]', "client_env": "no JSON"}), check=False
    )
    (error,) = map(str, outcome.diagnostics)
    assert message in error


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
    (error,) = map(str, terraform.plan(variables=VARIABLES, check=False).diagnostics)
    assert f"needs tf-helper 1.1 or a newer 1.x, but the helper is version {__version__}." in error


def test_a_result_that_lacks_keys_causes_one_error_that_names_them(make_module: MakeModule) -> None:
    outcome = make_module().plan(variables=helper_with({"version": __version__, "client_env": "{}"}), check=False)
    (error,) = map(str, outcome.diagnostics)
    assert f"The result of tf-helper {__version__} lacks access_url, ca_bundle_path, ca_cert_not_after," in error


def test_a_warning_is_shown_and_nothing_fails(make_module: MakeModule) -> None:
    terraform = make_module()
    variables = VARIABLES | {"proxy_url": "http://aiproxy.example.com"}
    for outcome in (terraform.plan(variables=variables), terraform.apply(variables=variables)):
        (warning,) = outcome.warnings
        assert "proxy_url: http without a port means port 80" in warning


def test_the_id_of_a_new_agent_reaches_the_script_normalized(make_module: MakeModule, module_copy: Path) -> None:
    main = module_copy / "examples/basic/main.tf"
    main.write_text(main.read_text().replace("coder_agent.main.id", "upper(coder_agent.main.id)"))
    terraform = make_module("examples/basic")
    terraform.apply()
    state = terraform.resources()
    assert state[f"module.aibridge_proxy.{SETUP_SCRIPT}"]["agent_id"] == state["coder_agent.main"]["id"]


def test_a_second_apply_changes_nothing(make_module: MakeModule) -> None:
    terraform = make_module()
    terraform.apply(variables=VARIABLES)
    assert terraform.apply(variables=VARIABLES).changes == NO_CHANGES


@pytest.mark.parametrize("helper", [["/missing/tf-helper"], ["false"]])
def test_a_workspace_stops_and_is_deleted_without_a_working_helper(helper: list[str], make_module: MakeModule) -> None:
    terraform = make_module()
    terraform.apply(variables=VARIABLES)
    broken = VARIABLES | {"helper": helper}
    terraform.environment |= {"CODER_WORKSPACE_TRANSITION": "stop", "CODER_WORKSPACE_OWNER_SESSION_TOKEN": ""}
    terraform.apply(variables=broken)
    assert terraform.outputs()["proxy_auth_url"] == "https://coder:@aiproxy.example.com"
    terraform.environment["CODER_WORKSPACE_TRANSITION"] = "delete"
    assert terraform.destroy(variables=broken).changes.remove == 1


@pytest.mark.parametrize("transition", ["start", "stop"])
def test_sensitive_inputs_do_no_harm(transition: str, make_module: MakeModule) -> None:
    terraform = make_module("examples/basic", CODER_WORKSPACE_TRANSITION=transition)
    main = terraform.directory / "main.tf"
    main.write_text(re.sub(r"= (var\.\w+)$", r"= sensitive(\1)", main.read_text(), flags=re.MULTILINE))
    assert main.read_text().count("sensitive(var.") == 2
    terraform.plan()


def test_an_access_url_with_trailing_slashes_reaches_the_script_without(make_module: MakeModule) -> None:
    terraform = make_module(CODER_AGENT_URL="https://coder.example.com//")
    terraform.apply(variables=VARIABLES)
    assert "\nACCESS_URL='https://coder.example.com'\n" in terraform.resources()[SETUP_SCRIPT]["script"]


def test_warnings_are_a_list_of_strings_however_many_there_are(make_module: MakeModule) -> None:
    terraform = make_module()
    for url, count in (("https://aiproxy.example.com", 0), ("http://aiproxy.example.com", 1)):
        terraform.apply(variables=VARIABLES | {"proxy_url": url})
        warnings = json.loads(terraform.run("output", "-json").stdout)["warnings"]
        assert (warnings["type"], len(warnings["value"])) == (["list", "string"], count)


def test_null_and_blank_elements_of_lists_are_left_out(make_module: MakeModule) -> None:
    terraform = make_module()
    terraform.apply(variables=VARIABLES | {"no_proxy": [None, "", "a"], "extra_ca_certs_pem": [None, "", ""]})
    assert terraform.resources()["data.external.settings"]["result"]["no_proxy"].endswith(",a")


def test_the_workspace_itself_gets_no_environment_variable(make_module: MakeModule) -> None:
    terraform = make_module()
    terraform.apply(variables=VARIABLES)
    managed = [address for address in terraform.resources() if not address.startswith("data.")]
    assert managed == [SETUP_SCRIPT]


def test_the_module_is_a_drop_in_replacement(make_terraform: MakeTerraform, module_copy: Path) -> None:
    (module_copy / "drop_in.tftest.hcl").write_text(
        """
        override_data {
          target = data.coder_workspace_owner.me
          values = { session_token = "mock-token" }
        }

        run "default_cert_path" {
          variables {
            agent_id  = "test-agent"
            proxy_url = "https://aiproxy.example.com"
          }
          assert {
            condition     = output.cert_path == "/tmp/aibridge-proxy/ca-cert.pem"
            error_message = "cert_path"
          }
          assert {
            condition     = output.proxy_auth_url == "https://coder:mock-token@aiproxy.example.com"
            error_message = "proxy_auth_url"
          }
          assert {
            condition     = coder_script.aibridge_proxy_setup.agent_id == "test-agent"
            error_message = "agent_id"
          }
          assert {
            condition     = coder_script.aibridge_proxy_setup.display_name == "AI Bridge Proxy Setup"
            error_message = "display_name"
          }
          assert {
            condition     = strcontains(coder_script.aibridge_proxy_setup.script, "mock-token")
            error_message = "script"
          }
        }

        run "own_cert_path_and_port" {
          variables {
            agent_id  = "test-agent"
            proxy_url = "http://aiproxy.example.com:8888"
            cert_path = "/home/coder/certs/ca.pem"
          }
          assert {
            condition     = output.cert_path == "/home/coder/certs/ca.pem"
            error_message = "cert_path"
          }
          assert {
            condition     = output.proxy_auth_url == "http://coder:mock-token@aiproxy.example.com:8888"
            error_message = "proxy_auth_url"
          }
        }

        run "refuses_a_proxy_url_without_scheme" {
          command = plan
          variables {
            agent_id  = "test-agent"
            proxy_url = "aiproxy.example.com"
          }
          expect_failures = [var.proxy_url]
        }

        run "mocked_workspace" {
          command = plan
          override_data {
            target = data.coder_workspace.me
            values = { access_url = "https://dev.coder.com" }
          }
          variables {
            agent_id  = "test-agent"
            proxy_url = "https://aiproxy.example.com"
          }
          assert {
            condition     = strcontains(coder_script.aibridge_proxy_setup.script, "https://dev.coder.com")
            error_message = "script"
          }
        }
        """
    )
    terraform = make_terraform(module_copy)
    terraform.init()
    assert "Success! 4 passed, 0 failed." in terraform.test("-filter=drop_in.tftest.hcl")


def test_the_plain_data_source_answers_without_the_module(make_module: MakeModule) -> None:
    terraform = make_module("examples/data-source")
    terraform.apply()
    outputs = terraform.outputs()
    assert outputs["proxy_url"] == "https://aiproxy.example.com"
    assert outputs["cert_path"] == "/home/coder/.certs/ca.pem"
    assert outputs["warnings"] == []


def test_crlf_line_ends_in_the_modules_files_change_nothing(make_module: MakeModule) -> None:
    terraform = make_module()
    variables = VARIABLES | {"wrapper_path": "/home/coder/bin/ai-proxy"}
    terraform.apply(variables=variables)
    for file in terraform.directory.iterdir():
        if file.suffix in {".awk", ".sh", ".tf"}:
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert terraform.apply(variables=variables).changes == NO_CHANGES
