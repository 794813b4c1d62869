"""A secret that is in an input, an environment or an answer, by mistake or on purpose, is nowhere afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests import PROGRAM
from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import BUILD_INFO_PATH, TOKEN, USER_PATH, Answer, Deployment
from tests.harness.planting import SECRET_TEXTS, Secrets, observe, secret_texts
from tests.harness.program import Ran, fetching, options, run, run_in_process
from tests.harness.promises import ANSWERED, REFUSED, answered
from tests.harness.raw_server import RawServer, says
from tf_helper import cli
from tf_helper.coder import fetch as fetch_module
from tf_helper.query import QUERY_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.proxy import Proxy

SECRETS = Secrets.new()
CLOSED = "http://127.0.0.1:1"
ENVIRONMENT = {"CODER_SESSION_TOKEN": SECRETS.token, "TF_HELPER_DEBUG": "1"}
OWNER = {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": SECRETS.token, "TF_HELPER_DEBUG": "1"}
AROUND = f"https://user:{SECRETS.password}@h {SECRETS.token}\n"

# What a server can repeat of a request, and what else it can say that should not be passed on.
REPEATED = f"https://user:{SECRETS.password}@h/?token={SECRETS.token}"

# These are given back as they are. A secret in them is the caller's to see.
GIVEN_BACK = {"agent_id", "access_url"}


def ask(query: object) -> Ran:
    return run_in_process(json.dumps(query).encode(), env=ENVIRONMENT)


def assert_nothing_told(ran: Ran) -> None:
    for secret in SECRETS:
        assert secret.encode() not in ran.stdout + ran.stderr, ran


@pytest.mark.parametrize("key", [*QUERY_KEYS, "token"])
def test_no_value_and_no_key_reveals_a_secret(key: str) -> None:
    for secret in SECRETS:
        for text in secret_texts(secret):
            ran = ask(
                {"proxy_url": "https://aiproxy.example.com", key: text, **({text: "x"} if key == "token" else {})}
            )
            if ran.status == ANSWERED and key in GIVEN_BACK:
                assert {name for name, value in answered(ran).items() if secret in value} == {key}
            else:
                assert_nothing_told(ran)
        for other in ([secret], {secret: secret}):
            assert_nothing_told(ask({"proxy_url": "https://aiproxy.example.com", key: other}))


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


@pytest.mark.parametrize(
    "data",
    [
        *("{}", '["{}"]', '{"proxy_url": "{}', '{"proxy_url": "{}"} {}', '{"{}', '{"proxy_url": "\\q{}"}'),
        *('{"proxy_url": "\xff{}"}', "{}" * 10_000, "[" * 100_000 + "{}"),
    ],
)
def test_no_message_about_standard_input_reveals_a_secret(data: str) -> None:
    ran = run_in_process(data.replace("{}", REPEATED).encode("latin-1"), env=ENVIRONMENT)
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
    warnings = answered(ask(query))["warnings"]
    assert len(json.loads(warnings)) >= 6
    assert not [secret for secret in SECRETS if secret in warnings]


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


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    cli.main(arguments)
    out, err = capsys.readouterr()
    return out + err


@pytest.mark.parametrize("key", ["proxy_url", "access_url", "no_proxy"])
def test_a_setting_of_a_command_shows_no_password(
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


@pytest.fixture
def repeating(ca: Certified, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """Run a deployment that takes the token, and waste no time between tries."""
    monkeypatch.setattr(fetch_module, "sleep", lambda _: None)
    with Deployment(token=SECRETS.token, ca_cert_pem=ca.pem) as running:
        yield running


def assert_one_warning_without_secrets(url: str, token: str = SECRETS.token) -> None:
    ran = run_in_process(fetching(url), env=OWNER | {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": token})
    assert len(json.loads(answered(ran)["warnings"])) == 1
    assert_nothing_told(ran)


@pytest.mark.parametrize("status", [200, 302, 401, 403, 404, 418, 503])
def test_an_answer_that_repeats_a_secret_is_not_passed_on(status: int, repeating: Deployment) -> None:
    headers = {"Location": REPEATED, "X-Token": SECRETS.token, "Set-Cookie": f"a={SECRETS.token}; max-age=x"}
    repeating.serve(Answer(status, REPEATED.encode(), headers | {"WWW-Authenticate": f'Basic realm="{REPEATED}"'}))
    assert_one_warning_without_secrets(repeating.url)


def test_text_around_or_instead_of_a_served_certificate_is_not_passed_on(repeating: Deployment, ca: Certified) -> None:
    repeating.serve(Answer(body=f"{REPEATED}\n{ca.pem}{REPEATED}".encode()))
    ran = run_in_process(fetching(repeating.url), env=OWNER)
    assert answered(ran)["ca_cert_pem"] == ca.pem
    assert_nothing_told(ran)
    damaged = ca.pem.replace("MI", f"{SECRETS.password}!", 1)
    for body in (damaged, REPEATED + ca.pem[:-30], REPEATED + ca.key_pem, (REPEATED + ca.pem).rjust(20_000)):
        repeating.serve(Answer(body=body.encode()))
        assert_one_warning_without_secrets(repeating.url)


@pytest.mark.parametrize(
    "answer",
    [
        b"REPEATED\r\n",
        b"HTTP/1.1 200 REPEATED\r\n\r\nREPEATED",
        b"HTTP/1.1 200 OK\r\nREPEATED\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: REPEATED\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nREPEATED\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: REPEATED\r\n\r\nREPEATED",
    ],
)
@pytest.mark.usefixtures("repeating")
def test_a_broken_answer_is_not_passed_on_and_the_token_is_sent_in_one_header(answer: bytes) -> None:
    with RawServer(says(answer.replace(b"REPEATED", REPEATED.encode()))) as server:
        assert_one_warning_without_secrets(server.url)
        head, *headers = server.last_request.decode().splitlines()
        assert SECRETS.token not in head
        assert [line for line in headers if SECRETS.token in line] == [f"Coder-Session-Token: {SECRETS.token}"]


@pytest.mark.parametrize("token", ["{}\nX: y", "\u00e4{}"])
def test_a_token_that_cannot_be_sent_is_not_shown(token: str) -> None:
    assert_one_warning_without_secrets("http://127.0.0.1:9", token.replace("{}", SECRETS.token))


LEAK = f"{SECRETS.token} {SECRETS.password}"
LEAKS = {
    "a user name": {USER_PATH: Answer(200, json.dumps({"username": SECRETS.token}).encode())},
    "a refusal": {USER_PATH: Answer(401, json.dumps({"message": LEAK, "detail": LEAK}).encode())},
    "a redirect": {BUILD_INFO_PATH: Answer(302, headers={"Location": f"https://h/?{SECRETS.token}"})},
    "a version": {BUILD_INFO_PATH: Answer(200, json.dumps({"version": SECRETS.token}).encode(), {"X-Leak": LEAK})},
}


@pytest.mark.parametrize("leak", LEAKS)
def test_doctor_does_not_show_a_secret_that_the_deployment_repeats(
    leak: str, repeating: Deployment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_SESSION_TOKEN", SECRETS.token)
    repeating.answers |= {path: [answer] for path, answer in LEAKS[leak].items()}
    report = said(["doctor", "--json", "--proxy-url", CLOSED, "--access-url", repeating.url], capsys)
    assert repeating.asked
    assert not [secret for secret in SECRETS if secret in report]


URL_WITH_PASSWORD = f"https://user:{SECRETS.password}@h"
GOOD = {"proxy_url": "http://aiproxy.example.com", "agent_id": "3F2B8C1E-1111-4222-8333-444455556666"}


@pytest.mark.parametrize(
    ("arguments", "query", "status"),
    [
        ([], GOOD, 0),
        ([], {"proxy_url": URL_WITH_PASSWORD, "no_proxy": URL_WITH_PASSWORD, URL_WITH_PASSWORD: "x"}, 1),
        ([], GOOD | {"access_url": "DEPLOYMENT", "fetch_ca_cert": "true"}, 0),
        (["doctor"], {}, 1),
    ],
    ids=["answer", "refusal", "download", "doctor"],
)
def test_the_process_writes_no_file_starts_no_program_and_shows_no_secret(
    arguments: list[str], query: dict[str, str], status: int, repeating: Deployment, tmp_path: Path
) -> None:
    environment = OWNER | {
        "HTTPS_PROXY": f"http://coder:{SECRETS.token}@127.0.0.1:1",
        "SSLKEYLOGFILE": str(tmp_path / "home/keys"),
        "TF_HELPER_ACCESS_URL": repeating.url,
    }
    data = json.dumps(query).replace("DEPLOYMENT", repeating.url).encode()
    seen = observe([PROGRAM, *arguments], data, env=environment, scratch=tmp_path)
    assert seen.ran.status == status
    assert len(seen.ran.stdout + seen.ran.stderr) > 50
    assert seen.places_of(SECRETS) == []
    assert (seen.files, seen.events) == ({}, ())
    assert any(b"tf-helper" in line for line in seen.command_lines)


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
