"""Secrets in what `check`, `exec` and `doctor` are given, and in what answers them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests import PROGRAM
from tests.harness.deployment import BUILD_INFO_PATH, TOKEN, USER_PATH, Answer, Deployment
from tests.harness.planting import SECRET_TEXTS, Secrets, observe, secret_texts
from tests.harness.program import options, run
from tf_helper import cli

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.certificates import Certified
    from tests.harness.proxy import Proxy

CLOSED = "http://127.0.0.1:1"
SECRETS = Secrets.new()
LEAK = f"{SECRETS.token} {SECRETS.password}"


@pytest.fixture(autouse=True)
def debug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the program say the most."""
    monkeypatch.setenv("TF_HELPER_DEBUG", "1")


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    cli.main(arguments)
    out, err = capsys.readouterr()
    return out + err


@pytest.mark.parametrize("key", ["proxy_url", "access_url", "no_proxy"])
def test_a_setting_shows_no_password(
    key: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_SESSION_TOKEN", "")
    monkeypatch.setenv("TF_HELPER_PROXY_URL", CLOSED)
    for text in secret_texts(SECRETS.password):
        if (key, text) == ("access_url", f"https://h/{SECRETS.password}"):
            continue  # the path of access_url is given back as it is: SECURITY.md
        given = options({"proxy_url": CLOSED, key: text})
        for arguments in (["check", *given], ["check", *given, "--json"], ["exec", *given, "--", "true"]):
            assert SECRETS.password not in said(arguments, capsys)
        with monkeypatch.context() as with_variable:
            with_variable.setenv(f"TF_HELPER_{key.upper()}", text)
            assert SECRETS.password not in said(["exec", "--", "true"], capsys)


@pytest.mark.parametrize("text", SECRET_TEXTS)
def test_a_variable_or_a_file_that_doctor_looks_at_shows_no_password(
    text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    value = text.replace("{}", SECRETS.password)
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "DENO_CERT"):
        monkeypatch.setenv(name, value)
    for name in ("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRETS.token)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, content in {
        ".claude/settings.json": json.dumps({"env": {"https_proxy": value, "ANTHROPIC_BASE_URL": value}}),
        ".codex/.env": f"HTTPS_PROXY='{value}'\n",
        ".codex/config.toml": f"openai_base_url = '{value}'\n",
        ".vscode-server/data/User/settings.json": json.dumps({"http.proxy": value, value: value}),
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode(errors="surrogateescape"))
    monkeypatch.setenv("CODER_SESSION_TOKEN", SECRETS.token)
    report = said(["doctor", "--json", "--proxy-url", CLOSED, "--cert-path", "/missing/ca.pem"], capsys)
    assert "environment" in report
    assert not [secret for secret in SECRETS if secret in report]


LEAKS = {
    "a user name": {USER_PATH: Answer(200, json.dumps({"username": SECRETS.token}).encode())},
    "a refusal": {USER_PATH: Answer(401, json.dumps({"message": LEAK, "detail": LEAK}).encode())},
    "a redirect": {BUILD_INFO_PATH: Answer(302, headers={"Location": f"https://h/?{SECRETS.token}"})},
    "a version": {BUILD_INFO_PATH: Answer(200, json.dumps({"version": SECRETS.token}).encode(), {"X-Leak": LEAK})},
}


@pytest.mark.parametrize("leak", LEAKS)
def test_what_the_deployment_answers_with_a_secret_in_it_does_not_show_it(
    leak: str, ca: Certified, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_SESSION_TOKEN", SECRETS.token)
    with Deployment(token=SECRETS.token, ca_cert_pem=ca.pem) as deployment:
        deployment.answers |= {path: [answer] for path, answer in LEAKS[leak].items()}
        report = said(["doctor", "--json", "--proxy-url", CLOSED, "--access-url", deployment.url], capsys)
        assert deployment.asked
    assert not [secret for secret in SECRETS if secret in report]


def test_the_process_of_doctor_shows_no_secret_and_writes_no_file(ca: Certified, tmp_path: Path) -> None:
    with Deployment(token=SECRETS.token, ca_cert_pem=ca.pem) as deployment:
        deployment.answers |= {path: [answer] for path, answer in LEAKS["a refusal"].items()}
        environment = {
            "CODER_SESSION_TOKEN": SECRETS.token,
            "HTTPS_PROXY": f"http://coder:{SECRETS.token}@127.0.0.1:1",
            "TF_HELPER_ACCESS_URL": deployment.url,
            "TF_HELPER_DEBUG": "1",
        }
        seen = observe([PROGRAM, "doctor"], b"", env=environment, scratch=tmp_path)
    assert b"settings" in seen.ran.stdout
    assert any(b"doctor" in line for line in seen.command_lines)
    assert seen.places_of(SECRETS) == []
    assert seen.files == {}


SOURCES = ["CODER_SESSION_TOKEN", "CODER_WORKSPACE_OWNER_SESSION_TOKEN", "HTTPS_PROXY"]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("other", ["CODER_URL", "CODER_AGENT_URL", "HTTPS_PROXY"])
def test_doctor_sends_a_token_to_its_own_deployment_and_proxy_only(
    source: str, other: str, deployment: Deployment, proxy: Proxy
) -> None:
    own, before = f"http://127.0.0.1:{proxy.port}", len(proxy.asked)
    environment = {source: TOKEN, other: "https://mine.example.com"}
    if source == "HTTPS_PROXY":
        leads_to = "http://mine.example.com:8888" if other == source else own
        environment[source] = leads_to.replace("//", f"//coder:{TOKEN}@")
    run(b"", "doctor", "--proxy-url", own, "--access-url", deployment.url, env=environment)
    sent = {TOKEN} if other == "HTTPS_PROXY" and source != other else set()
    assert {asked.token for asked in deployment.asked} - {None} == sent
    assert any(request.credentials for request in proxy.asked[before:]) == bool(sent)


def test_exec_puts_the_token_into_the_environment_of_the_command_and_nowhere_else(tmp_path: Path) -> None:
    environment = {"CODER_SESSION_TOKEN": SECRETS.token, "TF_HELPER_PROXY_URL": "https://h"}
    command: list[str | Path] = [PROGRAM, "exec", "--", "sh", "-c", "echo ${HTTPS_PROXY%%:*}; sleep 0.1"]
    seen = observe(command, b"", env=environment, scratch=tmp_path)
    assert seen.ran.stdout == b"https\n"
    # Python's own account of the call has the environment that it hands over.
    places = [place for place in seen.places_of(SECRETS) if not place.startswith("the event os.exec ")]
    assert places == []
