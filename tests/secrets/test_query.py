"""A secret that is in a query by mistake, or on purpose, is nowhere afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests import PROGRAM
from tests.harness.certificates import Certified, make_certificate
from tests.harness.planting import Secrets, observe, secret_texts
from tests.harness.program import Ran, run_in_process
from tests.harness.promises import ANSWERED, REFUSED, answered
from tf_helper.query import QUERY_KEYS

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = Secrets.new()
ENVIRONMENT = {"CODER_SESSION_TOKEN": SECRETS.token, "TF_HELPER_DEBUG": "1"}
AROUND = f"https://user:{SECRETS.password}@h {SECRETS.token}\n"

# These are given back as they are. A secret in them is the caller's to see.
GIVEN_BACK = {"agent_id", "access_url"}


def ask(query: object) -> Ran:
    return run_in_process(json.dumps(query).encode(), env=ENVIRONMENT)


def assert_nothing_told(ran: Ran) -> None:
    for secret in SECRETS:
        assert secret.encode() not in ran.stdout + ran.stderr, ran


@pytest.mark.parametrize("key", QUERY_KEYS)
def test_no_value_of_any_type_reveals_a_secret(key: str) -> None:
    for secret in SECRETS:
        for text in secret_texts(secret):
            ran = ask({"proxy_url": "https://aiproxy.example.com", key: text})
            if ran.status == ANSWERED and key in GIVEN_BACK:
                assert {name for name, value in answered(ran).items() if secret in value} == {key}
            else:
                assert_nothing_told(ran)
            for value in ([text], {text: text}, {"a": [text]}):
                assert_nothing_told(ask({key: value}))


def test_no_unknown_key_reveals_a_secret() -> None:
    for secret in SECRETS:
        for text in secret_texts(secret):
            assert_nothing_told(ask({"token": text, text: "x"}))


@pytest.mark.parametrize("key", ["ca_cert_pem", "extra_ca_certs_pem"])
def test_text_around_certificates_is_dropped_and_a_private_key_is_not_shown(key: str, ca: Certified) -> None:
    ran = ask({"proxy_url": "https://h", key: f"{AROUND}{ca.pem}{AROUND}"})
    assert answered(ran)[key] == ca.pem
    assert_nothing_told(ran)
    for text in (ca.key_pem, ca.key_pem[:120], ca.pem + ca.key_pem, ca.key_pem.replace("\n", "")):
        ran = ask({"proxy_url": "https://h", key: text})
        assert ran.status == REFUSED
        assert ca.key_pem.splitlines()[1][:16].encode() not in ran.stderr
    for text in (AROUND, ca.pem[:-20] + AROUND, ca.pem.replace("MI", f"{SECRETS.password}!", 1)):
        assert_nothing_told(ask({"proxy_url": "https://h", key: text}))


def test_no_message_about_standard_input_reveals_a_secret() -> None:
    secret = f"https://user:{SECRETS.password}@h".encode()
    for data in (
        secret,
        b'["%b"]' % secret,
        b'{"proxy_url": "%b' % secret,
        b'{"proxy_url": "%b"} %b' % (secret, secret),
        b'{"%b' % secret,
        b'{"proxy_url": "\\q%b"}' % secret,
        b'{"proxy_url": "\xff%b"}' % secret,
        secret * 10_000,
        b"[" * 100_000 + secret,
    ):
        ran = run_in_process(data, env=ENVIRONMENT)
        assert ran.status == REFUSED
        assert_nothing_told(ran)


def test_no_warning_reveals_a_secret() -> None:
    old, soon = make_certificate("old", to_day=-1), make_certificate("soon", to_day=3)
    intermediate = make_certificate("intermediate", issuer=make_certificate("root"))
    query = {
        "proxy_url": "http://h",
        "access_url": f"http://h/{SECRETS.password}",
        "ca_cert_pem": AROUND + intermediate.pem + AROUND,
        "extra_ca_certs_pem": AROUND + old.pem + AROUND + soon.pem,
    }
    ran = ask(query)
    warnings = answered(ran)["warnings"]
    assert len(json.loads(warnings)) == 6
    assert SECRETS.password not in warnings
    assert SECRETS.token.encode() not in ran.stdout


@pytest.mark.parametrize(
    "argument",
    [
        *("{}", "-{}", "-x{}", "--token={}", "--token {}", "--\u00e4={}", "--proxy-url={}", "--json={}"),
        *("check {}", "check --proxy-url={}", "doctor {}", "doctor --json={}", "exec {}"),
    ],
)
def test_no_argument_is_repeated(argument: str) -> None:
    for secret in SECRETS:
        for text in (secret, f"https://user:{secret}@h"):
            if argument == "check --proxy-url={}" and text == secret:
                continue  # a host
            ran = run_in_process(b"", *argument.replace("{}", text).split(), env=ENVIRONMENT)
            assert ran.status in {0, 1, 2}  # "-h..." can be taken for a request for help
            assert_nothing_told(ran)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"proxy_url": "http://aiproxy.example.com", "agent_id": "3F2B8C1E-1111-4222-8333-444455556666"}, ANSWERED),
        ({"proxy_url": "https://user:PASSWORD@h", "no_proxy": "user:PASSWORD@h", "https://PASSWORD@h": "x"}, REFUSED),
    ],
)
def test_the_process_writes_no_file_starts_no_program_and_shows_nothing(
    query: dict[str, str], status: int, tmp_path: Path
) -> None:
    data = json.dumps(query).replace("PASSWORD", SECRETS.password).encode()
    seen = observe([PROGRAM], data, env=ENVIRONMENT, scratch=tmp_path)
    assert seen.ran.status == status
    assert seen.places_of(SECRETS) == []
    assert (seen.files, seen.events) == ({}, ())
    assert any(b"tf-helper" in line for line in seen.command_lines)
