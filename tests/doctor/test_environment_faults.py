"""The environment of the process, one contradiction at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN

if TYPE_CHECKING:
    from tests.doctor.conftest import Patient


@pytest.fixture
def tool(patient: Patient) -> Patient:
    """Give the process the environment of a tool."""
    patient.environment = patient.tool_environment()
    return patient


def test_a_shell_has_none_of_the_variables(patient: Patient) -> None:
    assert "no variable of a tool is set: right for a shell" in patient.examine().told("environment")


def test_two_proxies(tool: Patient) -> None:
    tool.environment["HTTPS_PROXY"] = "http://proxy.example.com:3128"
    report = tool.examine()
    assert report.of("failed") == ["environment"]
    assert "HTTPS_PROXY and https_proxy differ (curl, Python and Node.js take https_proxy" in report.told("environment")
    assert "HTTPS_PROXY leads to http://proxy.example.com:3128" in report.told("environment")


@pytest.mark.parametrize("value", ["http://user:secret-word@", "secret-word", "http://h/secret-word"])
def test_a_variable_that_is_no_proxys_url_is_not_shown(value: str, tool: Patient) -> None:
    tool.environment["HTTPS_PROXY"] = value
    report = tool.examine()
    assert report.of("failed") == ["environment"]
    assert "HTTPS_PROXY is not the URL of a proxy" in report.told("environment")
    assert "secret-word" not in str(report)


def test_a_tool_with_the_token_of_an_earlier_start(tool: Patient) -> None:
    tool.environment["CODER_SESSION_TOKEN"] = TOKEN
    for name in ("HTTPS_PROXY", "https_proxy"):
        tool.environment[name] = tool.environment[name].replace(TOKEN, "old-secret-word")
    report = tool.examine()
    assert report.of("warning") == ["environment"]
    assert "HTTPS_PROXY has another token than the one that was tried here" in report.told("environment")
    assert "secret-word" not in str(report)


def test_a_proxy_variable_without_the_token(tool: Patient) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        tool.environment[name] = tool.settings["proxy_url"]
    tool.environment["CODER_SESSION_TOKEN"] = TOKEN
    report = tool.examine()
    assert report.of("failed") == ["environment"]
    assert "HTTPS_PROXY is without the token" in report.told("environment")


@pytest.mark.parametrize(
    "entries", ["*", "api.anthropic.com", "x, .anthropic.com", "anthropic.com", ".com", "API.anthropic.com:443"]
)
def test_a_provider_that_bypasses_the_proxy(entries: str, tool: Patient) -> None:
    tool.environment |= {"NO_PROXY": entries, "no_proxy": entries}
    report = tool.examine()
    assert report.of("failed") == ["environment"]
    assert "NO_PROXY sends api.anthropic.com past the proxy" in report.told("environment")


@pytest.mark.parametrize(
    "entries", ["", "opic.com", "example.com", "api.anthropic.com.example.com", "api.anthropic.com:8443"]
)
def test_other_hosts_may_bypass_it(entries: str, tool: Patient) -> None:
    tool.environment |= {"NO_PROXY": entries, "no_proxy": entries}
    assert "past the proxy" not in tool.examine().told("environment")


def test_two_lists_of_hosts_that_bypass_it(tool: Patient) -> None:
    tool.environment["NO_PROXY"] = "x"
    assert "NO_PROXY and no_proxy differ" in tool.examine().told("environment")


def test_the_certificate_where_the_bundle_belongs(tool: Patient) -> None:
    tool.environment["SSL_CERT_FILE"] = str(tool.certificate)
    report = tool.examine()
    assert report.of("failed") == ["environment"]
    assert "SSL_CERT_FILE names the proxy's certificate alone" in report.told("environment")


@pytest.mark.parametrize("path", ["/missing/ca.pem", "/tmp", f"/{'x' * 300}"])
def test_a_file_that_does_not_exist(path: str, tool: Patient) -> None:
    tool.environment["NODE_EXTRA_CA_CERTS"] = path
    report = tool.examine()
    assert report.of("failed") == ["environment"]
    assert "NODE_EXTRA_CA_CERTS names a file that does not exist" in report.told("environment")


def test_other_files(tool: Patient) -> None:
    other = tool.directory / "other.pem"
    other.touch()
    tool.environment |= {"SSL_CERT_FILE": str(other), "GIT_SSL_CAINFO": str(other), "DENO_CERT": str(other)}
    report = tool.examine()
    assert report.of("warning") == ["environment"]
    assert f"DENO_CERT, SSL_CERT_FILE, GIT_SSL_CAINFO name another file than {tool.bundle}" in report.told(
        "environment"
    )
    assert "CURL_CA_BUNDLE and SSL_CERT_FILE differ (curl takes CURL_CA_BUNDLE)" in report.told("environment")


@pytest.mark.parametrize("number", [1, 2])
def test_variables_that_are_missing(number: int, tool: Patient) -> None:
    for name in ("DENO_CERT", "AWS_CA_BUNDLE")[:number]:
        del tool.environment[name]
    report = tool.examine()
    assert report.of("warning") == ["environment"]
    assert ["DENO_CERT is not set", "DENO_CERT, AWS_CA_BUNDLE are not set"][number - 1] in report.told("environment")


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        ("HTTP_PROXY", "http://h:1", "HTTP_PROXY is set, but AI Bridge Proxy serves CONNECT only"),
        ("all_proxy", "http://h:1", "all_proxy is set"),
        ("SSL_CERT_DIR", "/etc/ssl/certs", "curl prefers it"),
        ("NODE_TLS_REJECT_UNAUTHORIZED", "0", "Node.js trusts everyone"),
    ],
)
@pytest.mark.parametrize("kind", ["shell", "tool"])
def test_variables_that_do_harm(name: str, value: str, seen: str, kind: str, patient: Patient) -> None:
    if kind == "tool":
        patient.environment = patient.tool_environment()
    patient.environment[name] = value
    report = patient.examine()
    assert report.of("warning") == ["environment"]
    assert seen in report.told("environment")


def test_what_is_set_is_said(tool: Patient) -> None:
    del tool.environment["DENO_CERT"]
    first, *_ = tool.examine().steps["environment"]["seen"].splitlines()
    assert first.startswith("set here: HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy, NODE_USE_ENV_PROXY, ")


def test_a_shell_with_a_companys_bundle_is_no_tools_process(patient: Patient) -> None:
    patient.environment["SSL_CERT_FILE"] = str(patient.bundle)
    report = patient.examine()
    assert report.ok
    assert report.steps["environment"]["seen"] == (
        "set here: SSL_CERT_FILE; without HTTPS_PROXY, so this is not a tool's process"
    )


def test_a_deployment_that_goes_through_the_proxy(tool: Patient) -> None:
    tool.environment |= {"NO_PROXY": "localhost", "no_proxy": "localhost"}
    report = tool.examine()
    assert report.of("warning") == ["environment"]
    assert "no_proxy is without 127.0.0.1: requests to the deployment go through the proxy" in report.told(
        "environment"
    )
