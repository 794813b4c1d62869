"""The warnings about a download of the CA certificate while Terraform plans: by running it against deployments."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

import trustme

from tests.harness.certificates import make_certificate
from tests.harness.deployment import TOKEN, Answer, Deployment
from tests.harness.program import fetching, run_in_process
from tests.harness.promises import answered
from tests.harness.raw_server import RawServer, closed_port, not_http, silent
from tests.harness.spellings import pem
from tests.messages.case import entry, section
from tf_helper.coder import fetch
from tf_helper.deadline import DeadlineExceededError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

CA = make_certificate("proxy CA")


@contextmanager
def answers(status: int = 200, body: str = "") -> Iterator[str]:
    """Answer every request for the certificate like this; the URL."""
    with Deployment(token=TOKEN, ca_cert_pem=CA.pem) as deployment:
        deployment.serve(Answer(status, body.encode()))
        yield deployment.url


@contextmanager
def with_private_ca() -> Iterator[str]:
    """Speak TLS with a certificate that this machine does not trust."""
    with Deployment(token=TOKEN, ca_cert_pem=CA.pem, authority=trustme.CA()) as deployment:
        yield deployment.url


@contextmanager
def without_tls() -> Iterator[str]:
    """Speak plain HTTP at an https URL."""
    with answers() as url:
        yield url.replace("http:", "https:")


@contextmanager
def never_answers() -> Iterator[str]:
    """Say nothing, for longer than an operation may take."""
    with RawServer(silent) as server, patch.object(fetch, "_OPERATION_SECONDS", 0.05):
        yield server.url


@contextmanager
def speaks_smtp() -> Iterator[str]:
    """Answer in another protocol."""
    with RawServer(not_http) as server:
        yield server.url


@contextmanager
def too_slow() -> Iterator[str]:
    """Let the deadline pass."""
    with answers() as url, patch.object(fetch, "run_with_deadline", side_effect=DeadlineExceededError):
        yield url


@contextmanager
def fails_within() -> Iterator[str]:
    """Have a bug."""
    with answers() as url, patch.object(fetch, "CoderApi", side_effect=ZeroDivisionError):
        yield url


OWNER = {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN}
PERSON = {"CODER_SESSION_TOKEN": TOKEN}

CASES: tuple[tuple[str, Mapping[str, str], Callable[[], AbstractContextManager[str]]], ...] = (
    ("<the port of access_url is closed>", OWNER, closed_port),
    ("<access_url does not answer>", OWNER, never_answers),
    ("<access_url takes more than 20 seconds>", OWNER, too_slow),
    ("<access_url is that of a mail server>", OWNER, speaks_smtp),
    ("<the deployment's certificate is from a private CA>", OWNER, with_private_ca),
    ("<access_url is https, the deployment is http>", OWNER, without_tls),
    ("<CODER_SESSION_TOKEN is set, CODER_URL is not>", PERSON, closed_port),
    ("<CODER_SESSION_TOKEN is set, CODER_URL is h>", PERSON | {"CODER_URL": "h"}, closed_port),
    ("<CODER_SESSION_TOKEN is set, CODER_URL is https://other>", PERSON | {"CODER_URL": "https://other"}, closed_port),
    ("<a token with a line break>", {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": "a\nb"}, answers),
    ("<the answer has status 302>", OWNER, lambda: answers(302)),
    ("<an old token>", {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": "old"}, answers),
    ("<the answer has status 403>", OWNER, lambda: answers(403)),
    ("<the answer has status 404>", OWNER, lambda: answers(404)),
    ("<the answer has status 500>", OWNER, lambda: answers(500)),
    ("<the answer is a login page>", OWNER, lambda: answers(body="<html>")),
    ("<the answer has a public key, too>", OWNER, lambda: answers(body=CA.pem + pem(b"", "PUBLIC KEY"))),
    ("<the answer is too long>", OWNER, lambda: answers(body="a" * 16385)),
    ("<the CA certificate has expired>", OWNER, lambda: answers(body=make_certificate("proxy CA", to_day=-1).pem)),
    ("<the CA certificate has the token as its name>", OWNER, lambda: answers(body=make_certificate(TOKEN).pem)),
    ("<an error in the program>", OWNER, fails_within),
)


def warnings() -> str:
    """Return the part of the page on warnings about the download."""
    with patch.object(fetch, "sleep"):
        return section("fetch_ca_cert", [entry(shown, _warning(env, listen)) for shown, env, listen in CASES])


def _warning(env: Mapping[str, str], listen: Callable[[], AbstractContextManager[str]]) -> list[str]:
    with listen() as url:
        ran = run_in_process(fetching(url), env=env)
    (warning,) = json.loads(answered(ran)["warnings"])
    return [f"  {warning}"]
