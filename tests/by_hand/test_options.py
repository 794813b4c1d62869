"""The query as options: the same answer as on standard input, with what has changed and what is doubtful."""

from __future__ import annotations

import io
import json
import os
import sys

import pytest

from tests.harness.certificates import Certified, make_certificate
from tests.harness.program import options
from tf_helper import cli
from tf_helper.query import QUERY_KEYS

QUERY = {
    "proxy_url": " HTTP://AIProxy.Example.com/ ",
    "cert_path": "/home/coder//ca.pem",
    "agent_id": "3F2B8C1E-1111-4222-8333-444455556666",
    "access_url": "https://coder.example.com/",
    "no_proxy": "B, a,a",
    "fetch_ca_cert": "true",
}


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CODER_WORKSPACE_OWNER_SESSION_TOKEN", "CODER_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def test_json_is_what_terraform_gets(
    ca: Certified, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    query = QUERY | {"ca_cert_pem": ca.pem, "extra_ca_certs_pem": make_certificate("company").pem}
    assert set(query) == set(QUERY_KEYS)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(query).encode())))
    assert cli.main([]) == 0
    from_terraform = capfd.readouterr().out
    assert cli.main([*options(query), "--json"]) == 0
    assert capfd.readouterr().out == from_terraform


def test_a_person_gets_a_line_for_each_value(ca: Certified, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(options(QUERY | {"ca_cert_pem": ca.pem, "extra_ca_certs_pem": ca.pem * 2})) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert "proxy_url           http://aiproxy.example.com:80" in lines
    assert "client_env          NO_PROXY=localhost,127.0.0.1,::1,coder.example.com,b,a" in lines
    assert "                    NODE_EXTRA_CA_CERTS=/home/coder/ca.pem" in lines
    assert "ca_cert_pem         1 certificate" in lines
    assert "extra_ca_certs_pem  2 certificates" in lines


def test_values_that_are_empty_take_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["--proxy-url", "https://h"])
    assert "agent_id" not in capsys.readouterr().out


CHANGES = [
    'changed: proxy_url, which was " HTTP://AIProxy.Example.com/ "',
    'changed: cert_path, which was "/home/coder//ca.pem"',
    'changed: agent_id, which was "3F2B8C1E-1111-4222-8333-444455556666"',
    'changed: access_url, which was "https://coder.example.com/"',
    'changed: no_proxy, which was "B, a,a"',
    "changed: ca_cert_pem (the text around the certificates, or its line ends)",
]


def test_what_normalisation_changed_and_the_warnings_follow_the_answer(
    ca: Certified, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(options(QUERY | {"ca_cert_pem": f"text\n{ca.pem}"}))
    *_, warning = lines = capsys.readouterr().out.splitlines()
    assert lines[-1 - len(CHANGES) : -1] == CHANGES
    assert warning.startswith("warning: proxy_url: http without a port means port 80")


def test_with_json_they_are_on_standard_error(ca: Certified, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main([*options(QUERY | {"ca_cert_pem": f"text\n{ca.pem}"}), "--json"])
    out, err = capsys.readouterr()
    assert json.loads(out)
    assert err.splitlines()[:-1] == CHANGES


def test_what_did_not_change_is_not_mentioned(ca: Certified, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["--proxy-url", "https://h", "--ca-cert-pem", ca.pem, "--no-proxy", "a,b", "--cert-path", ""])
    assert "changed" not in capsys.readouterr().out


def test_a_flag_may_stand_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--proxy-url", "https://h", "--access-url", "https://c", "--fetch-ca-cert"]) == 0
    assert cli.main(["--proxy-url", "https://h", "--fetch-ca-cert"]) == 1
    assert "fetch_ca_cert: needs access_url" in capsys.readouterr().err


def test_bad_values_are_refused_as_on_standard_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--proxy-url", "https://h:0", "--proxy-url", "https://h"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "proxy_url: is given twice" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--vers"], "--vers is not an option; did you mean --version?"),
        (["--proxy-ur", "https://h"], "--proxy-ur is not an option; did you mean --proxy-url?"),
        (["--cert_path=/ca.pem"], "--cert_path is not an option; did you mean --cert-path?"),
        (["--zzz"], "--zzz is not an option\n"),
        (["docter"], "there is an argument that belongs to no option; did you mean doctor?"),
        (["--proxy-url", "https://h", "doctor"], "there is an argument that belongs to no option; doctor goes first"),
        (["--json=x"], "argument --json: it takes no value"),
        (["--proxy-url", "https://h", "https://h"], "there is an argument that belongs to no option\n"),
        (["--proxy-url"], "argument --proxy-url: expected one argument"),
        (["--\u00e4\x1b[31m"], "--\\u00e4\\u001b[31m is not an option"),
    ],
)
def test_wrong_usage_is_two_lines(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"tf-helper: error: {message}" in err
    assert err.endswith("\n  hint: tf-helper --help shows what there is\n")
    assert err.count("\n") == 2


def test_a_full_standard_output_is_an_error(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdout", full)
        assert cli.main(["--proxy-url", "https://h"]) == 1
    assert capfd.readouterr().err == "tf-helper: error: cannot write the answer: No space left on device\n"


def test_a_closed_standard_output_is_borne(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert cli.main(["--proxy-url", "https://h"]) == 0


def test_what_standard_output_cannot_show_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="latin-1"))
    assert (
        cli.main(["--proxy-url", "https://h", "--ca-cert-pem", make_certificate("Z\u00fcrich \u0141\u00f3d\u017a").pem])
        == 0
    )
    assert "CN=Z\u00fcrich \\u0141\u00f3d\\u017a\n" in out.getvalue().decode("latin-1")


def test_a_reader_that_has_had_enough_is_no_error(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as broken:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdout", broken)
        assert cli.main(["--proxy-url", "https://h"]) == 1
    assert capfd.readouterr().err == ""
