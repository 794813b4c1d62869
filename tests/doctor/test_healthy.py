"""If nothing is wrong, doctor says so."""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.doctor.environment_faults import CODEX_PROVIDERS
from tests.doctor.patient import PROVIDER
from tests.doctor.proxy_faults import resolve_proxy_to
from tests.doctor.tunnel_faults import to_key
from tests.harness.certificates import make_certificate
from tests.harness.deployment import CA_CERT_PATH, TOKEN, Asked
from tests.harness.gateway import PROVIDERS, Gateway
from tests.harness.proxy import OLD_REALM
from tests.harness.raw_server import RawServer, silent
from tf_helper.doctor import tunnel
from tf_helper.doctor.checks import responses
from tf_helper.doctor.toml_strings import read_strings
from tf_helper.values.provider_hosts import provider_hosts

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.doctor.patient import Patient


def over_http(_: Patient) -> None:
    """Leave everything as it is."""


def over_tls(patient: Patient) -> None:
    patient.save(patient.company.pem)
    patient.listen_with(patient.listener_certificate())


def with_an_intermediate_ca(patient: Patient) -> None:
    patient.replace_ca(make_certificate("AI Bridge Proxy CA", issuer=patient.company))
    patient.save(patient.company.pem)


def with_a_root_that_only_the_module_was_given(patient: Patient) -> None:
    with_an_intermediate_ca(patient)
    del patient.settings["extra_ca_certs_pem"]


def with_the_ca_behind_its_root_on_disk(patient: Patient) -> None:
    with_an_intermediate_ca(patient)
    saved = patient.company.pem + patient.ca.pem
    patient.certificate.write_text(saved)
    patient.bundle.write_text(patient.roots_pem + saved)


def with_an_address_that_this_machine_has_no_route_to(patient: Patient) -> None:
    resolve_proxy_to(patient, "255.255.255.255", "127.0.0.1")


def with_a_gateway_behind_tls(patient: Patient) -> None:
    authority = trustme.CA()
    gateway = patient.running.enter_context(Gateway(token=TOKEN, authority=authority))
    patient.replace_proxy(gateway=gateway.url, gateway_ca=authority.cert_pem.bytes().decode())


def with_an_unknown_provider(patient: Patient) -> None:
    patient.hosts["provider_host"] = "ai.example.com"
    patient.proxy.providers["ai.example.com"] = "other"


def with_an_older_server(patient: Patient) -> None:
    del patient.deployment.answers[CA_CERT_PATH]
    patient.proxy.realm = OLD_REALM


def with_a_newer_proxy(patient: Patient) -> None:
    patient.proxy.tunnel_version = "HTTP/1.1"


def with_a_gateway_that_takes_longer_than_other_servers_may(patient: Patient) -> None:
    def reply(_: bytes) -> tuple[int, bytes]:
        time.sleep(2.5)
        return 404, b"route not supported: GET /anthropic/\n"

    patient.monkeypatch.setattr(tunnel, "OPERATION_SECONDS", 2)
    to_key(reply)(patient)


def with_a_gateway_whose_answer_does_not_end(patient: Patient) -> None:
    patient.monkeypatch.setattr(tunnel, "ANSWER_SECONDS", 1)
    to_key(lambda _: (404, b"route not supported: GET /anthropic/\n"), missing=100, ends=False)(patient)


ARRANGEMENTS = (
    with_a_gateway_that_takes_longer_than_other_servers_may,
    with_a_gateway_whose_answer_does_not_end,
    over_http,
    over_tls,
    with_an_intermediate_ca,
    with_a_root_that_only_the_module_was_given,
    with_the_ca_behind_its_root_on_disk,
    with_an_address_that_this_machine_has_no_route_to,
    with_a_gateway_behind_tls,
    with_an_unknown_provider,
    with_an_older_server,
    with_a_newer_proxy,
)


@pytest.mark.parametrize(
    ("arrange", "tool"),
    [
        *((arrange, False) for arrange in ARRANGEMENTS),
        *((arrange, True) for arrange in (over_tls, with_an_intermediate_ca, with_the_ca_behind_its_root_on_disk)),
    ],
)
def test_every_step_is_ok(arrange: Callable[[Patient], None], patient: Patient, *, tool: bool) -> None:
    arrange(patient)
    if tool:
        patient.become_tool(CODER_URL=patient.deployment.url)
        del patient.settings["proxy_url"], patient.settings["access_url"], patient.settings["cert_path"]
    report = patient.examine()
    assert report.of("ok") == list(report.steps), report
    assert ("they agree" in report.text("environment")) == tool


HOSTS = tuple(provider_hosts())


@pytest.mark.parametrize("arrange", [over_http, over_tls], ids=lambda arrange: arrange.__name__)
@pytest.mark.parametrize("enabled", [HOSTS[1:2], HOSTS[2:5], HOSTS[5:], HOSTS], ids=", ".join)
def test_any_enabled_providers_identify_the_proxy_and_are_examined(
    arrange: Callable[[Patient], None], enabled: tuple[str, ...], patient: Patient
) -> None:
    arrange(patient)
    patient.proxy.providers = {host: PROVIDERS.get(host, "openai") for host in enabled}
    report = patient.examine()
    broken = [host for host in enabled if provider_hosts()[host]]
    assert (report.of("failed"), report.of("warning")) == ([], ["gateway"] * bool(broken))
    assert f"requires the token for {', '.join(enabled)}, as expected" in report.text("connect_without_token")
    assert f"{', '.join(enabled)}: intercepted" in report.text("provider")
    assert all(f"{host}: requests reach the gateway, but" in report.text("gateway") for host in broken)


def test_silence_for_one_host_says_nothing_about_the_proxy(patient: Patient) -> None:
    patient.be_impatient()
    nowhere = patient.running.enter_context(RawServer(silent, reads_requests=False))
    port = int(nowhere.url.rpartition(":")[2])
    patient.monkeypatch.setattr(responses, "_MORE_CHALLENGES_SECONDS", 0.1)
    patient.replace_proxy(providers={"chatgpt.com": "chatgpt"}, hosts={"*": port}, upstream=port)
    report = patient.examine()
    assert (report.of("failed"), report.of("warning")) == ([], ["gateway", "tunnelled"])
    assert "requires the token for chatgpt.com" in report.text("connect_without_token")


def test_a_provisioner_has_neither_files_nor_a_tools_environment(patient: Patient) -> None:
    patient.certificate.unlink()
    patient.bundle.unlink()
    report = patient.examine("--on-provisioner")
    assert report.status == 0
    assert report.of("skipped") == ["certificate_file", "bundle_file", "environment"]


def test_without_the_deployments_url_the_rest_is_examined(patient: Patient) -> None:
    del patient.settings["access_url"]
    report = patient.examine()
    assert report.status == 0
    assert report.of("skipped") == ["deployment", "user", "ca_endpoint"]
    assert "--access-url" in report.text("deployment")


def test_a_host_of_a_ca_that_is_saved_as_an_extra_one_is_not_intercepted(patient: Patient) -> None:
    patient.save(patient.roots_pem)
    del patient.settings["access_url"]
    assert "is tunnelled" in patient.examine().text("tunnelled")


def test_without_any_ca_certificate_nothing_can_be_compared(patient: Patient) -> None:
    del patient.settings["access_url"]
    report = patient.examine("--on-provisioner")
    assert report.of("skipped") == [
        *("deployment", "user", "ca_endpoint", "certificate_file", "bundle_file"),
        *("provider", "gateway", "strict_client", "environment"),
    ]
    assert "--ca-cert-pem" in report.text("provider")


def test_a_shell_with_a_companys_bundle_is_not_a_tools_process(patient: Patient) -> None:
    patient.environment["SSL_CERT_FILE"] = str(patient.bundle)
    text = patient.examine().text("environment")
    assert text == "set here: SSL_CERT_FILE; no HTTPS_PROXY, so this is not a tool's process -> "


@pytest.mark.parametrize("entries", ["", "opic.com", "example.com", f"{PROVIDER}.example.com", f"{PROVIDER}:8443"])
def test_other_hosts_may_bypass_the_proxy(entries: str, patient: Patient) -> None:
    patient.become_tool(NO_PROXY=entries, no_proxy=entries)
    assert "past the proxy" not in patient.examine().text("environment")


def test_settings_of_single_tools_may_agree(patient: Patient) -> None:
    env = {"HTTPS_PROXY": f"http://coder:{TOKEN}@%PROXY%", "SSL_CERT_FILE": str(patient.bundle), "NO_PROXY": "x"}
    of_claude = {"ANTHROPIC_AUTH_TOKEN": TOKEN, "ANTHROPIC_BASE_URL": f"https://{PROVIDER}", "ALL_PROXY": None}
    settings = {"env": env | of_claude}
    patient.write_files({"~/.claude/settings.json": json.dumps(settings), "~/.codex/.env": "[broken"})
    nested = "a = " + "{ a = " * 3000
    patient.write_files(
        {"~/.codex/config.toml": f'[[broken]]\nopenai_base_url = "https://elsewhere.example.com\n{nested}'}
    )
    patient.write_files({"~/.vscode-server/data/User/settings.json": '{"http.systemCertificates": false, "broken'})
    patient.write_files({"~/.vscode-server/data/Machine/settings.json": f'{{"http.proxy": "{env["HTTPS_PROXY"]}"}}'})
    patient.write_files({"~/.local/share/code-server/User/settings.json": "[]"})
    # In a browser, extensions do not take these from there.
    machine = '{"http.proxySupport": "off", "http.proxy": "http://h:1", "http.proxyStrictSSL": false}'
    patient.write_files({"~/.local/share/code-server/Machine/settings.json": machine})
    patient.become_tool(
        npm_config_https_proxy=patient.settings["proxy_url"],
        PIP_CERT=str(patient.bundle),
        CLAUDE_CODE_USE_BEDROCK="0",
        CODER_SESSION_TOKEN=TOKEN,
    )
    patient.environment["npm_config_noproxy"] = patient.environment["NO_PROXY"]
    assert "PIP_CERT, CLAUDE_CODE_USE_BEDROCK, npm_config_noproxy; they agree" in patient.examine().text("environment")


def test_two_variables_may_say_the_same_in_two_ways(patient: Patient) -> None:
    patient.become_tool(CODER_SESSION_TOKEN=TOKEN)
    patient.environment["https_proxy"] += "/"
    patient.environment["no_proxy"] = patient.environment["NO_PROXY"].upper().replace(",", "\t, ") + ","
    assert patient.examine().steps["environment"]["status"] == "ok"


def test_a_token_that_is_not_used_is_not_compared(patient: Patient) -> None:
    env = {"HTTPS_PROXY": f"http://coder:{TOKEN}@%PROXY%"}
    patient.write_files({"~/.claude/settings.json": json.dumps({"env": env})})
    patient.write_files({"~/.vscode-server/data/User/settings.json": json.dumps({"http.proxy": env["HTTPS_PROXY"]})})
    patient.become_tool(CODER_URL="https://other.example.com")
    report = patient.examine()
    assert report.of("failed") == ["session_token"]
    assert "token" not in report.text("environment")


def test_a_tool_may_have_the_proxy_in_its_own_file_only(patient: Patient) -> None:
    env = {"HTTPS_PROXY": f"http://coder:{TOKEN}@%PROXY%", "ANTHROPIC_AUTH_TOKEN": TOKEN}
    patient.write_files({"~/.claude/settings.json": json.dumps({"env": env})})
    assert patient.examine().of("failed") == []


AI = "https://ai.example.com"
BASE_URLS = {
    "in the environment": {"ANTHROPIC_AUTH_TOKEN": TOKEN, "ANTHROPIC_BASE_URL": AI},
    "with a key of one's own": {"ANTHROPIC_API_KEY": "mine", "ANTHROPIC_BASE_URL": f"{AI}/v1"},
    "with a path of any kind": {
        "ANTHROPIC_AUTH_TOKEN": TOKEN,
        "ANTHROPIC_BASE_URL": f"{AI}:/model/%7Ea:0?beta=true#a@b",
    },
    "with a password": {"ANTHROPIC_API_KEY": "mine", "ANTHROPIC_BASE_URL": "https://u:p@ai.example.com/v1"},
    "in Claude Code's settings": {
        "~/.claude/settings.json": json.dumps({"env": {"ANTHROPIC_BASE_URL": AI, "ANTHROPIC_API_KEY": TOKEN}})
    },
    "in Codex's settings": {
        "OPENAI_API_KEY": "mine",
        "MY_KEY": TOKEN,
        "~/.codex/config.toml": f"model_provider='x'\nmodel_providers.x={{base_url='{AI}/v1', env_key='MY_KEY'}}",
    },
}


@pytest.mark.parametrize("settings", BASE_URLS.values(), ids=BASE_URLS)
def test_a_base_url_may_lead_to_any_host_that_the_proxy_intercepts(settings: dict[str, str], patient: Patient) -> None:
    patient.proxy.providers["ai.example.com"] = "anthropic"
    patient.write_files({name: text for name, text in settings.items() if name.startswith("~")})
    patient.become_tool(**{name: value for name, value in settings.items() if not name.startswith("~")})
    report = patient.examine()
    assert report.of("ok") == list(report.steps), report
    assert "api.anthropic.com, ai.example.com: intercepted" in report.text("provider")


@pytest.mark.parametrize("text", [text for _, text in CODEX_PROVIDERS.values() if not text.endswith("]]\n")])
def test_what_reads_toml_for_older_pythons_reads_the_same(text: str) -> None:
    parser = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    assert read_strings(text) == parser.loads(text.replace("n = [1, 2], ", ""))


@pytest.mark.parametrize("home", ["", "{0.directory}/home"])
def test_without_a_home_or_settings_in_it_a_shell_is_well(home: str, patient: Patient) -> None:
    patient.write_files({"~/.claude/settings.json": '{"env": 1}'})
    patient.environment["HOME"] = home.format(patient)
    assert patient.examine().text("environment") == "no tool variables are set (normal for a shell) -> "


def test_a_file_that_an_images_variables_name_belongs_into_the_bundle(patient: Patient) -> None:
    patient.other_file.write_text(patient.company.pem)
    named = {"SSL_CERT_FILE": str(patient.other_file), "PIP_CERT": str(patient.other_file)}
    patient.environment |= named
    for tool in (False, True):
        if tool:
            patient.become_tool(**named)
        step = patient.examine().steps["environment"]
        assert step["status"] == "warning"
        assert "SSL_CERT_FILE, PIP_CERT name a file with 1 CA certificate that the bundle lacks" in step["seen"]
        assert step["advice"].startswith("add what is in that file to extra_ca_certs_pem")
        assert "unset" not in step["advice"]
    patient.save(patient.company.pem)
    patient.environment = {"CODER_SESSION_TOKEN": TOKEN, **named}
    assert "the bundle lacks" not in patient.examine().text("environment")


def test_node_extra_ca_certs_may_name_the_bare_certificate_as_the_copilot_module_sets_it(patient: Patient) -> None:
    patient.become_tool(NODE_EXTRA_CA_CERTS=str(patient.certificate))
    assert patient.examine().steps["environment"]["status"] == "ok"


def test_the_token_goes_to_the_proxy_and_its_own_deployment_only_where_it_is_asked_for(patient: Patient) -> None:
    patient.examine()
    assert patient.deployment.asked[0] == Asked("/api/v2/buildinfo", None)
    asked = [request for request in patient.proxy.asked if request.host == PROVIDER]
    assert asked[:2] == [(PROVIDER, 443, 407, False), (PROVIDER, 443, 200, True)]
    # Without the key, and then with it.
    assert patient.gateway.requests == [("GET", "/api/v2/ai-gateway/anthropic/", status) for status in (400, 404)]


def test_an_ipv6_address_is_asked_for_in_brackets(patient: Patient) -> None:
    patient.hosts["provider_host"] = "[::1]"
    patient.examine()
    assert ("::1", 443, 403, False) in patient.proxy.asked
