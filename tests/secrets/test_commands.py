"""Secrets in what `doctor`, `exec` and the options are given, and in what answers them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests import PROGRAM
from tests.harness.deployment import BUILD_INFO_PATH, USER_PATH, Answer, Deployment
from tests.harness.planting import SECRET_TEXTS, Secrets, observe
from tests.harness.program import options
from tf_helper import cli

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.certificates import Certified

CLOSED = "http://127.0.0.1:1"


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with suppress(SystemExit):
        cli.main(arguments)
    out, err = capsys.readouterr()
    return out + err


@pytest.mark.parametrize("text", SECRET_TEXTS)
@pytest.mark.parametrize("key", ["proxy_url", "access_url", "no_proxy"])
@pytest.mark.parametrize("debug", ["", "1"])
def test_a_setting_by_hand_shows_no_password(
    key: str, text: str, debug: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = Secrets.new()
    monkeypatch.setenv("TF_HELPER_DEBUG", debug)
    monkeypatch.setenv("CODER_SESSION_TOKEN", "")
    if key == "access_url" and text == "https://h/{}":
        return  # the path of access_url is given back as it is: SECURITY.md
    given = options({"proxy_url": CLOSED, key: text.replace("{}", secrets.password)})
    for arguments in (["check", *given], ["check", *given, "--json"], ["exec", *given, "--", "true"]):
        assert secrets.password not in said(arguments, capsys)


@pytest.mark.parametrize("text", SECRET_TEXTS)
def test_a_variable_that_doctor_looks_at_shows_no_password(
    text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = Secrets.new()
    value = text.replace("{}", secrets.password)
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "DENO_CERT"):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CODER_SESSION_TOKEN", secrets.token)
    for more in ([], ["--json"]):
        report = said(["doctor", "--proxy-url", CLOSED, "--cert-path", "/missing/ca.pem", *more], capsys)
        assert "environment" in report
        assert secrets.password not in report
        assert secrets.token not in report


@pytest.mark.parametrize("name", ["TF_HELPER_PROXY_URL", "TF_HELPER_NO_PROXY"])
@pytest.mark.parametrize("text", SECRET_TEXTS)
def test_a_setting_in_a_variable_shows_no_password(
    text: str, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = Secrets.new()
    monkeypatch.setenv("TF_HELPER_PROXY_URL", CLOSED)
    monkeypatch.setenv(name, text.replace("{}", secrets.password))
    report = said(["doctor", "--cert-path", "/missing/ca.pem"], capsys)
    assert "settings" in report
    assert secrets.password not in report


@pytest.mark.parametrize("debug", ["", "1"])
@pytest.mark.parametrize("command", [["doctor"], ["doctor", "--json"]])
def test_what_the_deployment_answers_with_a_secret_in_it_does_not_show_it(
    command: list[str], debug: str, ca: Certified, tmp_path: Path
) -> None:
    secrets = Secrets.new()
    leak = f"{secrets.token} {secrets.password}"
    for number, answers in enumerate(
        (
            {USER_PATH: Answer(200, json.dumps({"username": secrets.token}).encode())},
            {USER_PATH: Answer(401, json.dumps({"message": leak, "detail": leak}).encode())},
            {BUILD_INFO_PATH: Answer(302, headers={"Location": f"https://h/?{secrets.token}{secrets.password}"})},
            {BUILD_INFO_PATH: Answer(200, leak.encode(), {"X-Leak": leak})},
        )
    ):
        scratch = tmp_path / str(number)
        scratch.mkdir()
        with Deployment(token=secrets.token, ca_cert_pem=ca.pem) as deployment:
            deployment.answers |= {path: [answer] for path, answer in answers.items()}
            environment = {
                "CODER_SESSION_TOKEN": secrets.token,
                "HTTPS_PROXY": f"http://coder:{secrets.token}@127.0.0.1:1",
                "TF_HELPER_ACCESS_URL": deployment.url,
                "TF_HELPER_DEBUG": debug,
            }
            seen = observe([PROGRAM, *command], b"", env=environment, scratch=scratch)
        assert b"settings" in seen.ran.stdout
        assert any(b"doctor" in line for line in seen.command_lines)
        assert seen.places_of(secrets) == []


def test_exec_puts_the_token_into_the_environment_of_the_command_and_nowhere_else(tmp_path: Path) -> None:
    secrets = Secrets.new()
    environment = {"CODER_SESSION_TOKEN": secrets.token, "TF_HELPER_PROXY_URL": "https://h"}
    command: list[str | Path] = [PROGRAM, "exec", "--", "sh", "-c", "echo ${HTTPS_PROXY%%:*}; sleep 0.1"]
    seen = observe(command, b"", env=environment, scratch=tmp_path)
    assert seen.ran.stdout == b"https\n"
    # Python's own account of the call has the environment that it hands over.
    places = [place for place in seen.places_of(secrets) if not place.startswith("the event os.exec ")]
    assert places == []
