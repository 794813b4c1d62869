"""`tf-helper check`: the same result as on standard input, with what has changed and warnings."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import TOKEN, Deployment
from tests.harness.program import options, run_in_process
from tests.harness.promises import named_fields
from tf_helper import cli
from tf_helper.query import QUERY_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

QUERY = {
    "proxy_url": " HTTP://AIProxy.Example.com/ ",
    "cert_path": "/home/coder//ca.pem",
    "agent_id": "3F2B8C1E-1111-4222-8333-444455556666",
    "access_url": "https://coder.example.com/",
    "no_proxy": "B, a,a",
    "fetch_ca_cert": "true",
}


def check(query: Mapping[str, str], *more: str) -> list[str]:
    return ["check", *options(query), *more]


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CODER_WORKSPACE_OWNER_SESSION_TOKEN", "CODER_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def test_json_is_what_terraform_gets(
    ca: Certified, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    query = QUERY | {"ca_cert_pem": ca.pem, "extra_ca_certs_pem": make_certificate("company").pem}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(query).encode())))
    assert cli.main([]) == 0
    from_terraform = capfd.readouterr().out
    assert cli.main(check(query, "--json")) == 0
    assert capfd.readouterr().out == from_terraform


def test_a_person_gets_a_line_for_each_value(ca: Certified, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(check(QUERY | {"ca_cert_pem": ca.pem, "extra_ca_certs_pem": ca.pem * 2})) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert "proxy_url           http://aiproxy.example.com:80" in lines
    assert "client_env          NO_PROXY=localhost,127.0.0.1,::1,coder.example.com,b,a" in lines
    assert "                    NODE_EXTRA_CA_CERTS=/home/coder/ca.bundle.pem" in lines
    assert "ca_cert_pem         1 certificate" in lines
    assert "extra_ca_certs_pem  2 certificates" in lines


CHANGES = [
    'changed: proxy_url, which was " HTTP://AIProxy.Example.com/ "',
    'changed: cert_path, which was "/home/coder//ca.pem"',
    'changed: agent_id, which was "3F2B8C1E-1111-4222-8333-444455556666"',
    'changed: access_url, which was "https://coder.example.com/"',
    'changed: no_proxy, which was "B, a,a"',
    "changed: ca_cert_pem (the certificates' order, the text around them, or its line ends)",
]


def test_what_normalization_changed_and_the_warnings_follow_the_result(
    ca: Certified, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(check(QUERY | {"ca_cert_pem": f"text\n{ca.pem}"}))
    *_, warning = lines = capsys.readouterr().out.splitlines()
    assert lines[-1 - len(CHANGES) : -1] == CHANGES
    assert warning.startswith("warning: proxy_url: http without a port means port 80")


def test_with_json_they_are_on_standard_error(ca: Certified, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(check(QUERY | {"ca_cert_pem": f"text\n{ca.pem}"}, "--json"))
    out, err = capsys.readouterr()
    assert json.loads(out)
    assert err.splitlines()[:-1] == CHANGES


def test_what_did_not_change_is_not_mentioned(ca: Certified, capsys: pytest.CaptureFixture[str]) -> None:
    for pem in (ca.pem, ca.pem.rstrip()):
        cli.main(["check", "--proxy-url", "https://h", "--ca-cert-pem", pem, "--no-proxy", "a,b", "--cert-path", ""])
    assert "changed" not in capsys.readouterr().out


def test_the_name_of_a_file_is_refused_with_what_to_write_in_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--proxy-url", "https://h", "--ca-cert-pem", "ca.pem"]) == 1
    _, message, hint = capsys.readouterr().err.splitlines()
    assert message == "  ca_cert_pem: is the name of a file, not what is in it"
    assert hint.endswith('; in a terminal, write "$(cat FILE)"')


@pytest.mark.parametrize("key", QUERY_KEYS)
def test_every_key_of_the_query_is_an_option(key: str) -> None:
    ran = run_in_process(b"", *check({"proxy_url": "https://h", key: "\x01"}))
    assert set(named_fields(ran.stderr)) == {key}


def test_a_flag_needs_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--proxy-url", "https://h", "--access-url", "https://c", "--fetch-ca-cert"]) == 0
    assert cli.main(["check", "--proxy-url", "https://h", "--fetch-ca-cert"]) == 1
    assert "fetch_ca_cert: needs access_url" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["CODER_URL", "CODER_AGENT_URL"])
@pytest.mark.parametrize("name", ["CODER_WORKSPACE_OWNER_SESSION_TOKEN", "CODER_SESSION_TOKEN"])
def test_a_token_of_any_name_goes_to_its_own_deployment_only(
    name: str, url: str, ca: Certified, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Deployment(token=TOKEN, ca_cert_pem=ca.pem) as deployment:
        monkeypatch.setenv(name, TOKEN)
        for variable in ("CODER_URL", "CODER_AGENT_URL"):
            monkeypatch.setenv(variable, deployment.url)
        command = ["check", "--proxy-url", "https://h", "--access-url", deployment.url, "--fetch-ca-cert"]
        assert cli.main(command) == 0
        assert "ca_cert_pem         1 certificate" in capsys.readouterr().out
        deployment.asked.clear()
        monkeypatch.setenv(url, "https://coder.example.com")
        assert cli.main(command) == 0
        assert f"{name} is for https://coder.example.com ({url}) and is not sent" in capsys.readouterr().out
        assert deployment.asked == []


def test_a_full_standard_output_is_an_error_and_a_broken_pipe_a_silent_one(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    cannot = "tf-helper: error: cannot write to standard output: No space left on device\n"
    for file, message in (("/dev/full", cannot), (writer, "")):
        with open(file, "w") as output:  # noqa: PTH123
            monkeypatch.setattr(sys, "stdout", output)
            assert cli.main(["check", "--proxy-url", "https://h"]) == 1
        assert capfd.readouterr().err == message


def test_what_the_encoding_of_standard_output_lacks_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="latin-1"))
    pem = make_certificate("Z\u00fcrich \u0141\u00f3d\u017a").pem
    assert cli.main(["check", "--proxy-url", "https://h", "--ca-cert-pem", pem]) == 0
    assert "CN=Z\u00fcrich \\u0141\u00f3d\\u017a\n" in out.getvalue().decode("latin-1")


def test_tolerates_a_closed_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    for command in (["check", "--proxy-url", "https://h"], ["--help"]):
        assert cli.main(command) == 0
