"""The token goes to the deployment, in one header, and is seen nowhere else, whatever the deployment does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests import PROGRAM
from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import Answer, Deployment
from tests.harness.planting import Secrets, observe
from tests.harness.program import Ran, fetching, run_in_process
from tests.harness.promises import answered
from tests.harness.raw_server import RawServer, says
from tf_helper.coder import fetch as fetch_module

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.raw_server import Talk

SECRETS = Secrets.new()
ENVIRONMENT = {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": SECRETS.token, "TF_HELPER_DEBUG": "1"}

# What a server can repeat of a request, and what else it can say that should not be passed on.
REPEATED = f"https://user:{SECRETS.password}@h/?token={SECRETS.token}"


def fetch(url: str) -> Ran:
    return run_in_process(fetching(url), env=ENVIRONMENT)


def assert_one_warning_without_secrets(ran: Ran) -> None:
    assert len(json.loads(answered(ran)["warnings"])) == 1
    for secret in SECRETS:
        assert secret.encode() not in ran.stdout + ran.stderr


@pytest.fixture
def repeating(ca: Certified, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """Run a deployment that takes the token, and waste no time between tries."""
    monkeypatch.setattr(fetch_module, "sleep", lambda _: None)
    with Deployment(token=SECRETS.token, ca_cert_pem=ca.pem) as running:
        yield running


@pytest.mark.parametrize("status", [200, 302, 401, 403, 404, 418, 503])
def test_an_answer_that_repeats_it_is_not_passed_on(status: int, repeating: Deployment) -> None:
    headers = {"Location": REPEATED, "X-Token": SECRETS.token, "Set-Cookie": f"a={SECRETS.token}; max-age=x"}
    repeating.serve(Answer(status, REPEATED.encode(), headers | {"WWW-Authenticate": f'Basic realm="{REPEATED}"'}))
    assert_one_warning_without_secrets(fetch(repeating.url))


def test_text_around_or_instead_of_a_certificate_is_not_passed_on(repeating: Deployment, ca: Certified) -> None:
    repeating.serve(Answer(body=f"{REPEATED}\n{ca.pem}{REPEATED}".encode()))
    ran = fetch(repeating.url)
    assert answered(ran)["ca_cert_pem"] == ca.pem
    assert SECRETS.token.encode() not in ran.stdout + ran.stderr
    for body in (
        f"<html>{REPEATED}</html>",
        ca.pem.replace("MI", f"{SECRETS.password}!", 1),
        f"{REPEATED}{ca.pem[:-30]}",
        f"{REPEATED}{ca.key_pem}",
        f"{REPEATED}{make_certificate('old', to_day=-1).pem}",
        f"{REPEATED}{make_certificate('leaf', ca=False).pem}",
        f"{REPEATED}{ca.pem}".rjust(20_000),
    ):
        repeating.serve(Answer(body=body.encode()))
        assert_one_warning_without_secrets(fetch(repeating.url))


def repeats(answer: bytes) -> Talk:
    """Answer with these bytes and what is repeated."""
    return says(answer.replace(b"REPEATED", REPEATED.encode()))


@pytest.mark.parametrize(
    "talk",
    [
        repeats(b"REPEATED\r\n"),
        repeats(b"HTTP/1.1 200 REPEATED\r\n\r\nREPEATED"),
        repeats(b"HTTP/1.1 200 OK\r\nREPEATED\r\n\r\n"),
        repeats(b"HTTP/1.1 200 OK\r\nContent-Length: REPEATED\r\n\r\n"),
        repeats(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nREPEATED\r\n"),
        repeats(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: REPEATED\r\n\r\nREPEATED"),
    ],
)
@pytest.mark.usefixtures("repeating")
def test_a_broken_answer_is_not_passed_on(talk: Talk) -> None:
    with RawServer(talk) as server:
        assert_one_warning_without_secrets(fetch(server.url))
        head, *headers = server.last_request.decode().splitlines()
        assert SECRETS.token not in head
        assert [line for line in headers if SECRETS.token in line] == [f"Coder-Session-Token: {SECRETS.token}"]


@pytest.mark.parametrize("token", ["{}\nX: y", "\u00e4{}"])
def test_a_token_that_cannot_be_sent_is_not_shown(token: str) -> None:
    env = ENVIRONMENT | {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": token.replace("{}", SECRETS.token)}
    assert_one_warning_without_secrets(run_in_process(fetching("http://127.0.0.1:9"), env=env))


@pytest.mark.parametrize("status", [200, 403])
def test_the_process_writes_no_file_starts_no_program_and_shows_nothing(
    status: int, ca: Certified, tmp_path: Path
) -> None:
    keys = tmp_path / "home/keys"
    env = ENVIRONMENT | {"SSLKEYLOGFILE": str(keys), "HTTPX_LOG_LEVEL": "trace", "PYTHONASYNCIODEBUG": "1"}
    with Deployment(token=SECRETS.token, ca_cert_pem=ca.pem) as deployment:
        deployment.serve(Answer(status, ca.pem.encode(), {"X-Token": SECRETS.token}))
        seen = observe([PROGRAM], fetching(deployment.url), env=env, scratch=tmp_path)
    assert (answered(seen.ran)["ca_cert_pem"] == ca.pem) == (status == 200)
    assert seen.places_of(SECRETS) == []
    assert (seen.files, seen.events) == ({}, ())
    assert any(b"tf-helper" in line for line in seen.command_lines)
